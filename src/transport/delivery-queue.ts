import type { Signal } from '../protocol/delivery.js';
import { RetrySchedule, type RetryLimits } from './retry-schedule.js';

/** One encoded window, a part of one, or its waterfalls. */
export interface Batch<A> {
  /** From 1, never reused: together with the instance id the key by which the agent recognizes a repeat. */
  readonly sequence: number;
  readonly signal: Signal;
  /** OTLP protobuf, uncompressed. */
  readonly body: Uint8Array;
  /** What is lost with it. */
  readonly account: A;
  /** A reader has looked at it without taking it. */
  peeked: boolean;
}

/** What came of one attempt. */
export type SendResult =
  /** The agent has it. */
  | 'delivered'
  /** A reader saw it; the batch stays here for the agent. */
  | 'peeked'
  /** The agent will never take it. */
  | 'rejected'
  /** Not now. */
  | 'failed'
  | RetryLater;

/** Not now, and not before this time is over: the server asked for it. */
export interface RetryLater {
  readonly retryAfterMs: number;
}

export interface QueueOptions<A> {
  /** Bound on the sum of the bodies; the oldest go first, and waterfalls before what is counted. */
  readonly maxBytes: number;
  /** One attempt; must settle within its own deadline and never reject. */
  readonly send: (sequence: number, body: Uint8Array, signal: Signal) => Promise<SendResult>;
  /** It is out of our hands: the agent has it, or takes it from the hand-over. */
  readonly onDelivered?: (account: A) => void;
  readonly onDropped: (account: A, reason: 'backlog' | 'rejected') => void;
  /** First time that attempts have failed for FAILING_AFTER_MS on end. */
  readonly onFailing: () => void;
  /** Pauses between attempts; those for a socket of this machine when absent. */
  readonly retry?: RetryLimits;
  readonly now?: () => number;
}

/** A restart of the agent takes seconds; silence about that. */
const FAILING_AFTER_MS = 30_000;
/** A local socket answers or it does not: retry soon at first, at most every 5 s later. */
const RETRY = { firstMs: 250, maxMs: 5000 };
/** How often batches that a reader has seen are offered again: by then an agent may have taken its place. */
const PEEKED_RETRY_MS = 5000;

/**
 * Undelivered batches, oldest first, one attempt at a time. Bounded in bytes: with an agent that is away, or
 * that takes connections and never answers, memory stays flat and the oldest batches are counted as lost.
 */
export class DeliveryQueue<A> {
  readonly #batches: Batch<A>[] = [];
  readonly #schedule: RetrySchedule;
  readonly #now: () => number;
  #bytes = 0;
  #sequence = 0;
  #inFlight: Batch<A> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failingSince: number | undefined;
  /** The pause under way was asked for by the server. */
  #askedToWait = false;
  #onFlushed: (() => void)[] = [];
  #closed = false;

  constructor(private readonly options: QueueOptions<A>) {
    this.#now = options.now ?? Date.now;
    this.#schedule = new RetrySchedule(options.retry ?? RETRY);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Takes a batch over and tries to deliver it soon. */
  add(body: Uint8Array, account: A, signal: Signal = 'metrics'): void {
    this.#sequence++;
    this.#batches.push({ sequence: this.#sequence, signal, body, account, peeked: false });
    this.#bytes += body.byteLength;
    while (this.#bytes > this.options.maxBytes && this.#batches.length > 1) {
      // Not the one in flight: it may be arriving, and would then be both delivered and counted as lost.
      const idle = this.#batches.filter((batch) => batch !== this.#inFlight);
      const oldest = idle.find((batch) => batch.signal === 'traces') ?? idle[0];
      if (oldest === undefined) break;
      this.#remove(oldest);
      this.options.onDropped(oldest.account, 'backlog');
    }
    this.#pump();
  }

  /**
   * At exit: nothing is sent from here on. Answers everything not known to be delivered, the batch in flight
   * included, and what is added later.
   */
  close(): readonly Batch<A>[] {
    this.#closed = true;
    return this.#batches;
  }

  /** Should the process live on after all: forgets the oldest `count` batches, which others have taken over. */
  reopen(count: number): void {
    for (const batch of this.#batches.slice(0, count)) {
      this.#remove(batch);
      this.options.onDelivered?.(batch.account);
    }
    this.#closed = false;
    this.#pump();
  }

  /**
   * Sends what is here at once, without the rest of a pause. Calls `done` when all is delivered, or as soon as an
   * attempt fails; at once where the server asked for a pause.
   */
  flush(done: () => void): void {
    if (this.#askedToWait) {
      done();
      return;
    }
    this.#onFlushed.push(done);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pump();
  }

  #flushed(): void {
    for (const done of this.#onFlushed.splice(0)) done();
  }

  /** @returns false when it was not here any more. */
  #remove(batch: Batch<A>): boolean {
    const at = this.#batches.indexOf(batch);
    if (at < 0) return false;
    this.#batches.splice(at, 1);
    this.#bytes -= batch.body.byteLength;
    return true;
  }

  #pump(): void {
    if (this.#inFlight !== undefined || this.#closed || this.#timer !== undefined) return;
    const batch = this.#batches.find((each) => !each.peeked);
    if (batch === undefined) {
      this.#flushed();
      if (this.#batches.length > 0) this.#later(PEEKED_RETRY_MS, () => this.#offerPeekedAgain());
      return;
    }
    void this.#attempt(batch);
  }

  /** The oldest one stands for all: if it is taken, there is an agent now and the rest follows. */
  #offerPeekedAgain(): void {
    const oldest = this.#batches[0];
    if (oldest !== undefined) void this.#attempt(oldest);
  }

  async #attempt(batch: Batch<A>): Promise<void> {
    this.#inFlight = batch;
    const result = await this.options.send(batch.sequence, batch.body, batch.signal);
    this.#inFlight = undefined;
    if (result === 'failed' || typeof result === 'object') {
      this.#failed(result === 'failed' ? undefined : result.retryAfterMs);
      return;
    }
    this.#failingSince = undefined;
    this.#schedule.reset();
    if (result === 'peeked') {
      batch.peeked = true;
    } else {
      const held = this.#remove(batch);
      if (held && result === 'rejected') this.options.onDropped(batch.account, 'rejected');
      if (held && result === 'delivered') this.options.onDelivered?.(batch.account);
      for (const other of this.#batches) other.peeked = false;
    }
    this.#pump();
  }

  #failed(retryAfterMs: number | undefined): void {
    const now = this.#now();
    this.#failingSince ??= now;
    if (now - this.#failingSince >= FAILING_AFTER_MS) this.options.onFailing();
    this.#askedToWait = retryAfterMs !== undefined;
    this.#later(this.#schedule.nextPauseMs(retryAfterMs), () => {
      this.#askedToWait = false;
      this.#pump();
    });
    this.#flushed();
  }

  #later(ms: number, run: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      run();
    }, ms);
    this.#timer.unref();
  }
}
