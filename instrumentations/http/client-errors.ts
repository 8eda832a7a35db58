import { ERROR_ABORTED } from '../../src/core/semconv.js';
import { ERROR_TIMEOUT, errorTypeOf } from '../error-type.js';
import type { ClientRequestLike, IncomingMessageLike } from './node-types.js';

/** Node's timers count whole milliseconds from the start of a turn: they fire up to 2 ms early by our clock. */
const TIMER_SLACK_MS = 2;

/**
 * Names the error that ended a request.
 *
 * A host that calls `request.destroy()` before the answer gets Node's "socket hang up" with the code
 * ECONNRESET, as if the peer had closed. The two differ in `destroyed`: when the peer ends the
 * connection Node emits the error first (socketOnEnd, socketErrorListener in lib/_http_client.js,
 * Node 20 to 26).
 *
 * @param elapsedUs time since the request was made, to tell a time limit from a change of mind.
 */
export function requestErrorType(
  request: ClientRequestLike,
  error: unknown,
  elapsedUs: number,
): string {
  const type = errorTypeOf(error);
  const isHangUp =
    type === 'ECONNRESET' && (error as { message?: unknown }).message === 'socket hang up';
  if (isHangUp ? !request.destroyed : type !== '_OTHER') return type;
  // `request.on('timeout', () => request.destroy())` is how Node's own documentation ends a slow call.
  const limitMs = request.timeout ?? request.socket?.timeout ?? 0;
  if (limitMs > 0 && elapsedUs >= (limitMs - TIMER_SLACK_MS) * 1000) return ERROR_TIMEOUT;
  return isHangUp ? ERROR_ABORTED : type;
}

/**
 * A response that will not be read to its end. Undefined when the host itself let go of it after the
 * headers, which is a way of using HTTP; the code when the connection broke.
 */
export function abandonedErrorType(response: IncomingMessageLike): string | undefined {
  // request.destroy() dumps the response first; response.destroy() still finds its socket alive.
  // A peer that resets the connection has destroyed the socket before the response.
  const isOurs = response._dumped === true || response.socket?.destroyed === false;
  const type = response.errored ? errorTypeOf(response.errored) : undefined;
  // Node puts the same ECONNRESET on a response whose request the host has destroyed.
  if (isOurs) return type === 'ECONNRESET' ? undefined : type;
  return type ?? 'ECONNRESET';
}
