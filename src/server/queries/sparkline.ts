import type { ScanRange } from '../store/store.js';
import { bucketCount } from './range.js';

/** An hour of minutes with its two cut ends, and as many as fit a table cell; more would only make answers of thousands of rows heavy. */
const MAX_POINTS = 64;

/** Calls over the range, oldest first: one value per bucket, or per equal group of buckets in long ranges. */
export function pointsIn(range: ScanRange): number {
  return Math.max(1, Math.ceil(bucketCount(range) / bucketsPerPoint(range)));
}

/** Place of a bucket in the sparkline. */
export function pointOf(range: ScanRange, bucketMs: number): number {
  const pointMs = bucketsPerPoint(range) * range.bucketSeconds * 1000;
  return Math.floor((bucketMs - range.fromMs) / pointMs);
}

function bucketsPerPoint(range: ScanRange): number {
  return Math.max(1, Math.ceil(bucketCount(range) / MAX_POINTS));
}
