import { constants, PerformanceObserver } from 'node:perf_hooks';
import { nowUs } from '../core/clock.js';
import { GC_TYPES } from '../core/semconv.js';
import { type Collection, CollectionWriter, createCollectionRing } from './collection-ring.js';

/** Collections that may be seen per second, on average: at 70 to 370 µs each they cost 0.04 to 0.2 % of the thread. */
const PER_SECOND = 5;
/** What a quiet time saves for a burst. */
const MOST_SAVED = 50;
/** A span that sees fewer says little; less than this is saved up for. */
const WORTH_A_SPAN = 20;

const MINOR = GC_TYPES.indexOf('minor');
/** Kind of Node.js → place in GC_TYPES. V8's minor mark-sweep has no constant. */
const TYPE_OF = new Map<number | undefined, number>([
  [constants.NODE_PERFORMANCE_GC_MINOR, MINOR],
  [constants.NODE_PERFORMANCE_GC_MAJOR, GC_TYPES.indexOf('major')],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, GC_TYPES.indexOf('incremental')],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, GC_TYPES.indexOf('weakcb')],
]);

/** The smallest part of an entry that is used. */
export interface GcEntry {
  /** ms */
  readonly duration: number;
  readonly detail?: unknown;
}

/** The smallest part of a PerformanceObserver that is used. */
export interface GcObserver {
  observe(options: { entryTypes: 'gc'[] }): void;
  disconnect(): void;
}

export type CreateGcObserver = (onEntries: (entries: readonly GcEntry[]) => void) => GcObserver;

const createObserver: CreateGcObserver = (onEntries) =>
  new PerformanceObserver((list) => onEntries(list.getEntries()));

/**
 * Observes the garbage collections of this thread, as many as it may cost: the rest of the time is told as not
 * observed. Has no timer of its own and does nothing while nothing is collected.
 *
 * A PerformanceObserver costs the host's thread 310, 170, 290 and 70 µs of CPU per collection (Node.js 20, 22, 24 and
 * 26; medians of 720 collections between other work, on a busy machine; 370 µs was the most): native code notes it, and
 * Node.js makes an entry in the next turn and tells it in the one after, with one setImmediate, which async_hooks and,
 * in between, process.getActiveResourcesInfo() can see. Hence the allowance. With it, an app that does nothing but
 * allocate (some 200 collections per second) takes as much CPU per turn as without us: 122.6, 122.6, 112.7 and 112.8 µs
 * against 122.6, 122.6, 111.5 and 115.1.
 *
 * Not v8.GCProfiler, which runs no JavaScript per collection: after its stop() it goes on noting every collection, 6 KB
 * of memory and 10 to 30 µs each, until a major collection frees it (Node.js 20 to 26). 240 profilers of 16 minor
 * collections each, one after the other, came to 2.1 GB on Node.js 20 and 2.7 GB on 24. And reading takes 14 to 80 µs
 * per collection, in one piece.
 */
export class GcWatch {
  /** See collection-ring.ts. */
  readonly shared = createCollectionRing();
  readonly #writer = new CollectionWriter(this.shared);
  readonly #observer: GcObserver;
  #collections: Collection[] = [];
  #allowance = MOST_SAVED;
  /** Begin of the span under observation; undefined while there is none. */
  #sinceUs: number | undefined;
  #observedUs = 0;
  #unobservedUs = 0;
  #lastTellUs: number;

  constructor(create: CreateGcObserver = createObserver) {
    this.#observer = create((entries) => this.#take(entries));
    this.#lastTellUs = this.#begin();
  }

  /** Writes what was seen since the last call, and goes on observing when that is allowed again. */
  tell(): void {
    const now = nowUs();
    const elapsedUs = now - this.#lastTellUs;
    this.#lastTellUs = now;
    if (this.#sinceUs !== undefined) {
      this.#observedUs += now - this.#sinceUs;
      this.#sinceUs = now;
    }
    let unobservedUs = this.#unobservedUs + Math.max(elapsedUs - this.#observedUs, 0);
    const isEmpty = this.#observedUs === 0 && this.#collections.length === 0;
    if (!isEmpty && !this.#writer.observed(this.#collections, this.#observedUs)) {
      unobservedUs += this.#observedUs;
    }
    // Below a µs it is the rounding of two clock readings.
    const isTold = unobservedUs < 1 || this.#writer.unobserved(unobservedUs);
    this.#unobservedUs = isTold ? 0 : unobservedUs;
    this.#observedUs = 0;
    this.#collections = [];
    this.#allowance = Math.min(this.#allowance + (elapsedUs / 1e6) * PER_SECOND, MOST_SAVED);
    if (this.#sinceUs === undefined && this.#allowance >= WORTH_A_SPAN) this.#begin();
  }

  #begin(): number {
    this.#observer.observe({ entryTypes: ['gc'] });
    return (this.#sinceUs = nowUs());
  }

  /** Runs in a turn of the host: never throws. */
  #take(entries: readonly GcEntry[]): void {
    try {
      if (this.#sinceUs === undefined) return;
      for (const { duration, detail } of entries) {
        const { kind } = (detail ?? {}) as { kind?: number };
        this.#collections.push({ type: TYPE_OF.get(kind) ?? MINOR, durationUs: duration * 1000 });
      }
      this.#allowance -= entries.length;
      if (this.#allowance < 1) this.#end();
    } catch {
      // One figure less.
    }
  }

  #end(): void {
    this.#observer.disconnect();
    // A span that ends because of a collection has one too many for its length.
    this.#collections.pop();
    this.#observedUs += nowUs() - (this.#sinceUs as number);
    this.#sinceUs = undefined;
  }
}
