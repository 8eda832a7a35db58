import { performance } from 'node:perf_hooks';

/** What an ending process waits for us at most, by the clock on the wall, whatever the machine does. */
export const EXIT_WAIT_MS = 50;
/**
 * After this the worker may be stuck or starved, and the ending thread, which has the CPU, prepares to write the
 * last window itself (last-word.ts). A worker that gets its turn needs 3 to 6 ms (Node 20 to 26, 2 cores).
 */
export const WORKER_WAIT_MS = 12;

/** How long the last turn may still wait; one for everything that is waited for. */
export interface ExitPatience {
  /** Milliseconds left; 0 or less = no more. */
  left(): number;
}

/** One look, no wait. */
export const NO_PATIENCE: ExitPatience = { left: () => 0 };

/** Begins now. */
export function createExitPatience(limitMs: number): ExitPatience {
  const end = performance.now() + limitMs;
  return { left: () => end - performance.now() };
}

/** `limitMs` from now, within what `patience` has left. */
export function atMost(limitMs: number, patience: ExitPatience): ExitPatience {
  return createExitPatience(Math.min(limitMs, patience.left()));
}
