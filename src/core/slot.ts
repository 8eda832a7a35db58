import { apply } from './builtins.js';

/** A value attached to foreign objects. */
export interface Slot<T> {
  get(target: object): T | undefined;
  set(target: object, value: T): void;
}

/** One with a faster way to put a value on. */
export interface FreshSlot<T> extends Slot<T> {
  /**
   * `set` for an object that is seen for the first time. To find out that an object lacks a private field takes V8 a
   * slow path once there are several shapes of it (0.6 → 0.2 µs per request for all such questions together, full
   * scenario of benchmarks/overhead, Node 24, by bench:profile).
   *
   * @throws TypeError when it has a value
   */
  putOn(target: object, value: T): void;
}

/** Base class whose constructor hands back the object that it was given, so that a subclass's private field lands on it. */
export const GivenObject = class {
  constructor(target: object) {
    return target;
  }
} as unknown as new (target: object) => object;

const wholes: ((target: object, value: unknown) => void)[] = [];

/**
 * `step`, in a form that V8 compiles as a function of its own wherever it is called. Inlined into a `try` block (and
 * what Node's channels call is always in one) `super(target)` is not resolved at compile time, but takes a builtin and
 * a construct stub each time: 0.9 µs of a request in the full scenario, now nothing (bench:profile, Node 24; 31 → 13 ns
 * each in a loop). V8 inlines what it can tell beforehand; what `apply` finds in an array is not.
 */
export function keepWhole<T>(
  step: (target: object, value: T) => void,
): (target: object, value: T) => void {
  const index = wholes.push(step as (target: object, value: unknown) => void) - 1;
  return (target, value) => {
    apply(wholes[index] as typeof step, undefined, [target, value]);
  };
}

/**
 * Attaches values to objects that we do not own, as a private class field put on by constructor
 * return override. Against a WeakMap: no hashing and no ephemeron work for the garbage collector
 * (get 3 ns instead of 55 to 77, set 75 instead of 130 to 160, Node 20 and 22,
 * benchmarks/micro/hooks.mjs); against a symbol property: invisible to reflection, spreads and
 * `console.log`.
 *
 * All slots made here share their code, so V8 compiles it for any field of any object. What is touched in each
 * request writes the same class out where it is used (inbound-state.ts is the model): V8 then knows the one field
 * and the few shapes of its objects (set 134 → 41 ns beside six other slots, Node 24, benchmarks/micro/hooks.mjs).
 */
export function createSlot<T>(): Slot<T> {
  class Holder extends GivenObject {
    #value: T;
    constructor(target: object, value: T) {
      super(target);
      this.#value = value;
    }
    static get(target: object): T | undefined {
      return #value in target ? target.#value : undefined;
    }
    static set(target: object, value: T): void {
      if (#value in target) target.#value = value;
      else new Holder(target, value);
    }
  }
  return Holder;
}
