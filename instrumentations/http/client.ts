import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Guard } from '../../src/core/guard.js';
import { createSlot, observeFirstAssignment, observeReads } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { clientErrorType } from '../error-type.js';
import { abandonedErrorType, requestErrorType } from './client-errors.js';
import { peerOf, pathOf } from './client-target.js';
import type { ClientRequestLike, IncomingMessageLike } from './node-types.js';

/** What we keep of an outbound request until it is recorded; then the references are dropped. */
export interface Outbound {
  readonly scope: RequestScope | undefined;
  readonly startUs: number;
  request: ClientRequestLike | undefined;
  status: number;
}

export interface ClientWatch {
  /** Runs before each event of a message that may be a response. */
  observeMessage(message: IncomingMessageLike): void;
  stop(): void;
}

/**
 * Outbound requests of node:http and node:https. What Node's channels mean, by its source:
 *
 * - `http.client.request.created` (Node ≥ 24, late 22): end of the ClientRequest constructor. Before,
 *   the constructor's one assignment to `reusedSocket` stands for it.
 * - `http.client.request.start`: the host has called `end()`; too late for a start, used as a fallback.
 * - `http.client.response.finish`: despite its name, the response's *headers* have been parsed.
 * - `http.client.request.error`: an 'error' event follows on the request.
 *
 * The end is where the parser has seen the whole response (`complete`), read by the host or not: we
 * neither drain nor hold a body, and add no listener (a 'response' listener would stop Node from
 * discarding unread bodies). It shows when the response emits its next event; a request that closes
 * without that (upgrade, destroy) shows in its own 'close'.
 */
export function watchOutbound(
  clientRequest: { readonly prototype: object },
  recorder: Recorder,
  guard: Guard,
  hasCreatedChannel: boolean,
): ClientWatch {
  const outboundOf = createSlot<Outbound>();

  const open = (request: ClientRequestLike): void => {
    if (outboundOf.get(request)) return;
    outboundOf.set(request, {
      scope: recorder.activeRequest(),
      startUs: recorder.nowUs(),
      request,
      status: 0,
    });
  };

  const finish = (outbound: Outbound, errorType: string | undefined, error?: unknown): void => {
    const request = outbound.request;
    if (request === undefined) return;
    outbound.request = undefined;
    const peer = peerOf(request, error);
    recorder.recordCall(
      outbound.scope,
      outbound.startUs,
      recorder.callSignature(request.method, peer.address, pathOf(request.path)),
      recorder.peerSource(peer.scheme, peer.address, peer.port),
      outbound.status,
      errorType ?? clientErrorType(outbound.status),
    );
  };

  const guarded =
    (handle: (message: { request: ClientRequestLike }) => void) =>
    (message: unknown): void => {
      if (!guard.active) return;
      try {
        handle(message as { request: ClientRequestLike });
      } catch {
        guard.failed();
      }
    };

  const onCreated = guarded(({ request }) => open(request));
  const onHeaders = guarded((message) => {
    const { request, response } = message as {
      request: ClientRequestLike;
      response: IncomingMessageLike;
    };
    const outbound = outboundOf.get(request);
    if (outbound === undefined) return;
    outbound.status = response.statusCode ?? 0;
    outboundOf.set(response, outbound);
  });
  const onError = guarded((message) => {
    const { request, error } = message as { request: ClientRequestLike; error: unknown };
    const outbound = outboundOf.get(request);
    if (outbound?.request === undefined) return;
    const elapsedUs = recorder.nowUs() - outbound.startUs;
    finish(outbound, requestErrorType(request, error, elapsedUs), error);
  });

  const observeMessage = (message: IncomingMessageLike): void => {
    if (!message.complete && !message.destroyed) return;
    const outbound = outboundOf.get(message);
    if (outbound?.request === undefined) return;
    finish(outbound, message.complete ? undefined : abandonedErrorType(message));
  };

  const observeRequest = (self: object): void => {
    const request = self as ClientRequestLike;
    if (request._closed !== true) return;
    const outbound = outboundOf.get(request);
    if (outbound?.request === undefined) return;
    const response = request.res;
    if (response) outbound.status = response.statusCode ?? 0;
    const isWhole =
      response !== undefined &&
      response !== null &&
      (response.complete || request.upgradeOrConnect === true);
    finish(outbound, isWhole ? undefined : response ? abandonedErrorType(response) : 'aborted');
  };

  const channels: [string, (message: unknown) => void][] = [
    ['http.client.request.created', onCreated],
    ['http.client.request.start', onCreated],
    ['http.client.response.finish', onHeaders],
    ['http.client.request.error', onError],
  ];
  for (const [name, handler] of channels) subscribe(name, handler);
  const undo = [observeReads(clientRequest.prototype, 'emit', guard, observeRequest)];
  if (!hasCreatedChannel) {
    undo.push(
      observeFirstAssignment(clientRequest.prototype, 'reusedSocket', guard, (request) =>
        open(request as ClientRequestLike),
      ),
    );
  }
  return {
    observeMessage,
    stop: () => {
      for (const [name, handler] of channels) unsubscribe(name, handler);
      for (const put of undo) put();
    },
  };
}
