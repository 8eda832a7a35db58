/**
 * What `error.type` says. Never a message: codes and class names only.
 *
 * | What happened                                              | error.type                      |
 * | ---------------------------------------------------------- | ------------------------------- |
 * | operating system, DNS, TLS, Node or undici error code       | the code: `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `CERT_HAS_EXPIRED`, `UND_ERR_HEADERS_TIMEOUT` |
 * | PostgreSQL refused the statement                            | SQLSTATE: `23505`               |
 * | HTTP answer that counts as a failure                        | the status: `503`               |
 * | the caller gave up (AbortSignal, destroy before the answer) | `aborted`                       |
 * | inbound: the client left before the answer was complete     | `aborted`                       |
 * | the caller's own time limit ran out                         | `timeout`                       |
 * | PostgreSQL connection closed under a query                  | `connection_closed`             |
 * | anything else                                               | the error's class if it is one of JavaScript's own, else `_OTHER` |
 */
import { ERROR_ABORTED, ERROR_OTHER } from '../src/core/semconv.js';

export const ERROR_TIMEOUT = 'timeout';
export const ERROR_CONNECTION_CLOSED = 'connection_closed';

/** Codes are upper-case constants (`ECONNRESET`, `ERR_TLS_…`, SQLSTATE `0A000`); 64 is twice the longest known. */
const CODE = /^[A-Z0-9][A-Z0-9_]{1,63}$/;

/** Codes and names by which Node and undici say that the caller gave up or its time limit ran out. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ABORT_ERR', ERROR_ABORTED],
  ['AbortError', ERROR_ABORTED],
  ['UND_ERR_ABORTED', ERROR_ABORTED],
  ['UND_ERR_DESTROYED', ERROR_ABORTED],
  ['UND_ERR_CLOSED', ERROR_ABORTED],
  ['TimeoutError', ERROR_TIMEOUT],
]);

const KNOWN_CLASSES: ReadonlySet<string> = new Set([
  'TypeError',
  'RangeError',
  'SyntaxError',
  'URIError',
  'AggregateError',
]);

/** Names the failure `error` by the table above. Reads `code`, `name` and `cause` only. */
export function errorTypeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ERROR_OTHER;
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: unknown };
  // AbortSignal.timeout() arrives as an AbortError on account of a TimeoutError.
  if ((cause as { name?: unknown } | undefined | null)?.name === 'TimeoutError')
    return ERROR_TIMEOUT;
  if (typeof code === 'string' && CODE.test(code)) return WORDS.get(code) ?? code;
  if (typeof name === 'string') {
    const word = WORDS.get(name);
    if (word !== undefined) return word;
  }
  // undici puts the socket's error below a TypeError.
  if (typeof cause === 'object' && cause !== null && cause !== error) {
    const inner = (cause as { code?: unknown }).code;
    if (typeof inner === 'string' && CODE.test(inner)) return WORDS.get(inner) ?? inner;
  }
  return typeof name === 'string' && KNOWN_CLASSES.has(name) ? name : ERROR_OTHER;
}

/** Inbound: from 500. */
export function serverErrorType(status: number): string | undefined {
  return status >= 500 ? String(status) : undefined;
}

/** Outbound: from 400. */
export function clientErrorType(status: number): string | undefined {
  return status >= 400 ? String(status) : undefined;
}
