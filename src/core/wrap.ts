import { apply, defineProperty, getOwnPropertyDescriptor, hasOwn } from './builtins.js';
import type { Guard } from './guard.js';
import { GivenObject, keepWhole } from './slot.js';

/**
 * Ways to look into foreign objects that leave no frame in the host's stack traces, no listener,
 * and nothing that `Object.keys`, `util.inspect` or a spread would show.
 */

type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Replaces the method `name` of `prototype` by an accessor that yields the very same function. Each
 * read through an instance, which is what a call does first, goes through `choose`: it looks at the
 * instance and returns undefined to leave the call alone, or a function to be called instead.
 * In the usual case nothing of ours is on the stack when the host's code runs: an error thrown in a
 * listener prints the same trace as without us, and `object[name]` is the identical function. A read
 * costs 5 to 17 ns, less than the 12 to 22 of a wrapping function (benchmarks/micro/hooks.mjs).
 *
 * Assignment keeps its meaning: on an instance it makes an own property, on the prototype it replaces
 * the method. Whoever takes the method from the prototype itself (to wrap it, or to `call` it) gets a
 * function that looks first and then calls, so wrappers of others do not blind us.
 *
 * @param owner a prototype, or, with `onInstance`, the very object that carries the method.
 * @param choose must not throw; {@link observeReads} guards it.
 * @returns a function that puts back what was there, unless someone replaced it meanwhile.
 */
export function interceptReads(
  owner: object,
  name: string,
  choose: (self: object, original: Method) => Method | undefined,
  onInstance = false,
): () => void {
  const before = getOwnPropertyDescriptor(owner, name);
  const parent = Object.getPrototypeOf(owner) as Record<string, Method>;
  // Reads through the prototype itself are no calls on an instance.
  const prototype = onInstance ? undefined : owner;
  // An inherited method is looked up anew each time: node:domain replaces EventEmitter.prototype.emit.
  let own = before?.value as Method | undefined;
  const first = own ?? parent[name];
  if (typeof first !== 'function') return () => undefined;

  const forwarder = renamed(
    function (this: object, ...args: never[]): unknown {
      const original = own ?? (parent[name] as Method);
      return apply(choose(this, original) ?? original, this, args);
    } as Method,
    first,
  );
  const get = function (this: object): Method {
    if (this === prototype) return forwarder;
    const original = own ?? (parent[name] as Method);
    return choose(this, original) ?? original;
  };
  const set = function (this: object, value: Method): void {
    if (this === owner) {
      own = value;
      return;
    }
    defineOwn(this, name, value);
  };
  defineProperty(owner, name, {
    configurable: true,
    enumerable: before?.enumerable ?? true,
    get,
    set,
  });
  if (before && first.name !== name) keepAlias(owner, name, before);
  return () => {
    if (getOwnPropertyDescriptor(owner, name)?.get !== get) return;
    if (own !== undefined) {
      defineProperty(owner, name, {
        ...(before ?? { writable: true, enumerable: true, configurable: true }),
        value: own,
      });
    } else delete (owner as Record<string, unknown>)[name];
  };
}

/**
 * V8 prints `Layer.handle [as handle_request]` by looking for a data property that holds the function;
 * an accessor is not one. Where the two names differ, a level that holds it is put below `owner`, which
 * shadows it for everybody else.
 */
function keepAlias(owner: object, name: string, before: PropertyDescriptor): void {
  const level = Object.create(Object.getPrototypeOf(owner) as object) as object;
  defineProperty(level, name, before);
  Object.setPrototypeOf(owner, level);
}

/**
 * `defineOwn` for one name, as a public class field put on by constructor return override: V8 defines fields through an
 * inline cache, but looks up every part of a property descriptor (23 ns against 333 on Node 24, 89 against 369 on
 * Node 20, benchmarks/micro/hooks.mjs).
 */
function createDefiner(name: string): (target: object, value: unknown) => void {
  let next: unknown;
  class Definer extends GivenObject {
    [name] = next;
    // Spelt out: V8 of Node 20 spreads the arguments of an implicit one by an iterator that a host may have replaced.
    constructor(target: object) {
      super(target);
    }
  }
  const construct = keepWhole((target) => {
    new Definer(target);
  });
  return (target, value) => {
    next = value;
    try {
      construct(target, undefined);
    } finally {
      // No reference to the host's values is kept.
      next = undefined;
    }
  };
}

/** {@link interceptReads} that only looks: `observe` runs under the guard before each call through an instance. */
export function observeReads<T extends object>(
  prototype: T,
  name: string,
  guard: Guard,
  observe: (self: T) => void,
): () => void {
  return interceptReads(prototype, name, (self) => {
    if (guard.active) {
      try {
        observe(self as T);
      } catch {
        guard.failed();
      }
    }
    return undefined;
  });
}

/**
 * Sees the first assignment of `object[name] = value` on instances of `prototype`, which constructors
 * make. The property becomes an ordinary own property as it would have been; then `observe` runs.
 * Costs next to nothing once compiled (see {@link createDefiner}); still only for objects that stand for an operation.
 */
export function observeFirstAssignment<T extends object>(
  prototype: T,
  name: string,
  guard: Guard,
  observe: (self: T, value: unknown) => void,
): () => void {
  if (getOwnPropertyDescriptor(prototype, name)) return () => undefined;
  const define = createDefiner(name);
  const set = function (this: T, value: unknown): void {
    define(this, value);
    if (this === prototype || !guard.active) return;
    try {
      observe(this, value);
    } catch {
      guard.failed();
    }
  };
  defineProperty(prototype, name, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set,
  });
  return () => {
    if (getOwnPropertyDescriptor(prototype, name)?.set === set) {
      delete (prototype as Record<string, unknown>)[name];
    }
  };
}

/**
 * Replaces the method `name` of `owner` by `wrap(original)`, keeping name, length and descriptor.
 * For methods whose arguments must be seen; adds a frame while the method runs.
 */
export function wrapMethod<F extends Method>(
  owner: object,
  name: string,
  wrap: (original: F) => F,
): () => void {
  const before = getOwnPropertyDescriptor(owner, name);
  const original = before?.value as F | undefined;
  if (!before || typeof original !== 'function') return () => undefined;
  const replacement = copyStatics(renamed(wrap(original), original), original);
  defineProperty(owner, name, { ...before, value: replacement });
  return () => {
    if (getOwnPropertyDescriptor(owner, name)?.value === replacement) {
      defineProperty(owner, name, before);
    }
  };
}

/** Gives `wrapper` the name and length of `original`. */
export function renamed<F extends Method>(wrapper: F, original: Function): F {
  defineProperty(wrapper, 'name', { value: original.name, configurable: true });
  defineProperty(wrapper, 'length', { value: original.length, configurable: true });
  return wrapper;
}

/** Carries over what others hung on the function, such as `util.promisify.custom`. */
function copyStatics<F extends Method>(wrapper: F, original: F): F {
  for (const key of Reflect.ownKeys(original)) {
    if (key === 'name' || key === 'length' || key === 'prototype') continue;
    const descriptor = getOwnPropertyDescriptor(original, key);
    if (descriptor && !hasOwn(wrapper, key)) {
      defineProperty(wrapper, key, descriptor);
    }
  }
  return wrapper;
}

/** What `target[name] = value` does when nothing stands in its way. */
export function defineOwn(target: object, name: string, value: unknown): void {
  defineProperty(target, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
