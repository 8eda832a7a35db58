/** How much: batches, and the operations (requests, queries, calls) counted in them. */
export interface Count {
  batches: number;
  records: number;
  /** Slow requests shown call by call in them; absent = none. They are no operations. */
  waterfalls?: number;
}

/** Adds `more` to `count`. */
export function addCount(count: Count, more: Readonly<Count>): void {
  count.batches += more.batches;
  count.records += more.records;
  if (more.waterfalls) count.waterfalls = (count.waterfalls ?? 0) + more.waterfalls;
}

/** By `retrace.reason`. */
export type Losses = Record<string, Count>;

export interface LedgerState {
  /** Not yet in any report. */
  unreported: Losses;
  /** In the report that is in the spool now; null = none there. */
  reporting: Losses | null;
  /** Epoch ms of the first loss in `unreported`; 0 = none. */
  sinceMs: number;
}

export const NO_LOSSES: LedgerState = { unreported: {}, reporting: null, sinceMs: 0 };

/**
 * The agent's own losses until the server has taken a report of them. A report travels through the spool like any
 * batch, so it can be lost itself; its counts then come back here. One report at a time keeps that exact.
 */
export class LossLedger {
  /** Since this agent started. */
  readonly totals: Losses = {};

  constructor(private current: LedgerState) {}

  lose(reason: string, count: Count, nowMs = Date.now()): void {
    if (count.batches === 0 && count.records === 0 && !count.waterfalls) return;
    addTo(this.totals, reason, count);
    addTo(this.current.unreported, reason, count);
    if (this.current.sinceMs === 0) this.current.sinceMs = nowMs;
  }

  /** What a new report has to say; undefined while one is under way or there is nothing to say. */
  startReport(): { losses: Losses; sinceMs: number } | undefined {
    const { unreported, reporting, sinceMs } = this.current;
    if (reporting !== null || Object.keys(unreported).length === 0) return undefined;
    this.current = { unreported: {}, reporting: unreported, sinceMs: 0 };
    return { losses: unreported, sinceMs };
  }

  /** The server has the report. */
  reportCommitted(): void {
    this.current.reporting = null;
  }

  /** The report was lost on its way: its counts wait for the next one. */
  reportLost(nowMs = Date.now()): void {
    const { reporting } = this.current;
    if (reporting === null) return;
    this.current.reporting = null;
    for (const [reason, count] of Object.entries(reporting)) {
      addTo(this.current.unreported, reason, count);
    }
    if (this.current.sinceMs === 0) this.current.sinceMs = nowMs;
  }

  get state(): LedgerState {
    return this.current;
  }
}

function addTo(losses: Losses, reason: string, count: Count): void {
  const known = (losses[reason] ??= { batches: 0, records: 0 });
  addCount(known, count);
}
