import { writeSync } from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import {
  FLUSH_BEGUN_OFFSET_BYTES,
  FLUSH_REQUESTED_OFFSET_BYTES,
  FLUSHED_OFFSET_BYTES,
  OWNER,
  OWNER_OFFSET_BYTES,
  WAKE_OFFSET_BYTES,
} from '../ring/layout.js';
import type { ServerAccess } from '../config/types.js';
import type * as DirectSenderModule from '../transport/direct-sender.js';
import { SocketSender } from '../transport/socket-sender.js';
import type { PipelineOptions, WorkerData, WorkerMessage } from './options.js';
import { Pace } from './pace.js';
import { Pipeline, type PipelineParts } from './pipeline.js';
import { goBehindTheApp } from './priority.js';
import { RuntimeMeter } from './runtime-meter.js';
import { ThreadPlace } from './thread-group.js';
import { warmUp } from './warm-up.js';

/** Pause between two looks at the ring: an idle app costs one wake-up a second, a busy one ten. */
const IDLE_PAUSE_MS = 1000;
const BUSY_PAUSE_MS = 100;

/** Atomics.waitAsync is in V8 since 8.7, in TypeScript's library only from es2024 on. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: false } | { async: true; value: Promise<unknown> };
};

function main({ ring, port, options, group }: WorkerData): void {
  const words = new Int32Array(ring);
  const wake = WAKE_OFFSET_BYTES / 4;
  const flushed = FLUSHED_OFFSET_BYTES / 4;
  const flushRequested = FLUSH_REQUESTED_OFFSET_BYTES / 4;
  /** Asked for and not yet acknowledged: sending to a server takes its time. */
  let flushing: number | undefined;
  let flushingGroup: number | undefined;
  let place: ThreadPlace | undefined;
  const pace = new Pace(ring, () => {
    const byGroup = place?.requested();
    if (byGroup !== undefined && byGroup !== flushingGroup) return true;
    return Atomics.load(words, flushRequested) !== Atomics.load(words, flushed);
  });
  const sayOnce = createSayOnce(options);
  const meter = options.mainThread ? new RuntimeMeter() : undefined;
  const pipeline = new Pipeline({
    ring,
    options,
    receive: () => {
      for (;;) {
        const message = receiveMessageOnPort(port)?.message as WorkerMessage | undefined;
        if (message?.kind !== 'pulse') return message;
        meter?.attach(message);
      }
    },
    ...(meter && { meter }),
    ...(options.direct === undefined
      ? toAgent(options.agentSocket, sayOnce, pace)
      : toServer(options.direct, sayOnce)),
  });

  warmUp(options.sdkVersion);
  // As late as possible: until here a host that ends drains the ring itself, from here on it waits for us.
  const owner = OWNER_OFFSET_BYTES / 4;
  if (Atomics.compareExchange(words, owner, OWNER.nobody, OWNER.worker) !== OWNER.nobody) return;
  goBehindTheApp();

  const windowMs = options.windowSeconds * 1000;
  let nextCut = performance.now() + windowMs;
  let timer: NodeJS.Timeout | undefined;

  if (group !== undefined) place = ThreadPlace.take(group);

  const turn = (): void => {
    place?.showLife();
    const byGroup = place?.requested();
    if (byGroup !== undefined && byGroup !== flushingGroup) {
      flushingGroup = byGroup;
      pipeline.flush(() => place?.acknowledge(byGroup));
    }
    const requested = Atomics.load(words, flushRequested);
    if (requested !== Atomics.load(words, flushed) && requested !== flushing) {
      flushing = requested;
      Atomics.store(words, FLUSH_BEGUN_OFFSET_BYTES / 4, requested);
      pipeline.flush(() => {
        // Only the end of the host's thread asks for this: the process need not ask for it any more.
        place?.leave();
        Atomics.store(words, flushed, requested);
        Atomics.notify(words, flushed);
      });
    }
    pace.begin();
    const taken = pipeline.drain(pace.piece);
    const now = performance.now();
    if (now >= nextCut) {
      pace.begin();
      pipeline.cutWindow(pace.step);
      // A sleeping machine skips windows instead of cutting them in a burst.
      nextCut = Math.max(nextCut + windowMs, now);
    }
    clearTimeout(timer);
    const pause = taken > 0 ? BUSY_PAUSE_MS : IDLE_PAUSE_MS;
    timer = setTimeout(turn, Math.min(pause, Math.max(nextCut - performance.now(), 0)));
  };

  /** Runs a turn at every change of a word, including one that happened between load and wait. */
  const listen = (watched: Int32Array, index: number): void => {
    const seen = Atomics.load(watched, index);
    turn();
    const again = (): void => listen(watched, index);
    const waiting = waitAsync(watched, index, seen);
    if (waiting.async) void waiting.value.then(again);
    else setImmediate(again);
  };
  listen(words, wake);
  if (place !== undefined) listen(place.words, 0);
}

type SayOnce = (sentence: string, level: 'info' | 'warn') => void;
type Exporter = Pick<PipelineParts, 'send' | 'onFailing'>;

function toAgent(socketPath: string, sayOnce: SayOnce, pace: Pace): Exporter {
  let sender: SocketSender | undefined;
  return {
    send: (instanceId, sequence, body, signal) => {
      sender ??= new SocketSender(socketPath, instanceId, pace);
      return sender.send(sequence, body, signal);
    },
    // No agent is a state, not an error.
    onFailing: () =>
      sayOnce(
        `no agent answers at ${socketPath}; measurements are kept and sent when one does`,
        'info',
      ),
  };
}

function toServer(access: ServerAccess, sayOnce: SayOnce): Exporter {
  // TLS takes memory that runtimes with an agent do without.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { DirectSender } = require('../transport/direct-sender.js') as typeof DirectSenderModule;
  const sender = new DirectSender(access, (sentence) =>
    sayOnce(`${sentence}; measurements are kept for a while`, 'warn'),
  );
  void sender.prepare();
  return {
    send: (instanceId, sequence, body, signal) => sender.send(instanceId, sequence, body, signal),
    onFailing: () => {
      const why = sender.lastFailure;
      sayOnce(
        `the server cannot be reached (${why}); measurements are kept and sent when it can be`,
        'warn',
      );
    },
  };
}

/** One line for the whole life of the process, whichever comes first. */
function createSayOnce({ mainThread, logLevel }: PipelineOptions): SayOnce {
  let said = !mainThread || logLevel === 'none';
  return (sentence, level) => {
    if (said || (level === 'info' && logLevel === 'warn')) return;
    said = true;
    try {
      writeSync(2, `retrace: ${sentence}\n`);
    } catch {
      // A closed or full stderr is the host's business.
    }
  };
}

main(workerData as WorkerData);
