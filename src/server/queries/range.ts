import type { Range } from '../api-types.js';
import type { BucketSeconds, ScanRange } from '../store/store.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Longest ranges answered from minutes and from hours: at most 360 and 192 buckets in a chart. */
const MAX_MINUTE_RANGE_MS = 6 * HOUR_MS;
const MAX_HOUR_RANGE_MS = 8 * DAY_MS;

/** The buckets that answer a range, and why they are not the finest. */
export interface AskedRange extends ScanRange {
  coarseBecause?: NonNullable<Range['coarseBecause']>;
}

/**
 * The buckets that answer a range: the finest that keep a chart readable and that retention has not
 * purged. Ends are widened to whole buckets.
 * @param keptFromMs the earliest time that the answer needs: `fromMs`, or before it for a comparison.
 */
export function bucketsOf(
  fromMs: number,
  toMs: number,
  nowMs: number,
  retentionMinuteDays: number,
  keptFromMs = fromMs,
): AskedRange {
  const length = toMs - fromMs;
  const short = length <= MAX_MINUTE_RANGE_MS;
  const minutesKept = keptFromMs >= nowMs - retentionMinuteDays * DAY_MS;
  const bucketSeconds: BucketSeconds =
    short && minutesKept ? 60 : length <= MAX_HOUR_RANGE_MS ? 3600 : 86_400;
  const bucketMs = bucketSeconds * 1000;
  return {
    fromMs: Math.floor(fromMs / bucketMs) * bucketMs,
    toMs: Math.ceil(toMs / bucketMs) * bucketMs,
    bucketSeconds,
    ...(bucketSeconds !== 60 && { coarseBecause: short ? 'minutes_expired' : 'long_range' }),
  };
}

export function bucketCount(range: ScanRange): number {
  return (range.toMs - range.fromMs) / (range.bucketSeconds * 1000);
}

/** Minutes of the range that have passed: what a rate divides by. At least one. */
export function elapsedMinutes(range: ScanRange, nowMs: number): number {
  return Math.max(1, (Math.min(range.toMs, nowMs) - range.fromMs) / 60_000);
}
