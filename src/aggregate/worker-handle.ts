import {
  getEnvironmentData,
  isMainThread,
  MessageChannel,
  type MessagePort,
  setEnvironmentData,
  Worker,
} from 'node:worker_threads';
import type { Diag } from '../core/diag.js';
import {
  FLUSH_BEGUN_OFFSET_BYTES,
  FLUSH_REQUESTED_OFFSET_BYTES,
  FLUSHED_OFFSET_BYTES,
  HEAD_OFFSET_BYTES,
  OWNER,
  OWNER_OFFSET_BYTES,
  PEN,
  RECORDED_OFFSET_BYTES,
  SETTLED_OFFSET_BYTES,
  TAIL_OFFSET_BYTES,
  UNSETTLED_OFFSET_BYTES,
  WAKE_OFFSET_BYTES,
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
import type { PulseSource } from './host-pulse.js';
import { type PipelineOptions, WORKER_MARK, type WorkerData } from './options.js';
import { loadLastWord, prepareLastWord } from './prepare-last-word.js';
import { SharedAccount } from './shared-account.js';
import {
  awaitGroupFlush,
  createThreadGroup,
  requestGroupFlush,
  THREAD_GROUP_KEY,
} from './thread-group.js';

const HEAD = HEAD_OFFSET_BYTES / 4;
const TAIL = TAIL_OFFSET_BYTES / 4;
const WAKE = WAKE_OFFSET_BYTES / 4;
const FLUSHED = FLUSHED_OFFSET_BYTES / 4;
const FLUSH_BEGUN = FLUSH_BEGUN_OFFSET_BYTES / 4;
const FLUSH_REQUESTED = FLUSH_REQUESTED_OFFSET_BYTES / 4;
const OWNER_WORD = OWNER_OFFSET_BYTES / 4;
const UNSETTLED = UNSETTLED_OFFSET_BYTES / 4;

/**
 * Heap bounds of the worker. The small young generation keeps its garbage from piling up to tens of megabytes
 * between collections; the old one is far above what the bounded tables can need. Exceeding it ends the worker,
 * never the host.
 */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** The host thread's end of the worker. Everything is total: it never throws into the host. */
export interface WorkerHandle {
  /** True while our own thread is being made: whoever watches for threads can tell it from the host's. */
  readonly isStarting: boolean;
  /** Starts the worker if it is not running yet. */
  start(): void;
  /** Sends a dictionary entry; starts the worker. Must precede the first record that uses the entry. */
  post(entry: DictionaryEntry): void;
  /** Tells the worker where this thread's own figures are; starts it. */
  watch(source: PulseSource): void;
  /**
   * In the host's last turn: has everything recorded so far written to where the agent finds it, by the worker or,
   * should that not answer, by this thread. Blocks, at most EXIT_WAIT_MS (see exit-patience.ts); returns at once
   * when nothing is held.
   */
  flush(): void;
}

/**
 * @param workerFile path of the worker's entry.
 * @param ring shared with the RingWriter of this thread.
 */
export function createWorkerHandle(
  workerFile: string,
  ring: SharedArrayBuffer,
  options: PipelineOptions,
  diag: Diag,
): WorkerHandle {
  const words = new Int32Array(ring);
  const account = new SharedAccount(ring);
  let state: 'idle' | 'running' | 'gone' = 'idle';
  let isStarting = false;
  let port: MessagePort | undefined;
  let worker: Worker | undefined;
  /**
   * Every entry sent, bounded as the signature table is (a few hundred KB for two thousand statements): should the
   * process end while the worker is not up, or does not answer, this thread writes the last window.
   */
  let entries: DictionaryEntry[] = [];

  /** This thread writes, and the worker no more. */
  let hasPen = false;
  /** An end may ask twice, before and after the host's own listeners: the bound is one. */
  let waitedMs = 0;

  const group = joinThreadGroup();

  const lose = (why: string): void => {
    if (state === 'gone') return;
    state = 'gone';
    port?.close();
    entries = [];
    diag.warnOnce(
      'worker',
      `worker thread ${why}; nothing is measured from here on, the app is unaffected`,
    );
  };

  const start = (): void => {
    if (state !== 'idle') return;
    state = 'running';
    isStarting = true;
    try {
      const channel = new MessageChannel();
      port = channel.port1;
      port.unref();
      const data: WorkerData = {
        mark: WORKER_MARK,
        ring,
        port: channel.port2,
        options,
        group: isMainThread ? undefined : group,
      };
      worker = new Worker(workerFile, {
        workerData: data,
        transferList: [channel.port2],
        // Neither the preload nor NODE_OPTIONS may run again in there (see the guard in register.ts, too).
        execArgv: [],
        env: {},
        argv: [],
        // Held back instead of passed on: the host's stdout and stderr are not ours.
        stdout: true,
        stderr: true,
        name: 'retrace',
        resourceLimits: RESOURCE_LIMITS,
        trackUnmanagedFds: false,
      });
      worker.unref();
      worker.on('error', (error: NodeJS.ErrnoException) => lose(`failed (${codeOf(error)})`));
      worker.on('exit', () => lose('ended'));
      if (options.direct === undefined) prepareLastWord();
    } catch (error) {
      lose(`could not start (${codeOf(error)})`);
    } finally {
      isStarting = false;
    }
  };

  const post = (entry: DictionaryEntry): void => {
    if (state === 'gone') return;
    entries.push(entry);
    start();
    try {
      port?.postMessage(entry);
    } catch {
      // Entries are plain strings and numbers; should one not clone, its records go to the overflow series.
    }
  };

  /**
   * Without an agent there is nothing that this thread could write to: the worker, up or about to be, has all the time
   * there is for sending. What the server has not confirmed by then is said, because nobody else can say it.
   */
  const flushDirectly = (patience: ExitPatience): void => {
    if (!isHolding()) return;
    if (state === 'running') awaitFlush(words, requestFlush(words), patience);
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

  const watch = (source: PulseSource): void => {
    start();
    try {
      port?.postMessage({ kind: 'pulse', ...source });
    } catch {
      // A Node.js that cannot share its histogram: nothing is known of the loop and the heap then.
    }
  };

  /** What this thread finds in the ring becomes files for the agent; the worker is silent from then on. */
  const speak = (patience: ExitPatience, mayWrite: () => boolean): PendingMark | undefined =>
    loadLastWord()({ ring, options, entries }, patience, () => (hasPen ||= mayWrite()));
  const takePen = (): boolean => account.takePen(PEN.host);

  const flushOwn = (patience: ExitPatience): void => {
    const isAlone =
      Atomics.compareExchange(words, OWNER_WORD, OWNER.nobody, OWNER.host) === OWNER.nobody;
    // Alone, or again: after the host's own last listeners.
    if (isAlone || hasPen) {
      // Its start takes several times the CPU that this thread needs now.
      void worker?.terminate();
      // Nothing is waited for, so what is ready is written, whatever the clock says: not doing it would save 1 of 13 ms.
      if (account.unwritten !== 0) speak(patience, takePen);
      return;
    }
    if (state !== 'running' || Atomics.load(words, OWNER_WORD) !== OWNER.worker) return;
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
    const others = isMainThread ? group : undefined;
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

  return {
    get isStarting() {
      return isStarting;
    },
    start,
    post,
    watch,
    flush,
  };
}

/** The main thread makes the group, every other thread inherits it from the one that started it. */
function joinThreadGroup(): SharedArrayBuffer | undefined {
  if (isMainThread) {
    const group = createThreadGroup();
    setEnvironmentData(THREAD_GROUP_KEY, group);
    return group;
  }
  const inherited: unknown = getEnvironmentData(THREAD_GROUP_KEY);
  return inherited instanceof SharedArrayBuffer ? inherited : undefined;
}

/** Operations recorded of which no receiver knows, neither as delivered nor as lost. */
function countUnsettled(words: Int32Array): number {
  let count = 0;
  for (let kind = 0; kind < 3; kind++) {
    const recorded = Atomics.load(words, RECORDED_OFFSET_BYTES / 4 + kind);
    const settled = Atomics.load(words, SETTLED_OFFSET_BYTES / 4 + kind);
    count += Math.max((recorded - settled) | 0, 0);
  }
  return count;
}

/** Asks the worker to flush. @returns the number that it will acknowledge */
function requestFlush(words: Int32Array): number {
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
function awaitFlush(words: Int32Array, requested: number, patience: ExitPatience): boolean {
  for (;;) {
    const flushed = Atomics.load(words, FLUSHED);
    if (flushed === requested) return true;
    const left = patience.left();
    if (left <= 0) return false;
    Atomics.wait(words, FLUSHED, flushed, left);
  }
}

/** A code or a class name; a message could carry anything. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}
