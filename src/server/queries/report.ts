import type { Change, ReportAnswer, ReportKind, ReportRow, SortKey } from '../api-types.js';
import type { OperationRecord, ServiceRecord, TenantStore } from '../store/store.js';
import { changeOf, noChanges, previousFigures, previousRange } from './change.js';
import { facetsOf, filterOf, type RowFilter } from './filter.js';
import { lossesOf } from './losses.js';
import { OperationView } from './operation-view.js';
import { elapsedMinutes, type AskedRange } from './range.js';
import { KIND_OF_REPORT, rowOf, type RowContext } from './rows.js';
import { sortRows, type Candidate } from './sort.js';
import { pointsIn } from './sparkline.js';
import { sumsOf, type SumsQuery } from './sums-cache.js';

export interface ReportOptions {
  sort: SortKey;
  order: 'asc' | 'desc';
  limit: number;
  filter: RowFilter;
  /** Only what was done for this endpoint. */
  caller: OperationRecord | undefined;
  compare: boolean;
  apdexThresholdMs: number;
}

/** Gone rows in one answer, those with the most time before. */
const MAX_GONE = 100;

interface Row extends Candidate {
  before: OperationView | undefined;
}

/** One report of a service: the operations seen in the range that match, sorted. */
export async function reportAnswer(
  store: TenantStore,
  service: ServiceRecord,
  report: ReportKind,
  range: AskedRange,
  options: ReportOptions,
  nowMs: number,
): Promise<ReportAnswer> {
  const kind = KIND_OF_REPORT[report];
  const query: SumsQuery = { service: service.id, kind, range, nowMs, caller: options.caller?.id };
  const views = await sumsOf(store, query);
  const earlier = options.compare
    ? await sumsOf(store, { ...query, range: previousRange(range) })
    : undefined;
  const operations = await store.operations(service.id, kind);
  const all = candidatesOf(views, operations, earlier);
  const totals = totalsOf(views.values());
  const context: RowContext = {
    range,
    nowMs,
    minutes: elapsedMinutes(range, nowMs),
    reportTotalUs: totals.totalUs,
    apdexThresholdMs: options.apdexThresholdMs,
    requests: kind === 'endpoint' ? NONE : await requestsByEndpoint(store, query),
    queryCalls: kind === 'endpoint' ? await queryCallsByEndpoint(store, query) : NONE,
  };
  const matches = filterOf(options.filter);
  const matching = all.filter(({ record }) => matches(record));
  const present = sortRows(
    matching.filter(({ view }) => view.calls > 0),
    options.sort,
    options.order,
    context,
    ratioOf,
  );
  const shown = present.slice(0, options.limit);
  const compared = earlier && comparisonOf(earlier, matching, context);
  const rows = shown.map((row) => withChange(row, rowOf(row.record, row.view, context), compared));
  if (compared !== undefined) rows.push(...goneRows(matching, context, compared));
  const losers = (await store.services()).filter((one) => one.agent || one.id === service.id);
  return {
    range,
    service: { id: service.publicId, name: service.name },
    report,
    totalUs: totals.totalUs,
    calls: totals.calls,
    errors: totals.errors,
    rows,
    matched: present.length,
    available: all.filter(({ view }) => view.calls > 0).length,
    sort: options.sort,
    order: options.order,
    ...(compared && { compare: compared.answer }),
    facets: facetsOf(all.map(({ record }) => record)),
    losses: await lossesOf(store, losers, range, nowMs),
  };
}

const NONE: ReadonlyMap<number, number> = new Map();

function candidatesOf(
  views: ReadonlyMap<number, OperationView>,
  operations: ReadonlyMap<number, OperationRecord>,
  earlier: ReadonlyMap<number, OperationView> | undefined,
): Row[] {
  const rows: Row[] = [];
  for (const id of new Set([...views.keys(), ...(earlier?.keys() ?? [])])) {
    const record = operations.get(id);
    const before = earlier?.get(id);
    const view = views.get(id) ?? NO_VIEW;
    const known = view.calls > 0 || (before?.calls ?? 0) > 0;
    if (record !== undefined && known) {
      rows.push({ record, view, before: (before?.calls ?? 0) > 0 ? before : undefined });
    }
  }
  return rows;
}

const NO_VIEW = new OperationView([]);

export function totalsOf(views: Iterable<OperationView>): {
  totalUs: number;
  calls: number;
  errors: number;
} {
  const totals = { totalUs: 0, calls: 0, errors: 0 };
  for (const view of views) {
    totals.totalUs += view.totalUs;
    totals.calls += view.calls;
    totals.errors += view.errors;
  }
  return totals;
}

interface Comparison {
  answer: NonNullable<ReportAnswer['compare']>;
  minutes: number;
  received: boolean;
}

function comparisonOf(
  earlier: ReadonlyMap<number, OperationView>,
  matching: readonly Row[],
  context: RowContext,
): Comparison {
  const { fromMs, toMs } = previousRange(context.range);
  const { totalUs, calls } = totalsOf(earlier.values());
  const comparison: Comparison = {
    answer: { fromMs, toMs, received: calls > 0, totalUs, calls, changes: noChanges() },
    minutes: (toMs - fromMs) / 60_000,
    received: calls > 0,
  };
  for (const row of matching) comparison.answer.changes[changeOfRow(row, comparison)] += 1;
  return comparison;
}

function changeOfRow({ view, before }: Row, { minutes, received }: Comparison): Change {
  const now = view.calls > 0 ? view.stats() : undefined;
  return changeOf(now, before && previousFigures(before.stats(), minutes), received);
}

function withChange(row: Row, answer: ReportRow, compared: Comparison | undefined): ReportRow {
  if (compared === undefined) return answer;
  if (row.before) answer.previous = previousFigures(row.before.stats(), compared.minutes);
  answer.change = changeOfRow(row, compared);
  return answer;
}

function goneRows(
  matching: readonly Row[],
  context: RowContext,
  compared: Comparison,
): ReportRow[] {
  return matching
    .filter(({ view }) => view.calls === 0)
    .sort((a, b) => (b.before?.totalUs ?? 0) - (a.before?.totalUs ?? 0))
    .slice(0, MAX_GONE)
    .map((row) => {
      const sparkline = new Array<number>(pointsIn(context.range)).fill(0);
      const answer = { ...rowOf(row.record, NO_VIEW, context), sparkline };
      return withChange(row, answer, compared);
    });
}

function ratioOf({ view, before }: Row): number {
  if (before === undefined) return Number.POSITIVE_INFINITY;
  return view.totalUs / view.calls / (before.totalUs / before.calls);
}

/** Requests of each endpoint. */
export async function requestsByEndpoint(
  store: TenantStore,
  query: Omit<SumsQuery, 'kind' | 'caller'>,
): Promise<ReadonlyMap<number, number>> {
  const { service, range, nowMs } = query;
  const endpoints = await sumsOf(store, { service, range, nowMs, kind: 'endpoint' });
  return new Map([...endpoints].map(([id, view]) => [id, view.calls]));
}

/** How many queries ran on behalf of each endpoint. */
export async function queryCallsByEndpoint(
  store: TenantStore,
  query: Omit<SumsQuery, 'kind' | 'caller'>,
): Promise<ReadonlyMap<number, number>> {
  const { service, range, nowMs } = query;
  const calls = new Map<number, number>();
  for (const view of (await sumsOf(store, { service, range, nowMs, kind: 'query' })).values()) {
    view.callers((caller, times) => {
      if (caller !== 0) calls.set(caller, (calls.get(caller) ?? 0) + times);
    });
  }
  return calls;
}
