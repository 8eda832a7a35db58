import {
  clampIndex,
  indexOfUs,
  lowerBoundUs,
  MAX_INDEX,
  MIN_INDEX,
  SCALE,
} from './bucket-index.js';
import { addSaturating, Buckets, SATURATED } from './buckets.js';
import type { HistogramParts } from './bytes.js';

/** An OTLP ExponentialHistogram point; its buckets are those of values in seconds. */
export interface ExponentialParts {
  scale: number;
  positiveOffset: number;
  /** Dense, from `positiveOffset` on. */
  positiveCounts: readonly number[];
  zeroCount: number;
  count: number;
  sumUs: number;
  /** undefined = the sender did not say: the bounds of the outermost buckets stand in. */
  minUs: number | undefined;
  maxUs: number | undefined;
}

/** An OTLP Histogram point with its bounds converted to µs: bucket `i` is (bounds[i-1], bounds[i]]. */
export interface ExplicitParts {
  boundsUs: readonly number[];
  /** One more than bounds; the last one is open upwards. */
  counts: readonly number[];
  count: number;
  sumUs: number;
  minUs: number | undefined;
  maxUs: number | undefined;
}

/** How a foreign bucket's values are assumed to lie between its bounds. */
type Spacing = 'logarithmic' | 'linear';

/**
 * Scale 6 is taken over bucket by bucket. A finer scale folds exactly: 2^(s-6) of its buckets are one
 * of ours. A coarser bucket is spread evenly (in the logarithm) over ours, within min and max where the
 * sender gives them; every value stays inside the bucket it came from.
 */
export function exponentialToParts(point: ExponentialParts): HistogramParts {
  const buckets = new Buckets();
  // Our values start at 1 µs: an exact zero is counted as that.
  addCount(buckets, MIN_INDEX_OF_1_US, point.zeroCount);
  const limits = limitsOf(point);
  const finer = Math.max(0, Math.min(point.scale - SCALE, MAX_SHIFT));
  const coarser = Math.max(0, Math.min(SCALE - point.scale, MAX_SHIFT));
  for (let i = 0; i < point.positiveCounts.length; i++) {
    const count = point.positiveCounts[i] as number;
    if (!(count > 0)) continue;
    const index = point.positiveOffset + i;
    if (coarser === 0) {
      addCount(buckets, clampIndex(Math.floor(index / 2 ** finer)), count);
    } else {
      const width = 2 ** coarser;
      spread(buckets, index * width, (index + 1) * width - 1, count, limits, 'logarithmic');
    }
  }
  return complete(buckets, point, limits);
}

/**
 * Counts, sum, min and max stay exact. Where inside a bucket the values lie is unknown: they are spread
 * evenly between its bounds (as Prometheus' `histogram_quantile` assumes), within min and max where the
 * sender gives them. Without them the first bucket starts at 1 µs and the open last one is taken as
 * lying just above its lower bound.
 */
export function explicitToParts(point: ExplicitParts): HistogramParts {
  const buckets = new Buckets();
  const limits = limitsOf(point);
  // Bounds must ascend. Never going back keeps the work linear when a hostile sender's do not.
  let lowest = MIN_INDEX;
  for (let i = 0; i < point.counts.length; i++) {
    const count = point.counts[i] as number;
    if (!(count > 0)) continue;
    const lowUs = i === 0 ? 1 : positive(point.boundsUs[i - 1]);
    const open = i >= point.boundsUs.length;
    const highUs = open ? Math.max(lowUs, limits.maxUs ?? 0) : positive(point.boundsUs[i]);
    const first = clampIndex(Math.max(lowest, indexOfUs(lowUs) + (i === 0 ? 0 : 1)));
    const last = Math.max(first, indexOfUs(highUs));
    spread(buckets, first, last, count, limits, 'linear');
    lowest = last;
  }
  return complete(buckets, point, limits);
}

/** Beyond 2^62 a scale holds one bucket per sign; the bound keeps hostile scales out of the arithmetic. */
const MAX_SHIFT = 62;
const MIN_INDEX_OF_1_US = indexOfUs(1);

interface Limits {
  minUs: number | undefined;
  maxUs: number | undefined;
}

function limitsOf(point: { minUs: number | undefined; maxUs: number | undefined }): Limits {
  const known = (us: number | undefined): number | undefined =>
    us === undefined || !Number.isFinite(us) ? undefined : integerUs(us);
  const minUs = known(point.minUs);
  const maxUs = known(point.maxUs);
  if (minUs !== undefined && maxUs !== undefined && minUs > maxUs) {
    return { minUs: maxUs, maxUs: minUs };
  }
  return { minUs, maxUs };
}

/** Adds `count` to the buckets first … last, narrowed to the limits and to the range we keep. */
function spread(
  buckets: Buckets,
  first: number,
  last: number,
  count: number,
  limits: Limits,
  spacing: Spacing,
): void {
  const total = integerCount(count);
  let low = Math.max(first, limits.minUs === undefined ? MIN_INDEX : indexOfUs(limits.minUs));
  let high = Math.min(last, limits.maxUs === undefined ? MAX_INDEX : indexOfUs(limits.maxUs));
  if (low > high) {
    // The limits contradict the bucket: believe the bucket.
    low = clampIndex(first);
    high = clampIndex(last);
  }
  const startUs = lowerBoundUs(low);
  const widthUs = lowerBoundUs(high + 1) - startUs;
  let placed = 0;
  for (let index = low; index < high; index++) {
    const share =
      spacing === 'linear'
        ? (lowerBoundUs(index + 1) - startUs) / widthUs
        : (index + 1 - low) / (high + 1 - low);
    // Differences of one rising sequence: together they give exactly `total`.
    const upTo = Math.min(total, Math.round(total * share));
    addCount(buckets, index, upTo - placed);
    placed = Math.max(placed, upTo);
  }
  addCount(buckets, high, total - placed);
}

/** Exact figures of the sender where it gives them; what its buckets do not account for sits at the mean. */
function complete(
  buckets: Buckets,
  point: { count: number; sumUs: number },
  limits: Limits,
): HistogramParts {
  const count = integerCount(point.count);
  const sumUs = Number.isFinite(point.sumUs)
    ? Math.min(SATURATED, Math.max(0, Math.round(point.sumUs)))
    : 0;
  if (count > buckets.total) {
    addCount(buckets, indexOfUs(integerUs(sumUs / count)), count - buckets.total);
  }
  if (buckets.total === 0) return { buckets, sumUs: 0, minUs: 0, maxUs: 0 };
  let lowest = 0;
  let highest = 0;
  buckets.forEach((index) => {
    if (lowest === 0) lowest = integerUs(Math.floor(lowerBoundUs(index)) + 1);
    highest = integerUs(Math.floor(lowerBoundUs(index + 1)));
  });
  const minUs = limits.minUs ?? Math.min(lowest, limits.maxUs ?? lowest);
  return { buckets, sumUs, minUs, maxUs: limits.maxUs ?? Math.max(highest, minUs) };
}

function addCount(buckets: Buckets, index: number, count: number): void {
  const times = integerCount(count);
  if (times > 0) buckets.add(index, times);
}

function integerCount(count: number): number {
  return count > 0 ? addSaturating(Math.floor(count), 0) : 0;
}

/** A duration as this histogram knows it: integer µs, at least 1. */
export function integerUs(us: number): number {
  // `!(us > 1)` also catches NaN.
  if (!(us > 1)) return 1;
  return us >= SATURATED ? SATURATED : Math.round(us);
}

function positive(us: number | undefined): number {
  return us !== undefined && us > 1 ? us : 1;
}
