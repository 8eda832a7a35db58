import type { SortKey } from '../api-types.js';
import type { OperationRecord } from '../store/store.js';
import { apdexOf } from './apdex.js';
import type { OperationView } from './operation-view.js';
import { callsPerRequest, queriesPerRequest, type RowContext } from './rows.js';

export interface Candidate {
  record: OperationRecord;
  view: OperationView;
}

type Value = number | string | null;

/**
 * What rows are sorted by. Only percentiles and the maximum need histograms; everything else is known without, so
 * that a report of thousands of rows decodes only those it shows.
 */
const VALUES: Readonly<
  Record<Exclude<SortKey, 'change'>, (row: Candidate, context: RowContext) => Value>
> = {
  name: ({ record }) => record.name.toLowerCase(),
  calls: ({ view }) => view.calls,
  errors: ({ view }) => view.errors,
  averageUs: ({ view }) => view.totalUs / view.calls,
  p50Us: ({ view }) => view.stats().p50Us,
  p95Us: ({ view }) => view.stats().p95Us,
  p99Us: ({ view }) => view.stats().p99Us,
  maxUs: ({ view }) => view.stats().maxUs,
  totalUs: ({ view }) => view.totalUs,
  firstSeenMs: ({ record }) => record.firstSeenMs,
  lastSeenMs: ({ record, view }) => Math.max(record.lastSeenMs, view.lastBucketMs),
  callsPerRequest: ({ view }, { requests }) => callsPerRequest(view, requests),
  apdex: ({ view }, { apdexThresholdMs }) => apdexOf([view], apdexThresholdMs).score,
  queriesPerRequest: ({ record, view }, context) => queriesPerRequest(record, view.calls, context),
};

export const SORT_KEYS: readonly SortKey[] = [
  ...(Object.keys(VALUES) as Exclude<SortKey, 'change'>[]),
  'change',
];

/**
 * Sorts in place; equal rows by their id, so that the order of two answers is the same.
 * @param changeRatio average now / before; Infinity for new rows.
 */
export function sortRows<T extends Candidate>(
  rows: T[],
  key: SortKey,
  order: 'asc' | 'desc',
  context: RowContext,
  changeRatio: (row: T) => number,
): void {
  const valueOf = key === 'change' ? changeRatio : (row: T) => VALUES[key](row, context);
  const values = new Map<T, Value>(rows.map((row) => [row, valueOf(row)]));
  const sign = order === 'asc' ? 1 : -1;
  rows.sort((a, b) => {
    const left = values.get(a) ?? null;
    const right = values.get(b) ?? null;
    if (left !== right) {
      // Rows without a value come last either way.
      if (left === null) return 1;
      if (right === null) return -1;
      return left < right ? -sign : sign;
    }
    return a.record.publicId < b.record.publicId ? -1 : 1;
  });
}
