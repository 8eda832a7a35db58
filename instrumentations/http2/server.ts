import type { Guard } from '../../src/core/guard.js';
import { ERROR_ABORTED } from '../../src/core/semconv.js';
import { observeReads } from '../../src/core/wrap.js';
import type { Recorder } from '../../src/record/types.js';
import { errorTypeOf, serverErrorType } from '../error-type.js';
import { inboundOf } from '../http/inbound-state.js';
import {
  CANCEL,
  isPushed,
  NO_ERROR,
  statusOf,
  textOf,
  type StreamLike,
  type StreamMessage,
} from './node-types.js';

export interface InboundWatch {
  readonly handlers: Readonly<Record<string, (message: StreamMessage) => void>>;
  stop(): void;
}

/**
 * Requests that an HTTP/2 server gets, by the stream API or the compatibility API.
 *
 * - `http2.server.stream.start`: headers are in; the 'stream' event follows in a tick of its own,
 *   which takes over the context that is current now.
 * - `http2.server.stream.finish`: the final response's headers are out.
 * - `http2.server.stream.close`: both sides have ended, or one of them reset the stream.
 *
 * A stream's later events come from the native side in the context in which its connection was, which
 * is none (Node ≥ 24) or another request's (22). Reading `stream.emit` is where each is led into its
 * own request (see interceptReads in core/wrap.ts): no listener, no frame.
 */
export function watchInboundStreams(recorder: Recorder, guard: Guard): InboundWatch {
  const undo: (() => void)[] = [];
  const watched = new WeakSet<object>();

  const watchEvents = (stream: StreamLike): void => {
    const prototype = Object.getPrototypeOf(stream) as StreamLike;
    if (watched.has(prototype)) return;
    watched.add(prototype);
    undo.push(observeReads(prototype, 'emit', guard, enterStream));
  };

  const enterStream = (stream: StreamLike): void => {
    const scope = inboundOf.get(stream)?.scope;
    if (scope === undefined || stream.destroyed || recorder.activeRequest() === scope) return;
    recorder.enterRequest(scope);
  };

  const close = (stream: StreamLike, errorType: string | undefined): void => {
    const inbound = inboundOf.get(stream);
    if (inbound === undefined || !inbound.scope.open) return;
    const status = statusOf(stream.sentHeaders);
    recorder.closeRequest(
      inbound.scope,
      inbound.target,
      status,
      errorType ?? (status === 0 ? ERROR_ABORTED : serverErrorType(status)),
    );
  };

  return {
    handlers: {
      'http2.server.stream.start': ({ stream, headers }) => {
        if (isPushed(stream)) return;
        watchEvents(stream);
        const scope = recorder.openRequest(textOf(headers?.[':method']));
        // CONNECT has no path; its authority is somebody's address.
        const target = textOf(headers?.[':path']);
        inboundOf.set(stream, { scope, target, queued: undefined });
        recorder.enterRequest(scope);
      },
      'http2.server.stream.close': ({ stream }) => {
        if (stream.rstCode === NO_ERROR) close(stream, undefined);
        else if (stream.rstCode === CANCEL) close(stream, ERROR_ABORTED);
        // Any other code is followed by its error.
      },
      'http2.server.stream.error': ({ stream, error }) => close(stream, errorTypeOf(error)),
    },
    stop: () => {
      for (const put of undo.splice(0)) put();
    },
  };
}
