import { createSlot } from '../../src/core/wrap.js';
import type { RequestScope } from '../../src/record/types.js';
import type { IncomingMessageLike } from './node-types.js';

/** What we keep of an inbound request, on its request and its response object, until it is closed. */
export interface Inbound {
  readonly scope: RequestScope;
  /** Raw request target; kept because frameworks rewrite `request.url`. */
  readonly target: string;
  /** Requests pipelined behind this one on the same connection, oldest first. */
  queued: Inbound[] | undefined;
}

/** The same slot on IncomingMessage, ServerResponse and HTTP/2's streams. */
export const inboundOf = createSlot<Inbound>();

/** Remembers which request a scope belongs to, for routers that know only the scope. */
export function linkRequest(scope: RequestScope, request: IncomingMessageLike | undefined): void {
  scope.request = request;
}

/** Undefined once the request is closed: a scope outlives its request, the request must not live on by it. */
export function requestOfScope(scope: RequestScope): IncomingMessageLike | undefined {
  return scope.request as IncomingMessageLike | undefined;
}

/** The scope of a request object as the host holds it; undefined if it did not come over a socket. */
export function scopeOfRequest(request: unknown): RequestScope | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const inbound = inboundOf.get(request);
  if (inbound !== undefined) return inbound.scope;
  // HTTP/2's compatibility API puts its request object before a stream.
  const { stream } = request as { stream?: unknown };
  return typeof stream === 'object' && stream !== null ? inboundOf.get(stream)?.scope : undefined;
}
