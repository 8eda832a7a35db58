import type { ScanRange } from '../store/store.js';
import { bucketCount } from './range.js';

/** An hour of minutes with its two cut ends, and as many as fit a table cell; more would only make answers of thousands of rows heavy. */
const MAX_POINTS = 64;

/** Calls over the range, oldest first: one value per bucket, or per equal group of buckets in long ranges. */
export class Sparkline {
  readonly values: number[];
  private readonly pointMs: number;

  constructor(private readonly range: ScanRange) {
    const buckets = bucketCount(range);
    const group = Math.max(1, Math.ceil(buckets / MAX_POINTS));
    this.pointMs = group * range.bucketSeconds * 1000;
    this.values = new Array<number>(Math.max(1, Math.ceil(buckets / group))).fill(0);
  }

  add(bucketMs: number, calls: number): void {
    const point = Math.floor((bucketMs - this.range.fromMs) / this.pointMs);
    this.values[point] = (this.values[point] ?? 0) + calls;
  }
}
