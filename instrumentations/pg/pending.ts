import { ERROR_OTHER } from '../../src/core/semconv.js';
import { GivenObject, keepWhole, type FreshSlot } from '../../src/core/slot.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { ERROR_CONNECTION_CLOSED, ERROR_TIMEOUT, errorTypeOf } from '../error-type.js';

/** A query between `client.query()` and its end. Holds numbers only: neither text nor values. */
export interface Pending {
  readonly scope: RequestScope | undefined;
  readonly startUs: number;
  readonly signatureId: number;
  readonly sourceId: number;
  /** The host waits by a promise, which keeps its own context: nothing is to be entered at the end. */
  readonly isAwaited: boolean;
  /** False once recorded; whatever comes later on the same query is not a second one. */
  open: boolean;
}

/**
 * True while pg-pool hands a client to a `pool.query` that returns a promise: the callback that it gives to
 * `client.query` next is its own, and only settles that promise.
 */
export const poolCall = { isAwaited: false };

/** The built-in one, whatever the host makes of the global: only its continuations keep their context. */
export const NativePromise: unknown = Promise;

/** A slot with a class of its own, see src/core/slot.ts. */
class PendingSlot extends GivenObject {
  #pending: Pending;
  constructor(target: object, pending: Pending) {
    super(target);
    this.#pending = pending;
  }
  static get(target: object): Pending | undefined {
    return #pending in target ? target.#pending : undefined;
  }
  static set(target: object, pending: Pending): void {
    if (#pending in target) target.#pending = pending;
    else new PendingSlot(target, pending);
  }
  static readonly putOn = keepWhole((target: object, pending: Pending): void => {
    new PendingSlot(target, pending);
  });
}

/** On the Query or Submittable while it runs. */
export const pendingOf: FreshSlot<Pending> = PendingSlot;

export function finish(pending: Pending, recorder: Recorder, errorType: string | undefined): void {
  if (!pending.open) return;
  pending.open = false;
  recorder.recordQuery(
    pending.scope,
    pending.startUs,
    pending.signatureId,
    pending.sourceId,
    errorType,
  );
}

/** pg makes these without a code; the messages are constants of lib/client.js, 8.0 to 8.23. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ['Query read timeout', ERROR_TIMEOUT],
  ['Connection terminated', ERROR_CONNECTION_CLOSED],
  ['Connection terminated unexpectedly', ERROR_CONNECTION_CLOSED],
  ['Client was closed and is not queryable', ERROR_CONNECTION_CLOSED],
  ['Client has encountered a connection error and is not queryable', ERROR_CONNECTION_CLOSED],
]);

/** SQLSTATE of a server's error, code of a socket's, else one of our words. */
export function queryErrorType(error: unknown): string {
  const type = errorTypeOf(error);
  if (type !== ERROR_OTHER || typeof error !== 'object' || error === null) return type;
  const { message } = error as { message?: unknown };
  return (typeof message === 'string' ? MESSAGES.get(message) : undefined) ?? type;
}
