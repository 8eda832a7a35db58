import type { ReportKind, ReportRow } from '../api-types.js';
import type { OperationRecord, ScanRange, SeriesKind } from '../store/store.js';
import { apdexOf } from './apdex.js';
import type { OperationView } from './operation-view.js';
import { errorTypesOf, failuresOf, statusesOf } from './outcomes.js';

export const KIND_OF_REPORT: Readonly<Record<ReportKind, SeriesKind>> = {
  endpoints: 'endpoint',
  queries: 'query',
  'web-services': 'call',
};

/** What a row needs to know besides its own sums. */
export interface RowContext {
  range: ScanRange;
  nowMs: number;
  /** Minutes of the range that have passed. */
  minutes: number;
  reportTotalUs: number;
  apdexThresholdMs: number;
  /** Requests of each endpoint. */
  requests: ReadonlyMap<number, number>;
  /** Queries that ran on behalf of each endpoint; empty in other reports. */
  queryCalls: ReadonlyMap<number, number>;
}

export function rowOf(
  record: OperationRecord,
  view: OperationView,
  context: RowContext,
): ReportRow {
  // Spelled out: spreading objects costs 20 µs a row, which counts in reports of 5,000.
  const stats = view.stats();
  const row: ReportRow = {
    id: record.publicId,
    name: record.name,
    other: record.other,
    calls: stats.calls,
    errors: stats.errors,
    averageUs: stats.averageUs,
    p50Us: stats.p50Us,
    p95Us: stats.p95Us,
    p99Us: stats.p99Us,
    maxUs: stats.maxUs,
    totalUs: stats.totalUs,
    callsPerMinute: stats.calls / context.minutes,
    share: context.reportTotalUs === 0 ? 0 : stats.totalUs / context.reportTotalUs,
    errorTypes: errorTypesOf(view),
    firstSeenMs: record.firstSeenMs,
    lastSeenMs: lastSeenMs(record, view, context),
    sparkline: view.sparkline,
  };
  if (record.kind === 'endpoint') row.endpoint = endpointFields(record, view, context);
  else {
    row.callsPerRequest = callsPerRequest(view, context.requests);
    if (record.kind === 'query') row.query = queryFields(record, view);
    else row.call = callFields(record, view);
  }
  return row;
}

/** Calls made inside requests per request of the endpoints that made them. */
export function callsPerRequest(
  view: OperationView,
  requests: ReadonlyMap<number, number>,
): number | null {
  let calls = 0;
  const callers = new Set<number>();
  view.callers((caller, times) => {
    if (!requests.has(caller)) return;
    calls += times;
    callers.add(caller);
  });
  let served = 0;
  for (const caller of callers) served += requests.get(caller) ?? 0;
  return served === 0 ? null : calls / served;
}

export function queriesPerRequest(
  record: OperationRecord,
  calls: number,
  context: RowContext,
): number {
  return calls === 0 ? 0 : (context.queryCalls.get(record.id) ?? 0) / calls;
}

/** The record is brought up to date by the roll-up; minutes in view can be newer. */
function lastSeenMs(record: OperationRecord, view: OperationView, context: RowContext): number {
  const { lastBucketMs } = view;
  if (context.range.bucketSeconds !== 60 || lastBucketMs === 0) return record.lastSeenMs;
  return Math.max(record.lastSeenMs, Math.min(context.nowMs, lastBucketMs + 60_000));
}

function endpointFields(
  record: OperationRecord,
  view: OperationView,
  context: RowContext,
): NonNullable<ReportRow['endpoint']> {
  return {
    method: textOf(record, 'method'),
    route: textOf(record, 'route'),
    split: { databaseUs: view.fact(0), webServicesUs: view.fact(1), ownCodeUs: view.fact(2) },
    queriesPerRequest: queriesPerRequest(record, view.calls, context),
    apdex: apdexOf([view], context.apdexThresholdMs),
    statuses: statusesOf(view),
  };
}

function queryFields(
  record: OperationRecord,
  view: OperationView,
): NonNullable<ReportRow['query']> {
  const address = textOf(record, 'address');
  const port = Number(record.attributes.port ?? 0);
  return {
    text: textOf(record, 'text'),
    operation: textOf(record, 'operation'),
    collection: textOf(record, 'collection'),
    system: textOf(record, 'system'),
    namespace: textOf(record, 'namespace'),
    address: address === '' || port === 0 ? address : `${address}:${port}`,
    repeatedRequests: view.fact(0),
    repeatedMax: view.thirdMax,
  };
}

function callFields(record: OperationRecord, view: OperationView): NonNullable<ReportRow['call']> {
  return {
    method: textOf(record, 'method'),
    address: textOf(record, 'address'),
    port: Number(record.attributes.port ?? 0),
    template: textOf(record, 'template'),
    statuses: statusesOf(view),
    failures: failuresOf(view),
  };
}

export function textOf(record: OperationRecord, name: string): string {
  return String(record.attributes[name] ?? '');
}
