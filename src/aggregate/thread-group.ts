import type { ExitPatience } from './exit-patience.js';

/**
 * All threads of one process that record, so that the end of the main thread, which ends the others without a
 * word, loses nothing of theirs either. One SharedArrayBuffer, made by the main thread and inherited by
 * every thread through `setEnvironmentData`:
 *
 *   word 0             flush sequence, raised by the main thread
 *   words 1 + 3·i …    thread i: in use (0 | 1), flush acknowledged (sequence), last sign of life (s)
 *
 * The thread's worker, which lives on while its host thread is busy, takes a place and answers.
 */
const MAX_THREADS = 64;
const WORDS_PER_THREAD = 3;
const IN_USE = 0;
const ACKNOWLEDGED = 1;
const ALIVE_AT = 2;

/** A worker shows itself about once a second; one silent for longer was terminated and is not waited for. */
const SILENT_AFTER_SECONDS = 5;

/** Key of the buffer in the environment data of threads. */
export const THREAD_GROUP_KEY = 'retrace:threads';

export function createThreadGroup(): SharedArrayBuffer {
  return new SharedArrayBuffer((1 + MAX_THREADS * WORDS_PER_THREAD) * 4);
}

/** A worker's place in the group. */
export class ThreadPlace {
  readonly #words: Int32Array;

  private constructor(
    words: Int32Array,
    private readonly base: number,
  ) {
    this.#words = words;
  }

  /** undefined when all places are taken: that thread's last window is then lost with the process. */
  static take(group: SharedArrayBuffer): ThreadPlace | undefined {
    const words = new Int32Array(group);
    for (let base = 1; base < words.length; base += WORDS_PER_THREAD) {
      const free = Atomics.compareExchange(words, base + IN_USE, 0, 1) === 0;
      if (!free && !isSilent(words, base)) continue;
      Atomics.store(words, base + ACKNOWLEDGED, Atomics.load(words, 0));
      const place = new ThreadPlace(words, base);
      place.showLife();
      return place;
    }
    return undefined;
  }

  get words(): Int32Array {
    return this.#words;
  }

  /** The sequence to answer, undefined when there is nothing new. */
  requested(): number | undefined {
    const sequence = Atomics.load(this.#words, 0);
    return sequence === Atomics.load(this.#words, this.base + ACKNOWLEDGED) ? undefined : sequence;
  }

  acknowledge(sequence: number): void {
    Atomics.store(this.#words, this.base + ACKNOWLEDGED, sequence);
    Atomics.notify(this.#words, this.base + ACKNOWLEDGED);
  }

  showLife(): void {
    Atomics.store(this.#words, this.base + ALIVE_AT, seconds());
  }

  /** The thread ends in good order and has nothing left. */
  leave(): void {
    Atomics.store(this.#words, this.base + IN_USE, 0);
  }
}

/** Main thread, in its last turn: asks every other thread's worker to flush. Does not wait. */
export function requestGroupFlush(group: SharedArrayBuffer): void {
  const words = new Int32Array(group);
  Atomics.add(words, 0, 1);
  Atomics.notify(words, 0);
}

/** Waits until all have answered, as long as `patience` lasts. */
export function awaitGroupFlush(group: SharedArrayBuffer, patience: ExitPatience): void {
  const words = new Int32Array(group);
  const sequence = Atomics.load(words, 0);
  for (let base = 1; base < words.length; base += WORDS_PER_THREAD) {
    while (Atomics.load(words, base + IN_USE) === 1 && !isSilent(words, base)) {
      const answered = Atomics.load(words, base + ACKNOWLEDGED);
      if (answered === sequence) break;
      const left = patience.left();
      if (left <= 0) break;
      Atomics.wait(words, base + ACKNOWLEDGED, answered, left);
    }
  }
}

function isSilent(words: Int32Array, base: number): boolean {
  return seconds() - Atomics.load(words, base + ALIVE_AT) > SILENT_AFTER_SECONDS;
}

/** Seconds of a clock that all threads share; fits 32 bits until 2038. */
function seconds(): number {
  return Math.floor(Date.now() / 1000) | 0;
}
