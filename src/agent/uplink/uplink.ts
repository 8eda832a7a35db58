import { DROP_REASON } from '../../core/semconv.js';
import { postBatch } from '../../transport/destination.js';
import type { Outcome } from '../../transport/outcome.js';
import { RetrySchedule, type RetryLimits } from '../../transport/retry-schedule.js';
import type { AgentLog } from '../agent-log.js';
import { addCount, type Count } from '../spool/loss-ledger.js';
import { ONE_BATCH, type PeekLimits, type Spool, type SpooledBatches } from '../spool/spool.js';
import type { UplinkStatus } from '../status-types.js';
import { buildUploads, type Upload } from './build-upload.js';
import type { Destination } from './create-poster.js';

export interface UplinkOptions {
  destination: Destination;
  log: AgentLog;
  /** One attempt, first byte to last, ms. */
  attemptMs?: number;
  retry?: RetryLimits;
  /** Time from one upload to the next in the long run, while the spool holds less than one upload takes. */
  gatherMs?: number;
}

/** Long enough for 4 MB over a slow line, short enough to notice a connection that has died. */
const ATTEMPT_MS = 30_000;
const RETRY: RetryLimits = { firstMs: 1_000, maxMs: 60_000 };
/**
 * Windows of a host's processes arrive spread over their 10 s; what comes within this time is added up and sent as
 * one. After a pause some uploads go at once: with one process nothing is slower than without adding up.
 */
const GATHER_MS = 2_000;
const UPLOADS_AT_ONCE = 4;
/** Of what one upload adds up: some 4,000 series, decoded one batch at a time. */
const TOGETHER: PeekLimits = { batches: 128, bytes: 192 * 1024 };

/**
 * Sends the spool to the server, oldest first, one upload in flight. The spool stays the truth: batches lie there as
 * they came and are added up only on their way out, under a key that names every one of them (`<first>-<last>`).
 * Waterfalls among them go in a request of their own behind it; they are done with together.
 */
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
  /** How many uploads may go at once, and when (performance.now()) that was reckoned. */
  private allowance = { uploads: UPLOADS_AT_ONCE, atMs: performance.now() };
  /**
   * The next upload holds this many batches again: the server may have stored them although its answer was lost, and
   * knows them by the same key.
   */
  private sameAgain: number | undefined;
  /** So many of the next batches go one by one: together the server did not take them. */
  private singles = 0;

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
        const gatherMs = this.gatherMs();
        if (gatherMs > 0) {
          await this.sleep(gatherMs);
          continue;
        }
        const batches = this.spool.peek(this.limits());
        if (batches !== undefined) pauseMs = await this.deliver(batches);
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

  /** ms to wait for more batches; 0 = there is nothing, or enough, or no time. */
  private gatherMs(): number {
    const { batches, bytes } = this.spool.totals();
    const enough = batches >= TOGETHER.batches || bytes >= TOGETHER.bytes;
    if (batches === 0 || enough || this.stopping || this.sameAgain !== undefined) return 0;
    if (this.singles > 0) return 0;
    const { gatherMs = GATHER_MS } = this.options;
    if (gatherMs === 0) return 0;
    const nowMs = performance.now();
    const grown = this.allowance.uploads + (nowMs - this.allowance.atMs) / gatherMs;
    this.allowance = { uploads: Math.min(UPLOADS_AT_ONCE, grown), atMs: nowMs };
    return Math.max(0, Math.ceil((1 - this.allowance.uploads) * gatherMs));
  }

  private limits(): PeekLimits {
    if (this.singles > 0) return ONE_BATCH;
    if (this.sameAgain !== undefined) return { batches: this.sameAgain, bytes: Infinity };
    return TOGETHER;
  }

  /** @returns ms to wait before the next attempt; undefined = go on at once. */
  private async deliver(batches: SpooledBatches): Promise<number | undefined> {
    this.status.state = 'sending';
    this.allowance.uploads = Math.max(0, this.allowance.uploads - 1);
    const together = batches.payloads.length;
    const uploads = await buildUploads(batches);
    if (uploads === undefined) return this.oneByOne(together);
    const sentBy = this.destination;
    let sentBytes = 0;
    let refusedSpans = 0;
    let refusedBy: number | undefined;
    for (const upload of uploads) {
      this.status.attempts += 1;
      const outcome = await this.attempt(upload, sentBy);
      if (outcome.kind === 'retry') {
        // What came before it is sent again with it, under its key: the server counts it once.
        this.spool.release();
        this.sameAgain = together;
        this.status.lastFailure = outcome.why;
        this.warn(outcome);
        if (sentBy !== this.destination) return undefined;
        return this.schedule.nextPauseMs(outcome.retryAfterMs);
      }
      // Too large, partly stored before, or one of them refused: only one by one can tell.
      if (outcome.kind === 'rejected' && together > 1) return this.oneByOne(together);
      if (outcome.kind === 'rejected') refusedBy = outcome.status;
      else if (upload.signal === 'traces') refusedSpans += outcome.refused;
      sentBytes += upload.body.length;
    }
    this.sameAgain = undefined;
    if (this.singles > 0) this.singles -= 1;
    if (refusedBy !== undefined) {
      this.spool.reject(DROP_REASON.rejected);
      this.status.lastFailure = `HTTP ${refusedBy}`;
      const message = `the server refused a batch for good (HTTP ${refusedBy}); counted as dropped`;
      this.options.log.warn('rejected', message);
    } else {
      addCount(this.committed, this.spool.commit(refusedSpans));
      this.status.sentBytes += sentBytes;
      this.status.lastSuccessMs = Date.now();
      this.status.lastFailure = '';
      if (this.schedule.consecutiveFailures > 0) {
        this.options.log.info('connected', 'the server answers again');
      }
    }
    this.schedule.reset();
    return undefined;
  }

  private oneByOne(batches: number): undefined {
    this.spool.release();
    this.sameAgain = undefined;
    this.singles = batches;
  }

  private async attempt(
    { body, batchKey, signal }: Upload,
    destination: Destination,
  ): Promise<Outcome> {
    const { attemptMs = ATTEMPT_MS } = this.options;
    this.posting = destination;
    const leftMs = Math.max(1, this.stopAtMs - performance.now());
    try {
      const outgoing = { payload: body, batchKey, signal, userAgent: 'retrace-agent' };
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
