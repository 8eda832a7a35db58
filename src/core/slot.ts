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
