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
 * Equal rows come by their id, so that the order of two answers is the same.
 * @param changeRatio average now / before; Infinity for new rows.
 */
export function sortRows<T extends Candidate>(
  rows: readonly T[],
  key: SortKey,
  order: 'asc' | 'desc',
  context: RowContext,
  changeRatio: (row: T) => number,
): T[] {
  const valueOf = key === 'change' ? changeRatio : (row: T) => VALUES[key](row, context);
  const sign = order === 'asc' ? 1 : -1;
  const keyed = rows.map((row) => ({ row, value: valueOf(row), id: row.record.publicId }));
  keyed.sort((a, b) => {
    if (a.value !== b.value) {
      // Rows without a value come last either way.
      if (a.value === null) return 1;
      if (b.value === null) return -1;
      return a.value < b.value ? -sign : sign;
    }
    return a.id < b.id ? -1 : 1;
  });
  return keyed.map(({ row }) => row);
}
