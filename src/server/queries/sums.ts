import type { Histogram } from '../../histogram/index.js';
import type { Outcome, ScanRange, SeriesView } from '../store/store.js';
import { EncodedTimings } from './encoded-timings.js';
import { pointOf, pointsIn } from './sparkline.js';

/**
 * Everything that adds up over the series of one operation. Counts and sums are added at once; histograms are
 * kept as stored bytes and merged only when a percentile is asked for, so that a report of 5,000 rows decodes the
 * rows it shows and no others.
 */
export class OperationSums {
  calls = 0;
  errors = 0;
  totalUs = 0;
  /** Start of the last bucket with calls; 0 = none. */
  lastBucketMs = 0;
  readonly facts = [0, 0, 0];
  /** Largest third fact of any series: for queries the most runs in one request. */
  thirdMax = 0;
  readonly outcomes = new Map<Outcome, number>();
  /** Calls by calling endpoint; 0 = outside any request. */
  readonly callers = new Map<number, number>();
  readonly sparkline: number[];
  private readonly succeeded = new EncodedTimings();
  private readonly failed = new EncodedTimings();

  constructor(private readonly range: ScanRange) {
    this.sparkline = new Array<number>(pointsIn(range)).fill(0);
  }

  add(view: SeriesView): void {
    const { outcome, count } = view;
    if (outcome === undefined) {
      this.addFacts(view.facts);
      return;
    }
    this.calls += count;
    this.totalUs += view.sumUs;
    if (outcome.errorType === '') this.succeeded.add(view);
    else {
      this.errors += count;
      this.failed.add(view);
    }
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + count);
    this.callers.set(view.caller, (this.callers.get(view.caller) ?? 0) + count);
    const point = pointOf(this.range, view.bucketMs);
    this.sparkline[point] = (this.sparkline[point] ?? 0) + count;
    if (view.bucketMs > this.lastBucketMs) this.lastBucketMs = view.bucketMs;
  }

  private addFacts(facts: readonly number[]): void {
    for (let i = 0; i < 3; i++) this.facts[i] = (this.facts[i] ?? 0) + (facts[i] ?? 0);
    this.thirdMax = Math.max(this.thirdMax, facts[2] ?? 0);
  }

  mergeSucceeded(into: Histogram): void {
    this.succeeded.mergeInto(into);
  }

  mergeFailed(into: Histogram): void {
    this.failed.mergeInto(into);
  }

  /** Bytes of histograms that it holds on to. */
  get heldBytes(): number {
    return this.succeeded.heldBytes + this.failed.heldBytes;
  }

  /** Merges what it holds into one histogram each: same result, less memory. @returns bytes still held. */
  compact(): number {
    this.succeeded.compact();
    this.failed.compact();
    return this.heldBytes;
  }

  /** Everything of `other` too, which stays as it is. */
  absorb(other: OperationSums): void {
    this.calls += other.calls;
    this.errors += other.errors;
    this.totalUs += other.totalUs;
    this.lastBucketMs = Math.max(this.lastBucketMs, other.lastBucketMs);
    for (let i = 0; i < 3; i++) this.facts[i] = (this.facts[i] ?? 0) + (other.facts[i] ?? 0);
    this.thirdMax = Math.max(this.thirdMax, other.thirdMax);
    for (const [outcome, calls] of other.outcomes) {
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + calls);
    }
    for (const [caller, calls] of other.callers) {
      this.callers.set(caller, (this.callers.get(caller) ?? 0) + calls);
    }
    other.sparkline.forEach((calls, i) => {
      this.sparkline[i] = (this.sparkline[i] ?? 0) + calls;
    });
    this.succeeded.addAll(other.succeeded);
    this.failed.addAll(other.failed);
  }
}

/** Sums of the operations of one service, kind and range. */
export class Sums {
  readonly byOperation = new Map<number, OperationSums>();
  private held = 0;
  /** Entries of a chunk ascend by operation: the last one is mostly the next one. */
  private lastId = -1;
  private last: OperationSums | undefined;

  constructor(readonly range: ScanRange) {}

  add(view: SeriesView): void {
    let sums = this.last;
    if (sums === undefined || view.operation !== this.lastId) {
      sums = this.byOperation.get(view.operation);
      if (sums === undefined) {
        sums = new OperationSums(this.range);
        this.byOperation.set(view.operation, sums);
      }
      this.last = sums;
      this.lastId = view.operation;
    }
    sums.add(view);
    this.held += view.end - view.start;
    if (this.held > MAX_HELD_BYTES) this.compact();
  }

  /** About what it takes in memory, once compacted. */
  get bytes(): number {
    return this.held + this.byOperation.size * BYTES_PER_OPERATION;
  }

  /** This and `later` together, as new sums: who reads these two meanwhile sees no change. */
  plus(later: Sums): Sums {
    const both = new Sums(this.range);
    both.held = this.held + later.held;
    for (const [id, sums] of this.byOperation) {
      if (!later.byOperation.has(id)) both.byOperation.set(id, sums);
    }
    for (const [id, sums] of later.byOperation) {
      const earlier = this.byOperation.get(id);
      if (earlier === undefined) {
        both.byOperation.set(id, sums);
        continue;
      }
      const copy = new OperationSums(this.range);
      copy.absorb(earlier);
      copy.absorb(sums);
      both.byOperation.set(id, copy);
    }
    return both;
  }

  compact(): void {
    this.held = 0;
    for (const sums of this.byOperation.values()) this.held += sums.compact();
  }

  /** The same in slices, `pause` in between. */
  async compactSlowly(pause: () => Promise<void>): Promise<void> {
    this.held = 0;
    let count = 0;
    for (const sums of this.byOperation.values()) {
      this.held += sums.compact();
      if (++count % OPERATIONS_PER_SLICE === 0) await pause();
    }
  }
}

/** Histograms of a range that are held undecoded: 30 days of 5,000 queries are 50 MB. */
const MAX_HELD_BYTES = 96 * 1024 * 1024;
const BYTES_PER_OPERATION = 1200;
const OPERATIONS_PER_SLICE = 100;
