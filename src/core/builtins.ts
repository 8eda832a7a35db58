/**
 * Built-ins as they were when we were loaded, for statements of ours that run in the host's own calls and outside of
 * any guard. A host may replace them (sandboxes, tests and other monitors do): its replacement should neither see our
 * calls nor be able to fail through them.
 */
export const { apply } = Reflect;
export const { getOwnPropertyDescriptor, hasOwn } = Object;
/** A host's false timers (tests and simulations have them) must neither list ours nor wind them. */
export const { setInterval, setTimeout, queueMicrotask } = globalThis;

const define = Object.defineProperty;

/** `Object.defineProperty`, blind to attributes that a host may have given to `Object.prototype`. */
export function defineProperty(
  target: object,
  name: PropertyKey,
  attributes: PropertyDescriptor,
): void {
  define(target, name, { __proto__: null, ...attributes } as PropertyDescriptor);
}
