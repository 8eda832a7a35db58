import { performance } from 'node:perf_hooks';

/** What an ending process waits for us at most, where our worker gets the CPU it asks for. */
export const EXIT_WAIT_MS = 50;
/**
 * Bound where it does not. With several busy processes per core, 50 ms pass before a worker was given a few ms of
 * CPU: such an end is late by itself, and to lose its last window would be our doing.
 */
export const STARVED_EXIT_WAIT_MS = 500;
/** Pause between two looks at the CPU that the process was given. */
const LOOK_MS = 10;

/** How long the last turn may still wait. Begins with its creation; one for everything that is waited for. */
export interface ExitPatience {
  /** Longest single wait, ms; 0 = no more. */
  left(): number;
}

/**
 * While the host's thread waits, the process's CPU time is the worker's. So EXIT_WAIT_MS counts in full only where
 * that much CPU was given; a starved process goes on waiting, up to STARVED_EXIT_WAIT_MS.
 */
export function createExitPatience(): ExitPatience {
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  return {
    left() {
      const waited = performance.now() - begun;
      if (waited < EXIT_WAIT_MS) return Math.min(EXIT_WAIT_MS - waited, LOOK_MS);
      if (waited >= STARVED_EXIT_WAIT_MS) return 0;
      const { user, system } = process.cpuUsage(cpuBefore);
      return (user + system) / 1000 >= EXIT_WAIT_MS ? 0 : LOOK_MS;
    },
  };
}
