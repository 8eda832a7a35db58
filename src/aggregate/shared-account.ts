import {
  HEAD_OFFSET_BYTES,
  JOURNAL_OFFSET_BYTES,
  PEN,
  PEN_OFFSET_BYTES,
  SETTLED_OFFSET_BYTES,
  TAIL_OFFSET_BYTES,
  TOLD_OFFSET_BYTES,
} from '../ring/layout.js';
import type { KindCounts } from '../ring/reader.js';
import { type Account, KINDS, noCounts } from './account.js';

const HEAD = HEAD_OFFSET_BYTES / 4;
const JOURNAL = JOURNAL_OFFSET_BYTES / 4;
const TAIL = TAIL_OFFSET_BYTES / 4;
const PEN_WORD = PEN_OFFSET_BYTES / 4;
const TOLD = TOLD_OFFSET_BYTES / 4;
const SETTLED = SETTLED_OFFSET_BYTES / 4;

/**
 * What the host's thread must know to write the last window without the worker: up to where the records are in
 * windows, and what the agent has been told. Words of the ring, written by the worker, the journal only while it
 * holds the pen; by the host once it has the pen for good.
 */
export class SharedAccount {
  readonly #words: Int32Array;

  constructor(ring: SharedArrayBuffer) {
    this.#words = new Int32Array(ring);
  }

  /** @returns false if the other side has the pen: then nothing may be written, by the worker never again. */
  takePen(who: typeof PEN.worker | typeof PEN.host): boolean {
    return Atomics.compareExchange(this.#words, PEN_WORD, PEN.free, who) === PEN.free;
  }

  putDownPen(): void {
    Atomics.store(this.#words, PEN_WORD, PEN.free);
  }

  /** Everything consumed so far is in a window, or waits for its request and is missed by `settled`. */
  closeWindow(): void {
    Atomics.store(this.#words, JOURNAL, Atomics.load(this.#words, TAIL));
  }

  /** The host, having the pen: whatever was recorded so far is handed over, or stated as lost. */
  closeForGood(recorded: Readonly<KindCounts>): void {
    Atomics.store(this.#words, JOURNAL, Atomics.load(this.#words, HEAD));
    KINDS.forEach((kind, index) => {
      Atomics.store(this.#words, TOLD + index, recorded[kind]);
      Atomics.store(this.#words, SETTLED + index, recorded[kind]);
    });
  }

  /** Records since the last window. */
  get unwritten(): number {
    return (Atomics.load(this.#words, HEAD) - this.journal) | 0;
  }

  /** Number of the first record that is in no window. */
  get journal(): number {
    return Atomics.load(this.#words, JOURNAL);
  }

  /** The agent has this. */
  delivered({ recorded, carried, dropped }: Account): void {
    const lost = [...dropped.values()];
    KINDS.forEach((kind, index) => {
      Atomics.add(this.#words, TOLD + index, recorded[kind]);
      const settled = lost.reduce((sum, counts) => sum + counts[kind], carried[kind]);
      Atomics.add(this.#words, SETTLED + index, settled);
    });
  }

  /** Operations of which the agent knows that they were recorded. */
  get told(): KindCounts {
    return this.#counts(TOLD);
  }

  /** Operations that the agent has, or knows to be lost. */
  get settled(): KindCounts {
    return this.#counts(SETTLED);
  }

  #counts(base: number): KindCounts {
    const counts = noCounts();
    KINDS.forEach((kind, index) => (counts[kind] = Atomics.load(this.#words, base + index)));
    return counts;
  }
}
