import {
  getEnvironmentData,
  isMainThread,
  MessageChannel,
  type MessagePort,
  setEnvironmentData,
  Worker,
} from 'node:worker_threads';
import type { Diag } from '../core/diag.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import type { PulseSource } from './host-pulse.js';
import { createLastTurn } from './last-turn.js';
import { type PipelineOptions, WORKER_MARK, type WorkerData } from './options.js';
import { prepareLastWord } from './prepare-last-word.js';
import { createThreadGroup, THREAD_GROUP_KEY } from './thread-group.js';

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
  let state: 'idle' | 'running' | 'gone' = 'idle';
  let isStarting = false;
  let port: MessagePort | undefined;
  let worker: Worker | undefined;
  /**
   * Every entry sent, bounded as the signature table is (a few hundred KB for two thousand statements): should the
   * process end while the worker is not up, or does not answer, this thread writes the last window.
   */
  let entries: DictionaryEntry[] = [];

  const group = joinThreadGroup();
  const lastTurn = createLastTurn(ring, options, diag, {
    group,
    isRunning: () => state === 'running',
    entries: () => entries,
    terminate: () => void worker?.terminate(),
  });

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
      lose(`could not start (${causeOf(error)})`);
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

  const watch = (source: PulseSource): void => {
    start();
    try {
      port?.postMessage({ kind: 'pulse', ...source });
    } catch {
      // A Node.js that cannot share its histogram: nothing is known of the loop and the heap then.
    }
  };

  return {
    get isStarting() {
      return isStarting;
    },
    start,
    post,
    watch,
    flush: lastTurn.flush,
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

/** Names the way out of a refusal that has one. */
function causeOf(error: unknown): string {
  const code = codeOf(error);
  return code === 'ERR_ACCESS_DENIED' ? `${code}; Node.js needs --allow-worker for it` : code;
}

/** A code or a class name; a message could carry anything. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}
