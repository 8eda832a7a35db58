import type { Change, PreviousFigures, Stats } from '../api-types.js';
import type { ScanRange } from '../store/store.js';

/** Fewer calls than this in either period say nothing about a change. */
const MIN_CALLS = 30;
/** Both must move: one outlier moves the average but not p95, a few slow calls p95 but not the average. */
const AVERAGE_RATIO = 1.25;
const P95_RATIO = 1.1;
/** Below this the difference is nothing that anybody waits for. */
const MIN_DIFFERENCE_US = 100;

/** The buckets of equal length just before. */
export function previousRange(range: ScanRange): ScanRange {
  const lengthMs = range.toMs - range.fromMs;
  return { ...range, fromMs: range.fromMs - lengthMs, toMs: range.fromMs };
}

export function previousFigures(stats: Stats, minutes: number): PreviousFigures {
  return {
    calls: stats.calls,
    callsPerMinute: stats.calls / minutes,
    errors: stats.errors,
    averageUs: stats.averageUs,
    p95Us: stats.p95Us,
    totalUs: stats.totalUs,
  };
}

/** @param receivedBefore whether anything at all is known of the period before. */
export function changeOf(
  now: { calls: number; averageUs: number; p95Us: number } | undefined,
  before: PreviousFigures | undefined,
  receivedBefore: boolean,
): Change {
  if (now === undefined) return 'gone';
  if (before === undefined) return receivedBefore ? 'new' : 'few_calls';
  if (now.calls < MIN_CALLS || before.calls < MIN_CALLS) return 'few_calls';
  if (moved(before, now)) return 'slower';
  if (moved(now, before)) return 'faster';
  return 'same';
}

interface Speed {
  averageUs: number;
  p95Us: number;
}

function moved(from: Speed, to: Speed): boolean {
  return (
    to.averageUs >= from.averageUs * AVERAGE_RATIO &&
    to.averageUs - from.averageUs >= MIN_DIFFERENCE_US &&
    to.p95Us >= from.p95Us * P95_RATIO
  );
}

export function noChanges(): Record<Change, number> {
  return { new: 0, gone: 0, slower: 0, faster: 0, same: 0, few_calls: 0 };
}
