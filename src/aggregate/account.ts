import { KIND } from '../core/semconv.js';
import { RECORD_KIND, type RecordKind } from '../ring/layout.js';
import type { KindCounts } from '../ring/reader.js';

/** Kinds of operations as they travel in `retrace.kind`, in ring order. */
export const KINDS = [KIND.request, KIND.query, KIND.call] as const;

/** What a batch can hold and lose: operations, and waterfalls, which are none and which the ring does not know. */
export const LOST_KINDS = [...KINDS, KIND.waterfall] as const;

export interface LossCounts extends KindCounts {
  waterfall: number;
}

export function noCounts(): KindCounts {
  return { request: 0, query: 0, call: 0 };
}

function noLosses(): LossCounts {
  return { ...noCounts(), waterfall: 0 };
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
  /** Operations the batch's own histograms hold, and its waterfalls. */
  carried: LossCounts;
  /** Reason → what was lost (`retrace.dropped`). */
  dropped: Map<string, LossCounts>;
}

export function emptyAccount(): Account {
  return { recorded: noCounts(), carried: noLosses(), dropped: new Map() };
}

/** Adds what was lost under `reason`; nothing when nothing was. */
export function addDropped(
  account: Account,
  reason: string,
  lost: Readonly<KindCounts & Partial<LossCounts>>,
): void {
  const { waterfall = 0 } = lost;
  if (lost.request + lost.query + lost.call + waterfall === 0) return;
  const known = account.dropped.get(reason) ?? noLosses();
  addCounts(known, lost);
  known.waterfall += waterfall;
  account.dropped.set(reason, known);
}

/** Adds what another batch states and holds: they travel as one. */
export function addAccount(account: Account, more: Account): void {
  addCounts(account.recorded, more.recorded);
  addCounts(account.carried, more.carried);
  account.carried.waterfall += more.carried.waterfall;
  for (const [reason, counts] of more.dropped) addDropped(account, reason, counts);
}

/** Takes over what a batch that never arrives would have said; what it holds itself counts as lost by `reason`. */
export function addLostBatch(account: Account, lost: Account, reason: string): void {
  addCounts(account.recorded, lost.recorded);
  addDropped(account, reason, lost.carried);
  for (const [earlier, counts] of lost.dropped) addDropped(account, earlier, counts);
}

export function isEmptyAccount(account: Account): boolean {
  const { recorded, carried } = account;
  return (
    recorded.request + recorded.query + recorded.call === 0 &&
    carried.request + carried.query + carried.call + carried.waterfall === 0 &&
    account.dropped.size === 0
  );
}
