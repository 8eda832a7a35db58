import { Histogram } from '../../histogram/index.js';
import type { Stats } from '../api-types.js';
import type { Outcome } from '../store/store.js';
import type { OperationSums } from './sums.js';

/** One operation over a range whose parts were summed apart (finished buckets, and the rest). */
export class OperationView {
  private cachedStats: Stats | undefined;

  constructor(private readonly parts: readonly OperationSums[]) {}

  get calls(): number {
    return this.total((part) => part.calls);
  }

  get errors(): number {
    return this.total((part) => part.errors);
  }

  get totalUs(): number {
    return this.total((part) => part.totalUs);
  }

  get lastBucketMs(): number {
    return this.most((part) => part.lastBucketMs);
  }

  /** Facts that add up. */
  fact(place: 0 | 1 | 2): number {
    return this.total((part) => part.facts[place] ?? 0);
  }

  get thirdMax(): number {
    return this.most((part) => part.thirdMax);
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
      const timings = new Histogram();
      this.mergeAll(timings);
      this.cachedStats = statsOf(timings, this.errors);
    }
    return this.cachedStats;
  }

  private total(of: (part: OperationSums) => number): number {
    let sum = 0;
    for (const part of this.parts) sum += of(part);
    return sum;
  }

  private most(of: (part: OperationSums) => number): number {
    let most = 0;
    for (const part of this.parts) most = Math.max(most, of(part));
    return most;
  }
}

/** Percentiles come from the merged histogram only. */
export function statsOf(timings: Histogram, errors: number): Stats {
  const { count, sumUs, maxUs } = timings;
  const [p50Us = 0, p95Us = 0, p99Us = 0] = timings.quantilesUs([0.5, 0.95, 0.99]);
  const averageUs = count === 0 ? 0 : sumUs / count;
  return { calls: count, errors, averageUs, p50Us, p95Us, p99Us, maxUs, totalUs: sumUs };
}
