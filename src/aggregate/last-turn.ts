import { isMainThread } from 'node:worker_threads';
import type { Diag } from '../core/diag.js';
import {
  FLUSH_BEGUN_OFFSET_BYTES,
  HEAD_OFFSET_BYTES,
  OWNER,
  OWNER_OFFSET_BYTES,
  PEN,
  TAIL_OFFSET_BYTES,
  UNSETTLED_OFFSET_BYTES,
} from '../ring/layout.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import type { PendingMark } from '../transport/pending-mark.js';
import {
  atMost,
  createExitPatience,
  EXIT_WAIT_MS,
  type ExitPatience,
  WORKER_WAIT_MS,
} from './exit-patience.js';
import { awaitFlush, countUnsettled, requestFlush } from './flush-request.js';
import type { PipelineOptions } from './options.js';
import { loadLastWord } from './prepare-last-word.js';
import { SharedAccount } from './shared-account.js';
import { awaitGroupFlush, requestGroupFlush } from './thread-group.js';

const HEAD = HEAD_OFFSET_BYTES / 4;
const TAIL = TAIL_OFFSET_BYTES / 4;
const FLUSH_BEGUN = FLUSH_BEGUN_OFFSET_BYTES / 4;
const OWNER_WORD = OWNER_OFFSET_BYTES / 4;
const UNSETTLED = UNSETTLED_OFFSET_BYTES / 4;

/** What the last turn has to do with. */
interface WorkerState {
  /** Of all threads of the process that have a worker. */
  readonly group: SharedArrayBuffer | undefined;
  isRunning(): boolean;
  /** Every text that was sent to it: what the ring's numbers stand for. */
  entries(): readonly DictionaryEntry[];
  terminate(): void;
}

export interface LastTurn {
  /** See WorkerHandle.flush. */
  flush(): void;
}

/**
 * The host thread's last turn, in which what was recorded is brought to where the agent finds it: by the worker or,
 * should that not be up or not answer, by this thread.
 *
 * @param ring shared with the worker, words of which the two agree by.
 */
export function createLastTurn(
  ring: SharedArrayBuffer,
  options: PipelineOptions,
  diag: Diag,
  worker: WorkerState,
): LastTurn {
  const words = new Int32Array(ring);
  const account = new SharedAccount(ring);
  /** This thread writes, and the worker no more. */
  let hasPen = false;
  /** An end may ask twice, before and after the host's own listeners: the bound is one. */
  let waitedMs = 0;

  /**
   * Without an agent there is nothing that this thread could write to: the worker, up or about to be, has all the time
   * there is for sending. What the server has not confirmed by then is said, because nobody else can say it.
   */
  const flushDirectly = (patience: ExitPatience): void => {
    if (!isHolding()) return;
    if (worker.isRunning()) awaitFlush(words, requestFlush(words), patience);
    const unconfirmed = countUnsettled(words);
    if (unconfirmed > 0) {
      diag.warnOnce(
        'direct-exit',
        `the app ended before the server had confirmed ${unconfirmed} operations`,
      );
    }
  };

  /** Whether the worker, or the ring, has anything that is on nobody's disk. */
  const isHolding = (): boolean => {
    // Tail before "unsettled": the worker raises that word before it moves the tail.
    const drained = Atomics.load(words, HEAD) === Atomics.load(words, TAIL);
    return !drained || Atomics.load(words, UNSETTLED) !== 0;
  };

  /** What this thread finds in the ring becomes files for the agent; the worker is silent from then on. */
  const speak = (patience: ExitPatience, mayWrite: () => boolean): PendingMark | undefined =>
    loadLastWord()(
      { ring, options, entries: worker.entries() },
      patience,
      () => (hasPen ||= mayWrite()),
    );
  const takePen = (): boolean => account.takePen(PEN.host);

  const flushOwn = (patience: ExitPatience): void => {
    const isAlone =
      Atomics.compareExchange(words, OWNER_WORD, OWNER.nobody, OWNER.host) === OWNER.nobody;
    // Alone, or again: after the host's own last listeners.
    if (isAlone || hasPen) {
      // Its start takes several times the CPU that this thread needs now.
      worker.terminate();
      // Nothing is waited for, so what is ready is written, whatever the clock says: not doing it would save 1 of 13 ms.
      if (account.unwritten !== 0) speak(patience, takePen);
      return;
    }
    if (!worker.isRunning() || Atomics.load(words, OWNER_WORD) !== OWNER.worker) return;
    // A thread's worker is told in any case: it gives up its place in the group.
    if (isMainThread && !isHolding()) return;
    const from = account.journal;
    const request = requestFlush(words);
    if (awaitFlush(words, request, atMost(WORKER_WAIT_MS, patience))) return;
    // A worker that is at it is not competed with: two cold writers on two cores were both too late.
    let mark: PendingMark | undefined;
    if (Atomics.load(words, FLUSH_BEGUN) !== request) {
      mark = speak(patience, () => {
        // Later than promised because this thread, too, was kept from running: the process must not wait for a disk.
        if (patience.left() <= 0 || !takePen()) return false;
        if (account.journal === from) return true;
        // It has come after all, and ended a window.
        account.putDownPen();
        return false;
      });
      if (hasPen) return;
    }
    // It has got as far as writing: what is left of the time is its.
    if (awaitFlush(words, request, patience) && !isHolding()) mark?.remove();
  };

  const flush = (): void => {
    const patience = createExitPatience(EXIT_WAIT_MS - waitedMs);
    // With the main thread all others end. They flush while this one does.
    const others = isMainThread ? worker.group : undefined;
    try {
      if (others !== undefined) requestGroupFlush(others);
      if (options.direct !== undefined) flushDirectly(patience);
      else flushOwn(patience);
      if (others !== undefined) awaitGroupFlush(others, patience);
    } catch {
      // The process is ending: its last records are lost, nothing else.
    }
    waitedMs = EXIT_WAIT_MS - patience.left();
  };

  return { flush };
}
