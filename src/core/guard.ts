import type { Diag } from './diag.js';

/** Failures of our own code after which one instrumentation is switched off for good. */
const MAX_FAILURES = 5;

/**
 * Counts the failures of *our* statements in one instrumentation. It is put around our bookkeeping only,
 * never around the host's call: a host error must not be counted, swallowed or wrapped.
 */
export interface Guard {
  /** False once switched off: hooks then do nothing but pass through. */
  readonly active: boolean;
  /** Call in the `catch` of our own statements. */
  failed(): void;
  /** Runs our own `fn`; a throw is counted and answered with undefined. Allocates nothing itself. */
  run<A, R>(fn: (a: A) => R, a: A): R | undefined;
}

/**
 * @param name instrumentation, as in RETRACE_DISABLED_INSTRUMENTATIONS.
 * @param version version of the library, for the one line that is printed.
 * @param onDisable detaches the hooks; may throw.
 */
export function createGuard(
  name: string,
  version: string,
  diag: Diag,
  onDisable?: () => void,
): Guard {
  let failures = 0;
  const guard = {
    active: true,
    failed(): void {
      failures += 1;
      if (failures < MAX_FAILURES || !guard.active) return;
      guard.active = false;
      diag.warnOnce(
        `guard:${name}`,
        `${name} ${version}: hook switched off after ${MAX_FAILURES} internal errors; the app is unaffected`,
      );
      try {
        onDisable?.();
      } catch {
        // Detaching is best effort: an inactive guard already makes every hook pass through.
      }
    },
    run<A, R>(fn: (a: A) => R, a: A): R | undefined {
      if (!guard.active) return undefined;
      try {
        return fn(a);
      } catch {
        guard.failed();
        return undefined;
      }
    },
  };
  return guard;
}
