import { nowUs } from '../core/clock.js';

/** What an ending process waits for us at most, by the clock on the wall, whatever the machine does. */
export const EXIT_WAIT_MS = 50;
/**
 * A worker that has not begun by then may be stuck or starved: the ending thread, which has the CPU, writes the last
 * window itself (last-word.ts). One that has begun gets all of the time: of 16 apps, 14 lost the window when both wrote
 * at once after 12 ms, 3 do now (Node 20, 2 cores). A worker with warm code needs 3 to 6 ms (Node 20 to 26).
 */
export const WORKER_WAIT_MS = 15;

/** How long the last turn may still wait; one for everything that is waited for. */
export interface ExitPatience {
  /** Milliseconds left; 0 or less = no more. */
  left(): number;
}

/** Begins now. */
export function createExitPatience(limitMs: number): ExitPatience {
  const endUs = nowUs() + limitMs * 1000;
  return { left: () => (endUs - nowUs()) / 1000 };
}

/** `limitMs` from now, within what `patience` has left. */
export function atMost(limitMs: number, patience: ExitPatience): ExitPatience {
  return createExitPatience(Math.min(limitMs, patience.left()));
}
