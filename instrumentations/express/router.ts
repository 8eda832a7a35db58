import { apply } from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { createSlot } from '../../src/core/slot.js';
import { wrapMethod } from '../../src/core/wrap.js';
import { toPattern, type PathPattern } from './pattern.js';

/** Where a layer was registered: what a layer itself does not know. */
export interface Registration {
  /** The router that runs the layer. */
  readonly router: object;
  readonly pattern: PathPattern;
  readonly isRoute: boolean;
  /** The whole route that was joined last, and of what. */
  joined: JoinedRoute | undefined;
}

export interface JoinedRoute {
  readonly mounts: readonly string[];
  readonly own: string;
  readonly route: string;
}

/** On each Layer that came through `use` or `route`. Shared by all copies of Express in the process. */
export const registrationOf = createSlot<Registration>();

interface RouterLike {
  readonly stack?: readonly object[];
}

/**
 * Notes path and router of each layer when it is registered. Express 4 (lib/router/index.js) and the
 * package `router` 2 of Express 5 push one layer per function onto `this.stack`.
 *
 * @param prototype what has `use` and `route`.
 */
export function watchRegistration(prototype: object, guard: Guard): () => void {
  const watch = (name: 'use' | 'route'): (() => void) =>
    wrapMethod(
      prototype,
      name,
      (original) =>
        function (this: unknown, ...args: unknown[]): unknown {
          const stack = (this as RouterLike | undefined)?.stack;
          const from = stack?.length ?? 0;
          const result = apply(original, this, args);
          if (!guard.active) return result;
          try {
            register(this as object, from, name === 'route', args[0]);
          } catch {
            guard.failed();
          }
          return result;
        } as typeof original,
    );
  const undo = [watch('use'), watch('route')];
  return () => {
    for (const put of undo) put();
  };
}

function register(router: object, from: number, isRoute: boolean, first: unknown): void {
  const stack = (router as RouterLike).stack;
  if (!Array.isArray(stack)) return;
  const pattern = isRoute || isPath(first) ? toPattern(first) : '';
  for (let index = from; index < stack.length; index++) {
    registrationOf.set(stack[index] as object, { router, pattern, isRoute, joined: undefined });
  }
}

/** As Router.use tells a path from handlers: the first leaf of nested lists decides. */
function isPath(first: unknown): boolean {
  let leaf = first;
  while (Array.isArray(leaf) && leaf.length !== 0) leaf = leaf[0];
  return typeof leaf !== 'function';
}
