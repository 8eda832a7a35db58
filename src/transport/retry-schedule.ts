/** Longest pause a server can ask for with Retry-After: past it a mistyped date would silence the uplink for days. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

export interface RetryLimits {
  /** Upper bound of the first pause, ms. */
  firstMs: number;
  /** Upper bound of every later pause, ms. */
  maxMs: number;
}

/**
 * Exponential backoff with full jitter: pause n is uniform in [firstMs/2, min(maxMs, firstMs·2ⁿ)], so that many
 * agents that lost the same server do not return in step. A Retry-After is a lower bound and gets jitter on top.
 * Source of the shape: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export class RetrySchedule {
  private failures = 0;

  constructor(
    private readonly limits: RetryLimits,
    private readonly random: () => number = Math.random,
  ) {}

  /** @param retryAfterMs what the server asked for, if anything. @returns ms to wait before the next attempt. */
  nextPauseMs(retryAfterMs?: number): number {
    const { firstMs, maxMs } = this.limits;
    // 2^20 is past every bound in use; the cap keeps the power finite.
    const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(this.failures, 20));
    this.failures += 1;
    const floor = firstMs / 2;
    const pause = floor + this.random() * Math.max(0, ceiling - floor);
    if (retryAfterMs === undefined) return pause;
    const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
    return asked + this.random() * Math.min(firstMs, asked * 0.1);
  }

  /** After a success: the next failure starts at `firstMs` again. */
  reset(): void {
    this.failures = 0;
  }

  get consecutiveFailures(): number {
    return this.failures;
  }
}

/**
 * Retry-After as RFC 9110 §10.2.3 has it: seconds or an HTTP date.
 * @param date the answer's own Date header: a date is meant by the server's clock, and ours may be a day off.
 * @returns ms, never negative; undefined when absent or unreadable.
 */
export function parseRetryAfter(
  header: string | undefined,
  date: string | undefined,
  nowMs = Date.now(),
): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text);
  if (Number.isNaN(until)) return undefined;
  const sent = Date.parse(date ?? '');
  return Math.max(0, until - (Number.isNaN(sent) ? nowMs : sent));
}
