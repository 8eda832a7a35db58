import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { apply } from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { ERROR_ABORTED } from '../../src/core/semconv.js';
import { GivenObject, keepWhole, type FreshSlot } from '../../src/core/slot.js';
import { observeFirstAssignment, observeReads, wrapMethod } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { clientErrorType, errorTypeOf } from '../error-type.js';
import { abandonedErrorType, requestErrorType } from './client-errors.js';
import { watchPeers } from './client-peer.js';
import { pathOf } from './client-target.js';
import type { ClientRequestLike, IncomingMessageLike } from './node-types.js';

/** What we keep of an outbound request until it is recorded; then the references are dropped. */
export interface Outbound {
  readonly scope: RequestScope | undefined;
  readonly startUs: number;
  request: ClientRequestLike | undefined;
}

/** A slot with a class of its own, see src/core/slot.ts; on the ClientRequest, to which a response leads by `req`. */
class OutboundSlot extends GivenObject {
  #outbound: Outbound;
  constructor(target: object, outbound: Outbound) {
    super(target);
    this.#outbound = outbound;
  }
  static get(target: object): Outbound | undefined {
    return #outbound in target ? target.#outbound : undefined;
  }
  static set(target: object, outbound: Outbound): void {
    if (#outbound in target) target.#outbound = outbound;
    else new OutboundSlot(target, outbound);
  }
  static readonly putOn = keepWhole((target: object, outbound: Outbound): void => {
    new OutboundSlot(target, outbound);
  });
}

const outboundOf: FreshSlot<Outbound> = OutboundSlot;

/** What is read of node:http. */
interface HttpClasses {
  readonly ClientRequest: { readonly prototype: object };
  readonly Agent: { readonly prototype: object };
}

export interface ClientWatch {
  /** Runs before each `push` of a message that may be a response. */
  observePush(message: IncomingMessageLike): void;
  /** Runs before the one `_destroy` of a message that may be a response. */
  observeDestroyed(message: IncomingMessageLike): void;
  stop(): void;
}

/**
 * Outbound requests of node:http and node:https. What Node's channels mean, by its source:
 *
 * - `http.client.request.created` (Node ≥ 24, late 22): end of the ClientRequest constructor. Before,
 *   the constructor's one assignment to `reusedSocket` stands for it.
 * - `http.client.request.start`: the host has called `end()`; too late for a start, used as a fallback.
 * - `http.client.request.error`: an 'error' event follows on the request.
 *
 * The end is where the parser has seen the whole response (`complete`), read by the host or not: we
 * neither drain nor hold a body, and add no listener (a 'response' listener would stop Node from
 * discarding unread bodies). The parser then pushes null into the message, also into that of an upgrade, for which
 * no headers are published. A response that will not be read to its end is destroyed.
 *
 * Without a response there is an error, which is published, but for two: `abort()` before there is a socket,
 * and a proxy's tunnel that Node itself (≥ 24) could not open.
 */
export function watchOutbound(
  { ClientRequest, Agent }: HttpClasses,
  recorder: Recorder,
  guard: Guard,
  hasCreatedChannel: boolean,
): ClientWatch {
  const sourceOf = watchPeers(Agent, recorder);
  const outboundFor = (request: ClientRequestLike): Outbound => ({
    scope: recorder.activeRequest(),
    startUs: recorder.nowUs(),
    request,
  });
  const open = (request: ClientRequestLike): void => {
    if (!outboundOf.get(request)) outboundOf.putOn(request, outboundFor(request));
  };

  const finish = (
    outbound: Outbound,
    status: number,
    errorType: string | undefined,
    error?: unknown,
  ): void => {
    const request = outbound.request;
    if (request === undefined) return;
    outbound.request = undefined;
    recorder.recordCall(
      outbound.scope,
      outbound.startUs,
      recorder.callSignature(request.method, request.host ?? '', pathOf(request.path)),
      sourceOf(request, error),
      status,
      errorType ?? clientErrorType(status),
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

  // Once for each request, at the end of its constructor.
  const onCreated = guarded(({ request }) => outboundOf.putOn(request, outboundFor(request)));
  const onStart = guarded(({ request }) => open(request));
  const onError = guarded((message) => {
    const { request, error } = message as { request: ClientRequestLike; error: unknown };
    const outbound = outboundOf.get(request);
    if (outbound?.request === undefined) return;
    const elapsedUs = recorder.nowUs() - outbound.startUs;
    finish(outbound, statusOf(request.res), requestErrorType(request, error, elapsedUs), error);
  });

  const observePush = (message: IncomingMessageLike): void => {
    if (!message.complete) return;
    let request: object | null | undefined = message.req;
    // Node leads from a response to its request before anybody sees it, but not from that of an upgrade.
    if (!request && message.upgrade === true) request = message.socket?._httpMessage;
    const outbound = request ? outboundOf.get(request) : undefined;
    if (outbound?.request !== undefined) finish(outbound, statusOf(message), undefined);
  };

  const observeDestroyed = (message: IncomingMessageLike): void => {
    if (message.complete || !message.req) return;
    const outbound = outboundOf.get(message.req);
    if (outbound?.request !== undefined) {
      finish(outbound, statusOf(message), abandonedErrorType(message));
    }
  };

  const observeDestroy = (self: object): void => {
    const request = self as ClientRequestLike;
    if (request.aborted !== true || request.socket || request.res) return;
    const outbound = outboundOf.get(request);
    if (outbound) finish(outbound, 0, ERROR_ABORTED);
  };

  const channels: [string, (message: unknown) => void][] = [
    hasCreatedChannel
      ? ['http.client.request.created', onCreated]
      : ['http.client.request.start', onStart],
    ['http.client.request.error', onError],
  ];
  for (const [name, handler] of channels) subscribe(name, handler);
  const undo = [observeReads(ClientRequest.prototype, 'destroy', guard, observeDestroy)];
  if (hasCreatedChannel) {
    undo.push(
      // Agents call it, Node's and others', and none of the host's code runs in it: no trace shows the frame.
      wrapMethod(
        ClientRequest.prototype,
        'onSocket',
        (original) =>
          function (this: unknown, ...args: unknown[]): unknown {
            const error = args[1] as { code?: unknown } | undefined;
            if (error && guard.active) {
              try {
                const outbound = outboundOf.get(this as object);
                const isOfTunnel = error.code === 'ERR_PROXY_TUNNEL';
                if (outbound && isOfTunnel) finish(outbound, 0, errorTypeOf(error), error);
              } catch {
                guard.failed();
              }
            }
            return apply(original, this, args);
          } as typeof original,
      ),
    );
  } else {
    undo.push(
      observeFirstAssignment(ClientRequest.prototype, 'reusedSocket', guard, (request) =>
        open(request as ClientRequestLike),
      ),
    );
  }
  return {
    observePush,
    observeDestroyed,
    stop: () => {
      for (const [name, handler] of channels) unsubscribe(name, handler);
      for (const put of undo) put();
    },
  };
}

/** 0 where there is no response. */
function statusOf(response: IncomingMessageLike | null | undefined): number {
  return response?.statusCode ?? 0;
}
