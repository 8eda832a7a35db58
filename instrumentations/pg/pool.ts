import { apply } from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { wrapMethod } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { NativePromise, poolCall, queryErrorType } from './pending.js';
import { poolTarget, type PoolLike } from './pool-target.js';
import type { QueryArgument } from './types.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

const SYSTEM = 'postgresql';
/** No clock was read: a caller that gets a free client at once does not wait for one in vain. */
const UNKNOWN = -1;

/**
 * `Pool.prototype.connect(callback)`, which `pool.query` uses too: a caller that waits for a free client
 * is called back by whoever releases one, inside that other request. The callback is run in the
 * caller's scope and the releaser's is put back. Promises need nothing: `await` keeps its own context.
 *
 * `Pool.prototype.query` is looked at for one case: no client could be had, so the query fails without
 * ever reaching one. It is recorded with the connection's error.
 */
export function watchPool(
  Pool: { readonly prototype: object },
  recorder: Recorder,
  guard: Guard,
): () => void {
  /** Text of the `pool.query` that is about to call `this.connect`. */
  let querying: string | undefined;
  /** That call returns a promise. */
  let isAwaited = false;

  const enter = (scope: RequestScope | undefined): void => {
    try {
      if (recorder.activeRequest() !== scope) recorder.enterRequest(scope);
    } catch {
      guard.failed();
    }
  };

  const bind = (pool: PoolLike, callback: Callback): Callback => {
    const scope = recorder.activeRequest();
    const text = querying;
    const startUs = text === undefined || hasFreeClient(pool) ? UNKNOWN : recorder.nowUs();
    const awaited = text !== undefined && isAwaited;
    querying = undefined;
    // Only pg-pool sees this function, and only calls it: no name or length to keep, which would cost
    // 0.4 µs per query.
    return function (this: unknown, ...args: unknown[]): unknown {
      let releaser: RequestScope | undefined;
      try {
        if (text !== undefined && args[0]) {
          const { database, host, port } = poolTarget(pool);
          recorder.recordQuery(
            scope,
            startUs === UNKNOWN ? recorder.nowUs() : startUs,
            recorder.querySignature(text, SYSTEM),
            recorder.databaseSource(SYSTEM, database, host, port),
            queryErrorType(args[0]),
          );
        }
        releaser = recorder.activeRequest();
      } catch {
        guard.failed();
        return apply(callback, this, args);
      }
      const isMoved = releaser !== scope;
      if (isMoved) enter(scope);
      poolCall.isAwaited = awaited;
      try {
        return apply(callback, this, args);
      } finally {
        poolCall.isAwaited = false;
        if (isMoved) enter(releaser);
      }
    } as Callback;
  };

  const undo = [
    wrapMethod(
      Pool.prototype,
      'connect',
      (original) =>
        function (this: unknown, ...args: unknown[]): unknown {
          const callback = args[0];
          if (guard.active && typeof callback === 'function') {
            try {
              args[0] = bind(this as PoolLike, callback as Callback);
            } catch {
              guard.failed();
            }
          }
          return apply(original, this, args);
        } as typeof original,
    ),
    wrapMethod(
      Pool.prototype,
      'query',
      (original) =>
        function (this: unknown, ...args: unknown[]): unknown {
          if (guard.active) {
            try {
              // Reading the host's object may run code of the host, which may throw.
              const text = typeof args[0] === 'string' ? args[0] : (args[0] as QueryArgument)?.text;
              querying = typeof text === 'string' ? text : undefined;
              isAwaited =
                typeof args[1] !== 'function' &&
                typeof args[2] !== 'function' &&
                (this as PoolLike).Promise === NativePromise;
            } catch {
              querying = undefined;
              guard.failed();
            }
          }
          try {
            return apply(original, this, args);
          } finally {
            querying = undefined;
          }
        } as typeof original,
    ),
  ];
  return () => {
    for (const put of undo) put();
  };
}

function hasFreeClient({ _idle: idle, _pendingQueue: waiting }: PoolLike): boolean {
  return idle !== undefined && waiting !== undefined && idle.length > waiting.length;
}
