import { DROP_REASON } from '../../core/semconv.js';
import { postBatch } from '../../transport/destination.js';
import type { Outcome } from '../../transport/outcome.js';
import { RetrySchedule, type RetryLimits } from '../../transport/retry-schedule.js';
import type { AgentLog } from '../agent-log.js';
import type { Count } from '../spool/loss-ledger.js';
import type { Spool, SpooledBatch } from '../spool/spool.js';
import type { UplinkStatus } from '../status-types.js';
import type { Destination } from './create-poster.js';

export interface UplinkOptions {
  destination: Destination;
  log: AgentLog;
  /** One attempt, first byte to last, ms. */
  attemptMs?: number;
  retry?: RetryLimits;
}

/** Long enough for 4 MB over a slow line, short enough to notice a connection that has died. */
const ATTEMPT_MS = 30_000;
const RETRY: RetryLimits = { firstMs: 1_000, maxMs: 60_000 };

/** Sends the spool to the server, oldest first, one batch in flight. */
export class Uplink {
  readonly committed: Count = { batches: 0, records: 0 };
  private readonly schedule: RetrySchedule;
  private readonly status: UplinkStatus = {
    state: 'idle',
    attempts: 0,
    sentBytes: 0,
    lastSuccessMs: 0,
    lastFailure: '',
    consecutiveFailures: 0,
  };
  private destination: Destination;
  /** Of the attempt under way. */
  private posting: Destination | undefined;
  /** By performance.now(): the clock of the host may be set while we stop. */
  private stopAtMs = Infinity;
  private wake: () => void = () => undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly spool: Spool,
    private readonly options: UplinkOptions,
  ) {
    this.destination = options.destination;
    this.schedule = new RetrySchedule(options.retry ?? RETRY);
  }

  start(): void {
    this.spool.onAppend = () => {
      if (this.status.state === 'idle') this.wake();
    };
    this.running = this.run();
  }

  /** Goes on sending for at most `graceMs`, until the first failure or the end of the spool. */
  async stop(graceMs: number): Promise<void> {
    this.stopAtMs = performance.now() + graceMs;
    this.wake();
    const cut = setTimeout(() => (this.posting ?? this.destination).poster.close(), graceMs);
    await this.running;
    clearTimeout(cut);
    this.destination.poster.close();
  }

  /** From the next attempt on; one that is under way ends with what it began with. A pause is cut short. */
  redirect(next: Destination): void {
    const { poster } = this.destination;
    this.destination = next;
    this.schedule.reset();
    if (this.status.state === 'sending') return;
    poster.close();
    this.wake();
  }

  snapshot(): UplinkStatus {
    return { ...this.status, consecutiveFailures: this.schedule.consecutiveFailures };
  }

  private async run(): Promise<void> {
    while (performance.now() < this.stopAtMs) {
      let pauseMs: number | undefined;
      try {
        const batch = this.spool.peek();
        if (batch !== undefined) pauseMs = await this.deliver(batch);
        else if (this.stopping) return;
        else {
          this.status.state = 'idle';
          await this.sleep(undefined);
        }
      } catch (error) {
        // Reading the spool failed: the disk, not the server.
        const { code } = error as NodeJS.ErrnoException;
        this.options.log.warn('spool-read', `the spool cannot be read (${code ?? 'error'})`);
        pauseMs = this.schedule.nextPauseMs();
      }
      if (pauseMs === undefined) continue;
      if (this.stopping) return;
      this.status.state = 'waiting';
      await this.sleep(pauseMs);
    }
  }

  private get stopping(): boolean {
    return this.stopAtMs !== Infinity;
  }

  /** @returns ms to wait before the next attempt; undefined = go on at once. */
  private async deliver(batch: SpooledBatch): Promise<number | undefined> {
    this.status.state = 'sending';
    this.status.attempts += 1;
    const sentBy = this.destination;
    const outcome = await this.attempt(batch, sentBy);
    if (outcome.kind === 'retry') {
      this.spool.release();
      this.status.lastFailure = outcome.why;
      this.warn(outcome);
      if (sentBy !== this.destination) return undefined;
      return this.schedule.nextPauseMs(outcome.retryAfterMs);
    }
    if (outcome.kind === 'rejected') {
      this.spool.reject(DROP_REASON.rejected);
      this.status.lastFailure = `HTTP ${outcome.status}`;
      const message = `the server refused a batch for good (HTTP ${outcome.status}); counted as dropped`;
      this.options.log.warn('rejected', message);
    } else {
      const count = this.spool.commit();
      this.committed.batches += count.batches;
      this.committed.records += count.records;
      this.status.sentBytes += batch.payload.length;
      this.status.lastSuccessMs = Date.now();
      this.status.lastFailure = '';
      if (this.schedule.consecutiveFailures > 0) {
        this.options.log.info('connected', 'the server answers again');
      }
    }
    this.schedule.reset();
    return undefined;
  }

  private async attempt(batch: SpooledBatch, destination: Destination): Promise<Outcome> {
    const { attemptMs = ATTEMPT_MS } = this.options;
    this.posting = destination;
    const leftMs = Math.max(1, this.stopAtMs - performance.now());
    const { payload, batchKey } = batch;
    try {
      const outgoing = { payload, batchKey, userAgent: 'retrace-agent' };
      return await postBatch(destination, outgoing, Math.min(attemptMs, leftMs));
    } finally {
      this.posting = undefined;
      if (destination !== this.destination) destination.poster.close();
    }
  }

  private warn({ why, key }: Extract<Outcome, { kind: 'retry' }>): void {
    const { batches } = this.spool.totals();
    const waiting = `${batches} ${batches === 1 ? 'batch waits' : 'batches wait'} in the spool`;
    const message = key
      ? `the server does not accept the ingest key (${why}); ${waiting}`
      : `the server cannot be reached (${why}); ${waiting}`;
    this.options.log.warn('unreachable', message);
  }

  private sleep(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => this.wake(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
      // An append or a stop between the last look at the spool and this line must not be slept through.
      if (this.stopping) this.wake();
    });
  }
}
