import { GC_TYPES } from '../core/semconv.js';

/**
 * Garbage collections of the host's thread, in shared memory: it writes with each pulse, the worker reads once per
 * window.
 *
 *   byte  0   Int32    entries written, mod 2^32
 *         4   Int32    entries read, mod 2^32
 *         8…  Float64  entries, CAPACITY of them in turn: kind × 2^48 + µs, an exact integer
 *
 *   kind  0…3   a collection of that GC_TYPE and how long it held the thread
 *         4     time in which every collection was told
 *         5     time in which none was
 *
 * One writer, one reader. An entry is complete before the sequentially consistent store of "written" that shows it, and
 * has been read before the store of "read" that gives its place away.
 */
const WRITTEN = 0;
const READ = 1;
const HEADER_BYTES = 8;
/**
 * The longest window (300 s) has about 1500 (gc-watch.ts), more where an event loop was blocked. 32 KiB. Time whose
 * collections find no room counts as not observed.
 */
const CAPACITY = 4096;
const KIND_UNIT = 2 ** 48;
const OBSERVED = GC_TYPES.length;
const UNOBSERVED = OBSERVED + 1;

/** Place in GC_TYPES, and duration. */
export interface Collection {
  readonly type: number;
  readonly durationUs: number;
}

export function createCollectionRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + CAPACITY * 8);
}

const entriesOf = (shared: SharedArrayBuffer): Float64Array =>
  new Float64Array(shared, HEADER_BYTES);

export class CollectionWriter {
  readonly #words: Int32Array;
  readonly #entries: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, 0, 2);
    this.#entries = entriesOf(shared);
  }

  /** Tells all of a time span, or nothing. @returns false when there is no room for all of it. */
  observed(collections: readonly Collection[], spanUs: number): boolean {
    if (this.#room <= collections.length) return false;
    let at = Atomics.load(this.#words, WRITTEN);
    for (const { type, durationUs } of collections) this.#put(at++, type, durationUs);
    this.#put(at++, OBSERVED, spanUs);
    Atomics.store(this.#words, WRITTEN, at);
    return true;
  }

  /** @returns false when there is no room. */
  unobserved(spanUs: number): boolean {
    if (this.#room === 0) return false;
    const at = Atomics.load(this.#words, WRITTEN);
    this.#put(at, UNOBSERVED, spanUs);
    Atomics.store(this.#words, WRITTEN, at + 1);
    return true;
  }

  get #room(): number {
    const held = (Atomics.load(this.#words, WRITTEN) - Atomics.load(this.#words, READ)) | 0;
    return CAPACITY - held;
  }

  #put(at: number, kind: number, us: number): void {
    this.#entries[at & (CAPACITY - 1)] = kind * KIND_UNIT + Math.round(us);
  }
}

/**
 * Takes everything that was written since the last call.
 *
 * @param onCollection gets the place in GC_TYPES.
 */
export function takeCollections(
  shared: SharedArrayBuffer,
  onCollection: (type: number, durationUs: number) => void,
): { observedUs: number; unobservedUs: number } {
  const words = new Int32Array(shared, 0, 2);
  const entries = entriesOf(shared);
  const end = Atomics.load(words, WRITTEN);
  let observedUs = 0;
  let unobservedUs = 0;
  for (let at = Atomics.load(words, READ); at !== end; at = (at + 1) | 0) {
    const entry = entries[at & (CAPACITY - 1)] as number;
    const kind = Math.floor(entry / KIND_UNIT);
    const us = entry - kind * KIND_UNIT;
    if (kind === OBSERVED) observedUs += us;
    else if (kind === UNOBSERVED) unobservedUs += us;
    else onCollection(kind, us);
  }
  Atomics.store(words, READ, end);
  return { observedUs, unobservedUs };
}
