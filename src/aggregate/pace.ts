import { WAKE_OFFSET_BYTES } from '../ring/layout.js';

const WAKE = WAKE_OFFSET_BYTES / 4;
/** Longest stretch of work, and the pause behind it: a third of a core where the app has only one. */
const RUN_MS = 0.4;
const PAUSE_MS = 0.8;
/**
 * As RUN_MS, while the ring is read: that is done ten times a second, a window ends once in ten seconds. p99 of the
 * full scenario was 1.14 of bare without these pauses and 1.04 and 1.10 with them (nine rounds each, one after the
 * other and not in turns; single rounds gave 0.98 to 1.30).
 */
const RUN_READING_MS = 0.2;
/** Steps between two looks at the clock. */
const STEPS = 8;

/**
 * Cuts the worker's long work into short pieces. A scheduler leaves a thread on its core for some 3 ms while another
 * waits for it, and where the app has one core it is the app that waits; one that sleeps of its own accord gives way
 * at once: the hold-up at an export of 2,000 signatures was 1.2, 1.4 and 0.7 ms with the pauses and 2.0, 2.6 and 1.5
 * without, in turns (Node 24).
 *
 * A ring that fills up wakes the worker and so ends its pauses.
 */
export class Pace {
  readonly #words: Int32Array;
  readonly #isUrgent: () => boolean;
  #seen: number;
  #sinceMs = performance.now();
  #steps = STEPS;

  /** @param isUrgent whether somebody waits for what the worker has: no pause then. */
  constructor(ring: SharedArrayBuffer, isUrgent: () => boolean) {
    this.#words = new Int32Array(ring);
    this.#isUrgent = isUrgent;
    this.#seen = Atomics.load(this.#words, WAKE);
  }

  /** At the start of what may take long. */
  begin(): void {
    this.#seen = Atomics.load(this.#words, WAKE);
    this.#sinceMs = performance.now();
    this.#steps = STEPS;
  }

  /** Between two steps of at most some tens of µs. Blocks the thread when its stretch is over. */
  readonly step = (): void => {
    this.#steps -= 1;
    if (this.#steps <= 0) this.pause();
  };

  /** After a piece of the ring. */
  readonly piece = (): void => this.pause(RUN_READING_MS);

  /**
   * As `step`, after a long one.
   *
   * @param runMs work that may go before a pause
   */
  pause(runMs = RUN_MS): void {
    this.#steps = STEPS;
    if (performance.now() - this.#sinceMs < runMs || this.#isUrgent()) return;
    // Returns at once when the word has changed.
    Atomics.wait(this.#words, WAKE, this.#seen, PAUSE_MS);
    this.#sinceMs = performance.now();
  }
}
