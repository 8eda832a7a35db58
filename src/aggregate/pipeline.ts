import { performance } from 'node:perf_hooks';
import { DROP_REASON } from '../core/semconv.js';
import type { Signal } from '../protocol/delivery.js';
import { encodeTracesRequest } from '../protocol/encode-traces.js';
import { PEN, UNSETTLED_OFFSET_BYTES } from '../ring/layout.js';
import { RingReader } from '../ring/reader.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import { DeliveryQueue, type SendResult } from '../transport/delivery-queue.js';
import type { RetryLimits } from '../transport/retry-schedule.js';
import { writeHandover } from '../transport/handover.js';
import { PendingMark } from '../transport/pending-mark.js';
import {
  type Account,
  addCounts,
  addDropped,
  addLostBatch,
  emptyAccount,
  isEmptyAccount,
} from './account.js';
import { Aggregator } from './aggregator.js';
import { Dictionary } from './dictionary.js';
import { encodeWindow } from './encode-window.js';
import { instanceIdOf } from './instance-id.js';
import type { PipelineOptions } from './options.js';
import { DEFAULT_LIMITS, RequestTracker } from './request-tracker.js';
import { buildResource } from './resource.js';
import type { RuntimeMeter, RuntimeReading } from './runtime-meter.js';
import { SharedAccount } from './shared-account.js';
import { WaterfallPicker } from './waterfall-picker.js';
import { buildWaterfalls } from './waterfalls.js';
import { buildWindow } from './window.js';

/** A part of a window, ready to go. */
interface EncodedPart {
  readonly signal: Signal;
  readonly body: Uint8Array;
  readonly account: Account;
}

export interface PipelineParts {
  readonly ring: SharedArrayBuffer;
  readonly options: PipelineOptions;
  /** Takes the next dictionary entry, undefined when there is none. */
  readonly receive: () => DictionaryEntry | undefined;
  /** Delivers a batch; absent = there is only the exit hand-over. */
  readonly send?: (
    instanceId: string,
    sequence: number,
    body: Uint8Array,
    signal: Signal,
  ) => Promise<SendResult>;
  /** Called once when the agent has been away for a while. */
  readonly onFailing?: () => void;
  /** Figures of the process itself; absent in threads other than the main one. */
  readonly meter?: Pick<RuntimeMeter, 'read'>;
}

/** As the agent's towards the server. */
const DIRECT_RETRY: RetryLimits = { firstMs: 1000, maxMs: 60_000 };

const UNSETTLED = UNSETTLED_OFFSET_BYTES / 4;
/** Requests may be open for minutes before they are let go: there is no hurry, and each look walks the whole table. */
const SWEEP_INTERVAL_US = 1e6;

/**
 * Everything behind the ring, in the order of the data: reader → tracker → aggregator → window → queue; and beside
 * the window the waterfalls of its slow requests. Runs in the worker.
 */
export class Pipeline {
  readonly #words: Int32Array;
  readonly #reader: RingReader;
  readonly #aggregator: Aggregator;
  readonly #picker = new WaterfallPicker();
  readonly #tracker: RequestTracker;
  #nextSweepUs = 0;
  readonly #dictionary: Dictionary;
  readonly #queue: DeliveryQueue<Account>;
  readonly #shared: SharedAccount;
  /** None without an agent: there is nobody who would look. */
  readonly #mark: PendingMark | undefined;
  /** Unique per thread and start. */
  readonly instanceId: string;
  readonly #resource;
  readonly #take;
  #account = emptyAccount();
  #windowStart = wallClockNanos();

