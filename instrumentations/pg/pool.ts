import type { Guard } from '../../src/core/guard.js';
import { renamed, wrapMethod } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

/**
 * `Pool.prototype.connect(callback)`, which `pool.query` uses too: a caller that waits for a free client
 * is called back by whoever releases one, inside that other request. The callback is run in the
 * caller's scope and the releaser's is put back. Promises need nothing: `await` keeps its own context.
 */
export function watchPool(
  Pool: { readonly prototype: object },
  recorder: Recorder,
  guard: Guard,
): () => void {
  const enter = (scope: RequestScope | undefined): void => {
    try {
      if (recorder.activeRequest() !== scope) recorder.enterRequest(scope);
    } catch {
      guard.failed();
    }
  };

  const bind = (callback: Callback): Callback => {
    const scope = recorder.activeRequest();
    return renamed(
      function (this: unknown, ...args: unknown[]): unknown {
        let releaser: RequestScope | undefined;
        try {
          releaser = recorder.activeRequest();
        } catch {
          guard.failed();
          return Reflect.apply(callback, this, args);
        }
        if (releaser === scope) return Reflect.apply(callback, this, args);
        enter(scope);
        try {
          return Reflect.apply(callback, this, args);
        } finally {
          enter(releaser);
        }
      } as Callback,
      callback,
    );
  };

  return wrapMethod(
    Pool.prototype,
    'connect',
    (original) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const callback = args[0];
        if (guard.active && typeof callback === 'function') {
          try {
            args[0] = bind(callback as Callback);
          } catch {
            guard.failed();
          }
        }
        return Reflect.apply(original, this, args);
      } as typeof original,
  );
}
