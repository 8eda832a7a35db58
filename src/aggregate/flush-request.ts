import {
  FLUSH_REQUESTED_OFFSET_BYTES,
  FLUSHED_OFFSET_BYTES,
  RECORDED_OFFSET_BYTES,
  SETTLED_OFFSET_BYTES,
  WAKE_OFFSET_BYTES,
} from '../ring/layout.js';
import type { ExitPatience } from './exit-patience.js';

const WAKE = WAKE_OFFSET_BYTES / 4;
const FLUSHED = FLUSHED_OFFSET_BYTES / 4;
const FLUSH_REQUESTED = FLUSH_REQUESTED_OFFSET_BYTES / 4;

/** Asks the worker to flush. @returns the number that it will acknowledge */
export function requestFlush(words: Int32Array): number {
  const requested = (Atomics.add(words, FLUSH_REQUESTED, 1) + 1) | 0;
  Atomics.add(words, WAKE, 1);
  Atomics.notify(words, WAKE);
  return requested;
}

/**
 * Where a host's thread waits, in its last turn; the other place is awaitGroupFlush.
 *
 * @returns false when the time was over first.
 */
export function awaitFlush(words: Int32Array, requested: number, patience: ExitPatience): boolean {
  for (;;) {
    const flushed = Atomics.load(words, FLUSHED);
    if (flushed === requested) return true;
    const left = patience.left();
    if (left <= 0) return false;
    Atomics.wait(words, FLUSHED, flushed, left);
  }
}

/** Operations recorded of which no receiver knows, neither as delivered nor as lost. */
export function countUnsettled(words: Int32Array): number {
  let count = 0;
  for (let kind = 0; kind < 3; kind++) {
    const recorded = Atomics.load(words, RECORDED_OFFSET_BYTES / 4 + kind);
    const settled = Atomics.load(words, SETTLED_OFFSET_BYTES / 4 + kind);
    count += Math.max((recorded - settled) | 0, 0);
  }
  return count;
}
