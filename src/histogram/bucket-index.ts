/**
 * Bucket arithmetic of OpenTelemetry's base-2 exponential histogram at one fixed scale.
 * Source: OpenTelemetry Metrics Data Model, "ExponentialHistogram": base = 2^(2^-scale), and bucket
 * `i` holds the values in (base^i, base^(i+1)]. Indexes are those of the value in SECONDS, so they go
 * on the wire unchanged.
 */

/** 64 buckets per power of two: base = 2^(1/64) = 1.0109, so a bucket's middle is within 0.542 % of its values. */
export const SCALE = 6;
export const BUCKETS_PER_OCTAVE = 1 << SCALE;

/** Octaves from (2^-20 s = 0.95 µs, …] up to (…, 2^12 s = 68 min]: 32 of them hold 1 µs to about 1 h. */
export const OCTAVES = 32;
const LOWEST_OCTAVE = -20;

/** First and last index kept; whatever lies outside is counted in the nearest one. */
export const MIN_INDEX = LOWEST_OCTAVE * BUCKETS_PER_OCTAVE;
export const MAX_INDEX = MIN_INDEX + OCTAVES * BUCKETS_PER_OCTAVE - 1;

const US_PER_SECOND = 1e6;

/** Index of a duration in µs (> 0), clamped to the kept range. */
export function indexOfUs(us: number): number {
  // V8's log2 is its own port of fdlibm, exact at powers of two: the same index on every machine.
  // `| 0` makes it a small integer: a double handed on to another function is an allocation of 16 bytes.
  return clampIndex(Math.ceil(Math.log2(us / US_PER_SECOND) * BUCKETS_PER_OCTAVE) - 1) | 0;
}

/** Exclusive lower bound of a bucket in µs; the inclusive upper bound is that of `index + 1`. */
export function lowerBoundUs(index: number): number {
  return US_PER_SECOND * 2 ** (index / BUCKETS_PER_OCTAVE);
}

/**
 * The value of a bucket with the smallest worst-case relative error, in µs: the harmonic mean of its
 * bounds is off by (base - 1) / (base + 1) = 0.542 % at either end.
 */
export function middleUs(index: number): number {
  const low = lowerBoundUs(index);
  const high = lowerBoundUs(index + 1);
  return (2 * low * high) / (low + high);
}

/** Nearest kept index. */
export function clampIndex(index: number): number {
  return index < MIN_INDEX ? MIN_INDEX : index > MAX_INDEX ? MAX_INDEX : index;
}
