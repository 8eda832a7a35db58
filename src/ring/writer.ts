import {
  DROPPED_OFFSET_BYTES,
  HEAD_OFFSET_BYTES,
  RECORDED_OFFSET_BYTES,
  type RecordKind,
  SLOT_BYTES,
  SLOTS_OFFSET_BYTES,
  TAIL_OFFSET_BYTES,
  WAKE_OFFSET_BYTES,
} from './layout.js';

const HEAD = HEAD_OFFSET_BYTES / 4;
const TAIL = TAIL_OFFSET_BYTES / 4;
const DROPPED = DROPPED_OFFSET_BYTES / 4;
const RECORDED = RECORDED_OFFSET_BYTES / 4;
const WAKE = WAKE_OFFSET_BYTES / 4;
const SLOT_WORDS = SLOT_BYTES / 4;
const SLOTS_WORD = SLOTS_OFFSET_BYTES / 4;
const SLOT_DOUBLES = SLOT_BYTES / 8;
const SLOTS_DOUBLE = SLOTS_OFFSET_BYTES / 8;

/**
 * Producer half of the ring; one per JS thread. Memory ordering: a slot and the counters are written with
 * plain stores, then `head` is published with one sequentially consistent store, so whoever reads the new
 * head sees the slot. A sequentially consistent store is the only fence per record (about 10 ns).
 *
 * Never blocks and never throws. Full → the newest record is dropped and counted.
 */
export class RingWriter {
  readonly #words: Int32Array;
  readonly #unsigned: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #capacity: number;
  /** From this fill level on the consumer is woken instead of waiting for its next poll. */
  readonly #watermark: number;
  #head: number;
  /**
   * The head at which the fast path must look at the shared tail again. Folding "is it full?" and "is it time
   * to wake the reader?" into one comparison keeps the consumer's cache line out of the fast path.
   */
  #checkAt: number;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
    this.#unsigned = new Uint32Array(shared);
    this.#doubles = new Float64Array(shared);
    this.#capacity = (shared.byteLength - SLOTS_OFFSET_BYTES) / SLOT_BYTES;
    this.#watermark = this.#capacity >> 1;
    this.#head = Atomics.load(this.#words, HEAD);
    this.#checkAt = (Atomics.load(this.#words, TAIL) + this.#watermark) | 0;
  }

  /**
   * Publishes one record; see layout.ts for units. `status` is 0 … 65535.
   *
   * @returns false when the ring was full and the record was dropped.
   */
  write(
    kind: RecordKind,
    status: number,
    startUs: number,
    durationUs: number,
    requestId: number,
    signatureId: number,
    sourceId: number,
    errorId: number,
  ): boolean {
    const words = this.#words;
    const recorded = RECORDED + kind - 1;
    words[recorded] = ((words[recorded] as number) + 1) | 0;
    const head = this.#head;
    if (head === this.#checkAt && !this.#makeRoom(head)) {
      const dropped = DROPPED + kind - 1;
      words[dropped] = ((words[dropped] as number) + 1) | 0;
      return false;
    }
    const index = head & (this.#capacity - 1);
    const unsigned = this.#unsigned;
    const word = SLOTS_WORD + index * SLOT_WORDS;
    this.#doubles[SLOTS_DOUBLE + index * SLOT_DOUBLES] = startUs;
    unsigned[word + 2] = durationUs;
    unsigned[word + 3] = requestId;
    unsigned[word + 4] = signatureId;
    unsigned[word + 5] = sourceId;
    unsigned[word + 6] = kind | (status << 16);
    unsigned[word + 7] = errorId;
    this.#head = (head + 1) | 0;
    Atomics.store(words, HEAD, this.#head);
    return true;
  }

  /** Wakes the consumer whatever the fill level. */
  wake(): void {
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  /** The rare path: refreshes the cached tail, wakes the consumer past the watermark. */
  #makeRoom(head: number): boolean {
    const tail = Atomics.load(this.#words, TAIL);
    const used = (head - tail) | 0;
    if (used < this.#watermark) {
      this.#checkAt = (tail + this.#watermark) | 0;
      return true;
    }
    if (used >= this.#capacity) {
      // checkAt stays at head: every further record looks at the tail until there is room.
      return false;
    }
    this.wake();
    // Next look an eighth further on, or when full: one notify (about 30 ns) per that many records at most.
    const step = Math.min(Math.max(this.#capacity >> 3, 1), this.#capacity - used);
    this.#checkAt = (head + step) | 0;
    return true;
  }
}
