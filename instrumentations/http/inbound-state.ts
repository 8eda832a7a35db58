import { GivenObject, keepWhole, type FreshSlot } from '../../src/core/slot.js';
import type { RequestScope } from '../../src/record/types.js';
import type { IncomingMessageLike } from './node-types.js';

/** What we keep of an inbound request, on its request object, until it is closed. */
export interface Inbound {
  readonly scope: RequestScope;
  /** Raw request target; kept because frameworks rewrite `request.url`. */
  readonly target: string;
  /** Requests pipelined behind this one on the same connection, oldest first. */
  queued: Inbound[] | undefined;
}

/** A slot with a class of its own, see src/core/slot.ts. */
class InboundSlot extends GivenObject {
  #inbound: Inbound;
  constructor(target: object, inbound: Inbound) {
    super(target);
    this.#inbound = inbound;
  }
  static get(target: object): Inbound | undefined {
    return #inbound in target ? target.#inbound : undefined;
  }
  static set(target: object, inbound: Inbound): void {
    if (#inbound in target) target.#inbound = inbound;
    else new InboundSlot(target, inbound);
  }
  static readonly putOn = keepWhole((target: object, inbound: Inbound): void => {
    new InboundSlot(target, inbound);
  });
}

/** The same slot on IncomingMessage and HTTP/2's streams. A ServerResponse leads to its request by `req`. */
export const inboundOf: FreshSlot<Inbound> = InboundSlot;

/** Of the response that holds a connection, as `socket._httpMessage` names it. */
export function inboundOfResponse(response: object | null | undefined): Inbound | undefined {
  const request = (response as { req?: unknown } | null | undefined)?.req;
  return typeof request === 'object' && request !== null ? inboundOf.get(request) : undefined;
}

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
