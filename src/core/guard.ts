import type { Diag } from './diag.js';

/** Failures after which a guarded part switches itself off: a defect that repeats will not heal. */
const MAX_FAILURES = 5;

/**
 * Stands between our statements and the host. Callers write
 *
 *     if (guard.on) { try { …our statements… } catch (error) { guard.fail(error); } }
 *     return hostFunction.apply(this, arguments);
 *
 * so that the host's own call is never inside the `try`: its errors are not ours to see.
 */
export interface Guard {
  /** False once too many failures were seen; the part then does nothing for the life of the process. */
  readonly on: boolean;
  /** Counts one failure of ours. */
  fail(error: unknown): void;
}

/**
 * @param subject library and version as the one line should name them, for example `pg 8.23.1`.
 */
export function createGuard(subject: string, diag: Diag): Guard {
  let failures = 0;
  const guard = {
    on: true,
    fail(error: unknown): void {
      try {
        failures += 1;
        // The class alone: a message may quote what the host was working on.
        const kind = error instanceof Error ? error.name : typeof error;
        diag.debugOnce(`guard-debug:${subject}`, `instrumentation of ${subject} failed (${kind})`);
        if (failures < MAX_FAILURES || !guard.on) return;
        guard.on = false;
        diag.warnOnce(
          `guard:${subject}`,
          `instrumentation of ${subject} failed ${failures} times (${kind}) and is now off; the app is not affected`,
        );
      } catch {
        guard.on = false;
      }
    },
  };
  return guard;
}
