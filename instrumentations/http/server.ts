import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Guard } from '../../src/core/guard.js';
import { ERROR_ABORTED } from '../../src/core/semconv.js';
import type { Recorder } from '../../src/record/types.js';
import { serverErrorType } from '../error-type.js';
import { inboundOf, inboundOfResponse, linkRequest, type Inbound } from './inbound-state.js';
import type { IncomingMessageLike, ServerResponseLike, SocketLike } from './node-types.js';
import { watchUpgrades } from './upgrade.js';

interface RequestStart {
  readonly request: IncomingMessageLike;
  readonly response: ServerResponseLike;
  readonly socket: SocketLike;
  readonly server: object;
}

export interface InboundWatch {
  /** Runs before each `destroy` of an inbound request's message. */
  observeDestroy(inbound: Inbound, message: IncomingMessageLike): void;
  stop(): void;
}

/**
 * Inbound requests of node:http and node:https.
 *
 * Begin and regular end are what Node publishes: `http.server.request.start` (headers parsed, before
 * the 'request' event) and `http.server.response.finish` (the last byte went to the operating
 * system; published by Node's own 'finish' listener, ahead of any of the host's). Neither adds a
 * frame, a listener or a property.
 *
 * Known gap, Node 20 and 22: a whole body handed to `res.end()` whose connection breaks while the
 * operating system still takes it in is finished to Node itself ('finish' is emitted, `writableFinished`
 * is true), so it is finished to us. Node 24 tells it apart, and so do we.
 *
 * For a client that leaves early there is no channel. When its connection has closed, Node destroys the
 * message of each request that was not answered on it, destroyed before or not (abortIncoming in
 * lib/_http_server.js): reading `request.destroy` is where we look (see interceptReads), so listener counts
 * stay what they are.
 *
 * The scope is entered with enterWith inside the channel's subscriber, not by running the handler in
 * it: that would put frames of ours below every error the handler throws. Node enters the parser's
 * callback in the connection's context each time (Node ≥ 24: the frame is put back after each
 * callback; before: the resource of the parser keeps the last request's store until the next one
 * begins), so nothing of it reaches the connection's other events.
 */
export function watchInbound(
  /** Of node:http; that of node:https is found by its servers. */
  serverPrototype: object,
  recorder: Recorder,
  guard: Guard,
): InboundWatch {
  const close = (inbound: Inbound, status: number, errorType: string | undefined): void => {
    if (inbound.scope.open) {
      linkRequest(inbound.scope, undefined);
      recorder.closeRequest(inbound.scope, inbound.target, status, errorType);
    }
  };

  /** The connection is gone: what waited behind `inbound` will never be answered. */
  const abort = (inbound: Inbound, status: number): void => {
    const queued = inbound.queued;
    inbound.queued = undefined;
    close(inbound, status, ERROR_ABORTED);
    if (queued) for (const waiting of queued) abort(waiting, 0);
  };

  const upgrades = watchUpgrades(serverPrototype, recorder, guard);

  const onStart = (message: unknown): void => {
    if (!guard.active) return;
    try {
      const { request, socket, server } = message as RequestStart;
      const scope = recorder.openRequest(request.method ?? '');
      const inbound: Inbound = { scope, target: request.url ?? '', queued: undefined };
      inboundOf.putOn(request, inbound);
      linkRequest(scope, request);
      const head = inboundOfResponse(socket._httpMessage);
      if (head !== undefined) (head.queued ??= []).push(inbound);
      recorder.enterRequest(scope);
      upgrades.expectRequestEvent(server);
    } catch {
      guard.failed();
    }
  };

  const onFinish = (message: unknown): void => {
    if (!guard.active) return;
    try {
      const { request, response, server } = message as RequestStart;
      upgrades.forgetRequestEvent(server);
      const inbound = inboundOf.get(request);
      if (inbound === undefined) return;
      const next = inbound.queued?.shift();
      if (next !== undefined) next.queued = inbound.queued;
      inbound.queued = undefined;
      close(inbound, response.statusCode, serverErrorType(response.statusCode));
    } catch {
      guard.failed();
    }
  };

  const observeDestroy = (inbound: Inbound, { socket }: IncomingMessageLike): void => {
    // Not before its 'close': until then what was written may still count as sent.
    if (!inbound.scope.open || socket?.closed !== true) return;
    const head = socket._httpMessage;
    const isHead = inboundOfResponse(head) === inbound;
    const { writableFinished, headersSent, statusCode } = (
      isHead ? head : NOT_BEGUN
    ) as ServerResponseLike;
    if (writableFinished) close(inbound, statusCode, serverErrorType(statusCode));
    else abort(inbound, headersSent ? statusCode : 0);
  };

  subscribe('http.server.request.start', onStart);
  subscribe('http.server.response.finish', onFinish);
  return {
    observeDestroy,
    stop: () => {
      unsubscribe('http.server.request.start', onStart);
      unsubscribe('http.server.response.finish', onFinish);
      upgrades.stop();
    },
  };
}

/** A response that waits behind others on its connection. */
const NOT_BEGUN: ServerResponseLike = {
  writableFinished: false,
  headersSent: false,
  statusCode: 0,
};

/**
 * Runs before each `push` of a request's message object, by which the parser hands over a piece of its body or
 * its end, and from which 'data', 'readable' and 'end' follow at once or by process.nextTick. Node ≥ 24 calls it
 * in the connection's context, because enterWith does not outlive the parser callback that read the headers.
 */
export function enterForMessage(
  inbound: Inbound,
  message: IncomingMessageLike,
  recorder: Recorder,
): void {
  if (message.destroyed) return;
  const active = recorder.activeRequest();
  if (active === inbound.scope) return;
  // Another open request that makes this one emit keeps its own context.
  if (active === undefined || !active.open) recorder.enterRequest(inbound.scope);
}
