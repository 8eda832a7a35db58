import {
  DROPPED_OFFSET_BYTES,
  HEAD_OFFSET_BYTES,
  RECORDED_OFFSET_BYTES,
  RECORD_KIND,
  type RecordKind,
  type RingRecord,
  SLOT_BYTES,
  SLOTS_OFFSET_BYTES,
  TAIL_OFFSET_BYTES,
} from './layout.js';

const HEAD = HEAD_OFFSET_BYTES / 4;
const TAIL = TAIL_OFFSET_BYTES / 4;
const SLOT_WORDS = SLOT_BYTES / 4;
const SLOTS_WORD = SLOTS_OFFSET_BYTES / 4;
const SLOT_DOUBLES = SLOT_BYTES / 8;
const SLOTS_DOUBLE = SLOTS_OFFSET_BYTES / 8;

/** How many records are consumed before the tail is published: frees room early without a fence per record. */
const PUBLISH_EVERY = 256;

/** Operations per kind since the last look. */
export interface KindCounts {
  request: number;
  query: number;
  call: number;
}

/**
 * Consumer half of the ring; exactly one thread may use it at a time (see OWNER). Loads `head` once per
 * drain, sequentially consistent, which makes every slot before it visible; publishes `tail` after the
 * slots were read, so that the producer cannot overwrite one that is still being read.
 */
export class RingReader {
  readonly #words: Int32Array;
  readonly #unsigned: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #capacity: number;
  readonly #record: RingRecord = {
    kind: RECORD_KIND.request,
    status: 0,
    startUs: 0,
    durationUs: 0,
    requestId: 0,
    signatureId: 0,
    sourceId: 0,
    errorId: 0,
  };
  readonly #seen = new Map<number, number>();

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
    this.#unsigned = new Uint32Array(shared);
    this.#doubles = new Float64Array(shared);
    this.#capacity = (shared.byteLength - SLOTS_OFFSET_BYTES) / SLOT_BYTES;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Records published and not yet consumed. */
  get pending(): number {
    return (Atomics.load(this.#words, HEAD) - Atomics.load(this.#words, TAIL)) | 0;
  }

  /**
   * Consumes everything published up to now. `take` receives one reused object; what must be kept is copied.
   *
   * @param step called after each 256 records, for a reader that has the time to pause.
   * @returns how many records were taken.
   */
  drain(take: (record: Readonly<RingRecord>) => void, step?: () => void): number {
    const words = this.#words;
    const head = Atomics.load(words, HEAD);
    const first = Atomics.load(words, TAIL);
    let tail = first;
    while (tail !== head) {
      const record = this.#read(tail);
      tail = (tail + 1) | 0;
      take(record);
      if ((tail & (PUBLISH_EVERY - 1)) === 0) {
        Atomics.store(words, TAIL, tail);
        step?.();
      }
    }
    Atomics.store(words, TAIL, tail);
    return (tail - first) | 0;
  }

  /**
   * Reads again what was consumed, and what was not yet, from record number `from` on, as far back as the ring
   * reaches. Only where the producer has stopped for good; moves nothing. `go` is asked now and then.
   */
  replay(from: number, take: (record: Readonly<RingRecord>) => void, go: () => boolean): void {
    const head = Atomics.load(this.#words, HEAD);
    const wanted = (head - from) | 0;
    let at = wanted > this.#capacity ? (head - this.#capacity) | 0 : from;
    while (at !== head) {
      take(this.#read(at));
      at = (at + 1) | 0;
      if ((at & (PUBLISH_EVERY - 1)) === 0 && !go()) return;
    }
  }

  /** Record number `at` in the reused object. */
  #read(at: number): Readonly<RingRecord> {
    const unsigned = this.#unsigned;
    const record = this.#record;
    const index = at & (this.#capacity - 1);
    const word = SLOTS_WORD + index * SLOT_WORDS;
    const kindAndStatus = unsigned[word + 6] as number;
    record.startUs = this.#doubles[SLOTS_DOUBLE + index * SLOT_DOUBLES] as number;
    record.durationUs = unsigned[word + 2] as number;
    record.requestId = unsigned[word + 3] as number;
    record.signatureId = unsigned[word + 4] as number;
    record.sourceId = unsigned[word + 5] as number;
    record.kind = (kindAndStatus & 0xffff) as RecordKind;
    record.status = kindAndStatus >>> 16;
    record.errorId = unsigned[word + 7] as number;
    return record;
  }

  /** Operations the hooks saw since the last call, dropped ones included. */
  takeRecorded(): KindCounts {
    return this.#takeDeltas(RECORDED_OFFSET_BYTES / 4);
  }

  /** Operations that found the ring full since the last call. */
  takeDropped(): KindCounts {
    return this.#takeDeltas(DROPPED_OFFSET_BYTES / 4);
  }

  #takeDeltas(base: number): KindCounts {
    return {
      request: this.#delta(base),
      query: this.#delta(base + 1),
      call: this.#delta(base + 2),
    };
  }

  /** Difference modulo 2^32, so that a counter may wrap between two looks. */
  #delta(word: number): number {
    const now = Atomics.load(this.#words, word);
    const delta = (now - (this.#seen.get(word) ?? 0)) >>> 0;
    this.#seen.set(word, now);
    return delta;
  }
}
