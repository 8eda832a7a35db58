import { apply } from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { interceptReads, renamed } from '../../src/core/wrap.js';
import type { Recorder } from '../../src/record/types.js';
import { finish, pendingOf, queryErrorType, type Pending } from './pending.js';

type HandleError = (this: unknown, ...args: never[]) => unknown;

/**
 * How a query ends, in every form: the client calls `query.handleReadyForQuery(connection)` when the
 * server is ready for the next one, or `query.handleError(error, connection)` (lib/client.js, 8.0 to
 * 8.23). A cursor's portal is closed by then; its single reads do not pass here.
 *
 * Watches both methods where they live: on the prototype of a class of queries, or on the object
 * itself (pg-query-stream binds them per instance).
 *
 * @returns undo; undefined if `owner` has no such methods.
 */
export function watchQueryEnd(
  owner: object,
  recorder: Recorder,
  guard: Guard,
  onInstance = false,
): (() => void) | undefined {
  const methods = owner as Record<string, unknown>;
  if (
    typeof methods.handleReadyForQuery !== 'function' ||
    typeof methods.handleError !== 'function'
  ) {
    return undefined;
  }

  const undoReady = interceptReads(
    owner,
    'handleReadyForQuery',
    (self) => {
      if (!guard.active) return undefined;
      try {
        const pending = pendingOf.get(self);
        if (pending?.open === true) {
          finish(pending, recorder, undefined);
          enterCaller(pending, recorder);
        }
      } catch {
        guard.failed();
      }
      return undefined;
    },
    onInstance,
  );

  /** The error is an argument: here, and only for failing queries, a frame of ours is in between. */
  const withEnd = (query: object, handleError: HandleError): HandleError =>
    function (this: unknown, ...args: unknown[]): unknown {
      try {
        const pending = pendingOf.get(query);
        if (pending?.open === true) {
          finish(pending, recorder, queryErrorType(canceled(query) ?? args[0]));
          enterCaller(pending, recorder);
        }
      } catch {
        guard.failed();
      }
      return apply(handleError, this, args);
    };

  const undoError = interceptReads(
    owner,
    'handleError',
    (self, original) => {
      if (!guard.active || pendingOf.get(self)?.open !== true) return undefined;
      try {
        return renamed(withEnd(self, original), original);
      } catch {
        guard.failed();
        return undefined;
      }
    },
    onInstance,
  );

  const undo = [undoReady, undoError];
  // Rows that reach the host before the end do so from the socket's events as well: through listeners
  // of 'row' (only queries without callback have them), and through a cursor's read callbacks.
  for (const name of ['handleDataRow', 'handlePortalSuspended']) {
    if (typeof methods[name] !== 'function') continue;
    const look = (self: object): undefined => {
      if (!guard.active || (self as { callback?: unknown }).callback) return undefined;
      try {
        const pending = pendingOf.get(self);
        if (pending !== undefined) enterCaller(pending, recorder);
      } catch {
        guard.failed();
      }
      return undefined;
    };
    undo.push(interceptReads(owner, name, look, onInstance));
  }

  return () => {
    for (const put of undo) put();
  };
}

/** A row that could not be parsed is the error that the host will get, instead of the argument. */
function canceled(query: object): unknown {
  const error = (query as { _canceledDueToError?: unknown })._canceledDueToError;
  return error ? error : undefined;
}

/**
 * pg calls back from the socket's events, which run in the context of whoever opened the connection.
 * Entering without leaving is enough: what follows in that event is pg's own work, and each further
 * query it ends enters its own caller's context. No closure, no frame. Left out where a promise will do it: each
 * entering is a new map on Node 24 (170 ns).
 */
function enterCaller(pending: Pending, recorder: Recorder): void {
  if (pending.isAwaited) return;
  if (recorder.activeRequest() !== pending.scope) recorder.enterRequest(pending.scope);
}
