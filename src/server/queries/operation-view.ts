import { Histogram } from '../../histogram/index.js';
import type { Stats } from '../api-types.js';
import type { Outcome } from '../store/store.js';
import type { OperationSums } from './sums.js';

/** One operation over a range whose parts were summed apart (finished buckets, and the rest). */
export class OperationView {
  readonly calls: number = 0;
  readonly errors: number = 0;
  readonly totalUs: number = 0;
  /** Start of the last bucket with calls; 0 = none. */
  readonly lastBucketMs: number = 0;
  private cachedStats: Stats | undefined;

  constructor(private readonly parts: readonly OperationSums[]) {
    for (const part of parts) {
      this.calls += part.calls;
      this.errors += part.errors;
      this.totalUs += part.totalUs;
      if (part.lastBucketMs > this.lastBucketMs) this.lastBucketMs = part.lastBucketMs;
    }
  }

  /** Facts that add up. */
  fact(place: 0 | 1 | 2): number {
    let sum = 0;
    for (const part of this.parts) sum += part.facts[place] ?? 0;
    return sum;
  }

  get thirdMax(): number {
    return Math.max(0, ...this.parts.map((part) => part.thirdMax));
  }

  outcomes(visit: (outcome: Outcome, calls: number) => void): void {
    for (const part of this.parts) {
      for (const [outcome, calls] of part.outcomes) visit(outcome, calls);
    }
  }

  callers(visit: (caller: number, calls: number) => void): void {
    for (const part of this.parts) {
      for (const [caller, calls] of part.callers) visit(caller, calls);
    }
  }

  get sparkline(): number[] {
    const [first, ...others] = this.parts;
    const values = [...(first?.sparkline ?? [])];
    for (const part of others) {
      part.sparkline.forEach((calls, i) => (values[i] = (values[i] ?? 0) + calls));
    }
    return values;
  }

  mergeSucceeded(into: Histogram): void {
    for (const part of this.parts) part.mergeSucceeded(into);
  }

  mergeAll(into: Histogram): void {
    for (const part of this.parts) {
      part.mergeSucceeded(into);
      part.mergeFailed(into);
    }
  }

  stats(): Stats {
    if (this.cachedStats === undefined) {
      scratch.clear();
      this.mergeAll(scratch);
      this.cachedStats = statsOf(scratch, this.errors);
    }
    return this.cachedStats;
  }
}

/** Reused for every row: 5,000 new histograms would be 15 MB for the garbage collector. Never kept. */
const scratch = new Histogram();

/** Percentiles come from the merged histogram only. */
export function statsOf(timings: Histogram, errors: number): Stats {
  const { count, sumUs, maxUs } = timings;
  const [p50Us = 0, p95Us = 0, p99Us = 0] = timings.quantilesUs([0.5, 0.95, 0.99]);
  const averageUs = count === 0 ? 0 : sumUs / count;
  return { calls: count, errors, averageUs, p50Us, p95Us, p99Us, maxUs, totalUs: sumUs };
}
