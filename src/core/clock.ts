import { performance } from 'node:perf_hooks';

/** Taken at the start, so that a host's false clock is not ours. As fast as the method itself (Node 20 and 24). */
const now = performance.now.bind(performance);

/** Monotonic time in µs (fractional) since this thread's time origin. Costs 35 to 60 ns. */
export function nowUs(): number {
  return now() * 1000;
}

/** Wall-clock time in µs since the Unix epoch of the monotonic instant `monotonicUs`. */
export function toEpochUs(monotonicUs: number): number {
  return performance.timeOrigin * 1000 + monotonicUs;
}
