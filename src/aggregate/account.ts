import { KIND } from '../core/semconv.js';
import { RECORD_KIND, type RecordKind } from '../ring/layout.js';
import type { KindCounts } from '../ring/reader.js';

/** Names as they travel in `retrace.kind`, in ring order. */
export const KINDS = [KIND.request, KIND.query, KIND.call] as const;

export function noCounts(): KindCounts {
  return { request: 0, query: 0, call: 0 };
}

export function addCounts(target: KindCounts, more: Readonly<KindCounts>): void {
  for (const kind of KINDS) target[kind] += more[kind];
}

export function kindName(kind: RecordKind): (typeof KINDS)[number] {
  if (kind === RECORD_KIND.request) return KIND.request;
  return kind === RECORD_KIND.query ? KIND.query : KIND.call;
}

/**
 * What one batch states, so that its loss can be stated by a later one: `recorded = delivered + dropped`
 * must come out exactly at the far end, whichever batches make it there.
 */
export interface Account {
  /** Operations the hooks saw (`retrace.recorded`). */
  recorded: KindCounts;
  /** Operations the batch's own histograms hold. */
  carried: KindCounts;
  /** Reason → operations lost (`retrace.dropped`). */
  dropped: Map<string, KindCounts>;
}

export function emptyAccount(): Account {
  return { recorded: noCounts(), carried: noCounts(), dropped: new Map() };
}

/** Adds `lost` operations under `reason`; nothing when there are none. */
export function addDropped(account: Account, reason: string, lost: Readonly<KindCounts>): void {
  if (lost.request + lost.query + lost.call === 0) return;
  const known = account.dropped.get(reason);
  if (known === undefined) account.dropped.set(reason, { ...lost });
  else addCounts(known, lost);
}

/** Takes over what a batch that never arrives would have said; its own operations count as lost by `reason`. */
export function addLostBatch(account: Account, lost: Account, reason: string): void {
  addCounts(account.recorded, lost.recorded);
  addDropped(account, reason, lost.carried);
  for (const [earlier, counts] of lost.dropped) addDropped(account, earlier, counts);
}

export function isEmptyAccount(account: Account): boolean {
  const { recorded, carried } = account;
  return (
    recorded.request + recorded.query + recorded.call === 0 &&
    carried.request + carried.query + carried.call === 0 &&
    account.dropped.size === 0
  );
}