  constructor(private readonly parts: PipelineParts) {
    const { ring, options, receive, send } = parts;
    this.#words = new Int32Array(ring);
    this.#reader = new RingReader(ring);
    this.#shared = new SharedAccount(ring);
    this.#aggregator = new Aggregator(options.maxSeries);
    this.#tracker = new RequestTracker(this.#aggregator, DEFAULT_LIMITS, this.#picker);
    this.#take = this.#tracker.take.bind(this.#tracker);
    this.#dictionary = new Dictionary(receive);
    this.instanceId = instanceIdOf(ring);
    if (options.direct === undefined) {
      this.#mark = new PendingMark(options.agentSocket, this.instanceId);
    }
    this.#resource = buildResource(options, this.instanceId);
    this.#queue = new DeliveryQueue<Account>({
      maxBytes: options.backlogMaxBytes,
      ...(options.direct === undefined ? {} : { retry: DIRECT_RETRY }),
      send: (sequence, body, signal) =>
        send === undefined
          ? Promise.resolve('failed')
          : send(this.instanceId, sequence, body, signal),
      onDelivered: (account) => this.#shared.delivered(account),
      onDropped: (account, reason) =>
        addLostBatch(
          this.#account,
          account,
          reason === 'backlog' ? DROP_REASON.runtimeBacklog : DROP_REASON.rejected,
        ),
      onFailing: () => parts.onFailing?.(),
    });
  }

  /** Room in the ring, in records. */
  get capacity(): number {
    return this.#reader.capacity;
  }

  /**
   * Consumes what the ring holds.
   *
   * @param step called after each piece of it, for a worker that has the time to pause.
   * @returns how many records there were.
   */
  drain(step?: () => void): number {
    if (this.#reader.pending === 0) {
      this.#settle();
      return 0;
    }
    // Before the tail moves: at no time may the ring look empty while nobody admits to hold its records.
    if (Atomics.exchange(this.#words, UNSETTLED, 1) === 0) this.#mark?.set();
    const taken = this.#reader.drain(this.#take, step);
    const nowUs = this.#producerNowUs();
    if (nowUs >= this.#nextSweepUs) {
      this.#nextSweepUs = nowUs + SWEEP_INTERVAL_US;
      this.#tracker.sweep(nowUs);
    }
    return taken;
  }

  /**
   * Ends the window: whatever was counted becomes batches in the queue. Nothing, once the host has the pen.
   *
   * @param step called between small steps, for a worker that has the time to pause.
   */
  cutWindow(step?: () => void): void {
    const parts = this.#endWindow(this.parts.meter?.read(), step);
    if (!this.#shared.takePen(PEN.worker)) return;
    this.#shared.closeWindow();
    this.#enqueue(parts);
    this.#shared.putDownPen();
    if (Atomics.load(this.#words, UNSETTLED) === 1) this.#mark?.set();
  }

  #enqueue(parts: readonly EncodedPart[]): void {
    for (const { body, account, signal } of parts) this.#queue.add(body, account, signal);
  }

  /**
   * Encoded before anybody takes the pen: that is the long part.
   *
   * @param readings none at the end of the process, which has no time for them.
   */
  #endWindow(readings: readonly RuntimeReading[] = [], step?: () => void): readonly EncodedPart[] {
    // Also reads entries that no record has used yet, so that the channel does not grow.
    this.#dictionary.drain();
    const now = wallClockNanos();
    // The wall clock may step back; a window never ends before it begins.
    const end = now > this.#windowStart ? now : this.#windowStart + 1_000_000n;
    addCounts(this.#account.recorded, this.#reader.takeRecorded());
    addDropped(this.#account, DROP_REASON.ringFull, this.#reader.takeDropped());
    const parts: EncodedPart[] = [];
    if (!this.#aggregator.isEmpty || !isEmptyAccount(this.#account) || readings.length > 0) {
      const account = this.#account;
      this.#account = emptyAccount();
      const window = buildWindow({
        aggregator: this.#aggregator,
        dictionary: this.#dictionary,
        resource: this.#resource,
        sdkVersion: this.parts.options.sdkVersion,
        startUnixNano: this.#windowStart,
        endUnixNano: end,
        account,
        readings,
        step,
      });
      for (const part of encodeWindow(window, step)) parts.push({ signal: 'metrics', ...part });
    }
    parts.push(...this.#waterfalls());
    this.#aggregator.reset();
    this.#windowStart = end;
    return parts;
  }

  /** Slow requests of this window, call by call. Before the aggregator forgets the series. */
  #waterfalls(): EncodedPart[] {
    const waterfalls = buildWaterfalls({
      picker: this.#picker,
      aggregator: this.#aggregator,
      dictionary: this.#dictionary,
      resource: this.#resource,
      sdkVersion: this.parts.options.sdkVersion,
      nowUnixNano: wallClockNanos(),
      nowUs: this.#producerNowUs(),
    });
    return waterfalls.map(({ request, account }) => ({
      signal: 'traces',
      body: encodeTracesRequest(request),
      account,
    }));
  }

  /**
   * Last act: drains, counts what still waits for its request, ends the window and leaves everything not known
   * to be delivered as files for the agent, synchronously; without an agent, sends it. Then calls `done`. Should the
   * process live on, so does the pipeline.
   */
  flush(done: () => void = () => undefined): void {
    if (this.parts.options.direct !== undefined) {
      this.#flushDirectly(done);
      return;
    }
    this.#leaveForAgent();
    done();
  }

  /** There is no place to leave anything: what the server takes in the time that is left arrives. */
  #flushDirectly(done: () => void): void {
    this.drain();
    this.#tracker.releaseAll();
    this.cutWindow();
    if (!isEmptyAccount(this.#account)) this.cutWindow();
    this.#queue.flush(() => {
      this.#settle();
      done();
    });
  }

  #leaveForAgent(): void {
    // First, so that the last window does not set off a transmission: that took three quarters of the exit.
    const undelivered = this.#queue.close();
    this.drain();
    this.#tracker.releaseAll();
    const parts = this.#endWindow();
    // Too late: the host's thread is writing the same records itself.
    if (!this.#shared.takePen(PEN.worker)) return;
    this.#shared.closeWindow();
    this.#enqueue(parts);
    // The last window may have pushed an older one out; that loss is stated, too.
    if (!isEmptyAccount(this.#account)) this.#enqueue(this.#endWindow());
    const { agentSocket } = this.parts.options;
    this.#queue.reopen(writeHandover(agentSocket, this.instanceId, undelivered));
    this.#settle();
    this.#shared.putDownPen();
  }

  /** Says so when nothing is held any more: an exit then has nothing to wait for. */
  #settle(): void {
    if (Atomics.load(this.#words, UNSETTLED) === 0) return;
    const held =
      !this.#aggregator.isEmpty || this.#tracker.pendingChildren > 0 || !this.#queue.isEmpty;
    if (held) return;
    Atomics.store(this.#words, UNSETTLED, 0);
    this.#mark?.remove();
  }

  /** Now, in µs of the recording thread's clock: another thread's time origin differs from ours. */
  #producerNowUs(): number {
    return (performance.timeOrigin + performance.now() - this.parts.options.timeOriginMs) * 1000;
  }
}

/** Epoch nanoseconds. The wall clock, not the monotonic one: that drifts from it over weeks of uptime. */
function wallClockNanos(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
