import { indexOfUs, lowerBoundUs, MAX_INDEX, middleUs, SCALE } from './bucket-index.js';
import { addSaturating, Buckets } from './buckets.js';
import { addEncoded, decodeParts, encodeParts, type HistogramParts } from './bytes.js';
import {
  explicitToParts,
  exponentialToParts,
  integerUs,
  type ExplicitParts,
  type ExponentialParts,
} from './convert.js';

/** Buckets as they go on the wire: OTLP's ExponentialHistogram of values in seconds. */
export interface ExponentialBuckets {
  scale: number;
  /** Index of the first count. */
  offset: number;
  /** Dense. */
  counts: number[];
}

/**
 * Durations in µs: exact count, sum, min and max, and exponential buckets of scale 6 from 1 µs to about
 * an hour. A value is an integer of at least 1 µs; one above 68 minutes is counted in the top bucket while
 * sum and max keep it exactly. Merging is integer addition: any order gives the same `encode()` bytes.
 * Counts and sum saturate at 2^53 - 1 (for the sum 285 years of summed time).
 */
export class Histogram {
  private readonly buckets: Buckets;
  // Initialized here and not only in the constructor: a field that was ever undefined holds tagged values,
  // and then each new sum is an allocation of 16 bytes.
  private sum = 0;
  private min = 0;
  private max = 0;

  constructor(parts?: HistogramParts) {
    this.buckets = parts?.buckets ?? new Buckets();
    if (parts === undefined) return;
    this.sum = parts.sumUs;
    this.min = parts.minUs;
    this.max = parts.maxUs;
  }

  get count(): number {
    return this.buckets.total;
  }

  get sumUs(): number {
    return this.sum;
  }

  /** 0 when empty. */
  get minUs(): number {
    return this.min;
  }

  /** 0 when empty. */
  get maxUs(): number {
    return this.max;
  }

  get isEmpty(): boolean {
    return this.buckets.total === 0;
  }

  /**
   * Counts a duration `times` times (a positive integer; anything else is ignored). `us` is rounded to
   * integer µs; below 1 and NaN count as 1. Allocates nothing once an octave has been seen.
   */
  record(us: number, times = 1): void {
    if (!Number.isSafeInteger(times) || times < 1) return;
    const value = integerUs(us);
    if (this.buckets.total === 0) {
      this.min = value;
      this.max = value;
    } else if (value < this.min) {
      this.min = value;
    } else if (value > this.max) {
      this.max = value;
    }
    this.buckets.add(indexOfUs(value), times);
    this.sum = addSaturating(this.sum, value * times);
  }

  /** Adds all of `other`, which stays as it is. */
  merge(other: Histogram): void {
    if (other.buckets.total === 0) return;
    if (this.buckets.total === 0 || other.min < this.min) this.min = other.min;
    if (other.max > this.max) this.max = other.max;
    this.buckets.merge(other.buckets);
    this.sum = addSaturating(this.sum, other.sum);
  }

  /**
   * Adds a histogram that is still encoded, without decoding it first. It lies in `bytes` from `start` up to
   * `end`: a view per histogram would be most of what reports over many thousand of them allocate.
   * @throws MalformedHistogramError on anything `encode` cannot have written; this histogram is then undefined.
   */
  mergeEncoded(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const wasEmpty = this.buckets.total === 0;
    const { sumUs, minUs, maxUs } = addEncoded(bytes, this.buckets, start, end);
    if (minUs === 0) return;
    if (wasEmpty || minUs < this.min) this.min = minUs;
    if (maxUs > this.max) this.max = maxUs;
    this.sum = addSaturating(this.sum, sumUs);
  }

  /**
   * The value at quantile `q` (0 … 1) in µs by nearest rank, within 0.55 % of the recorded one; 0 when
   * empty. The first and the last rank are exact, and values above the top bucket's 68 minutes answer
   * the maximum.
   */
  quantileUs(q: number): number {
    return this.quantilesUs([q])[0] as number;
  }

  /** As `quantileUs` for several ascending quantiles in one pass. */
  quantilesUs(quantiles: readonly number[]): number[] {
    const total = this.buckets.total;
    if (total === 0) return quantiles.map(() => 0);
    const ranks = quantiles.map((q) => Math.min(total, Math.max(1, Math.ceil(q * total) || 1)));
    const indexes = this.buckets.indexesOfRanks(ranks);
    return ranks.map((rank, i) => {
      if (rank <= 1) return this.min;
      if (rank >= total) return this.max;
      const index = indexes[i] ?? MAX_INDEX;
      if (index === MAX_INDEX && this.max > lowerBoundUs(MAX_INDEX + 1)) return this.max;
      return Math.min(this.max, Math.max(this.min, middleUs(index)));
    });
  }

  /** Empties it for reuse, keeping its memory. */
  clear(): void {
    this.buckets.clear();
    this.sum = 0;
    this.min = 0;
    this.max = 0;
  }

  /** Buckets for the wire, trimmed at both ends; all values are positive, so the zero count is 0. */
  toExponential(): ExponentialBuckets {
    return { scale: SCALE, ...this.buckets.dense() };
  }

  /** Takes over a point of any scale; see `exponentialToParts` for what is exact. Never throws. */
  static fromExponential(point: ExponentialParts): Histogram {
    return new Histogram(exponentialToParts(point));
  }

  /** Takes over an explicit-bucket histogram; see `explicitToParts` for the approximation. Never throws. */
  static fromExplicit(point: ExplicitParts): Histogram {
    return new Histogram(explicitToParts(point));
  }

  /** Compact, deterministic bytes for storage; the format is drawn in bytes.ts. */
  encode(): Uint8Array {
    return encodeParts({
      buckets: this.buckets,
      sumUs: this.sum,
      minUs: this.min,
      maxUs: this.max,
    });
  }

  /** @throws MalformedHistogramError on anything `encode` cannot have written. */
  static decode(bytes: Uint8Array): Histogram {
    return new Histogram(decodeParts(bytes));
  }
}
