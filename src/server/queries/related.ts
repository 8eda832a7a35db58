import type { RelatedRow, RepeatedFinding, ReportKind } from '../api-types.js';
import type { OperationRecord, ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { KIND_OF_REPORT } from './rows.js';
import { entryOf, Tally } from './tally.js';

const NO_ENDPOINT_NAME = '(outside any request)';

export interface RelatedContext {
  store: TenantStore;
  service: ServiceRecord;
  range: ScanRange;
  /** Total time of the row whose relations these are. */
  rowTotalUs: number;
  /** Requests of each endpoint. */
  requests: ReadonlyMap<number, number>;
}

/** Who called a query or web service. */
export async function callerRows(
  callers: ReadonlyMap<number, Tally>,
  context: RelatedContext,
): Promise<RelatedRow[]> {
  const endpoints = await context.store.operations(context.service.id, 'endpoint');
  const rows = [...callers].map(([id, tally]) =>
    toRow('endpoints', endpoints.get(id), tally, context.requests.get(id), context),
  );
  return ranked(rows);
}

/** Queries and calls made on behalf of an endpoint. */
export async function calleeRows(
  endpoint: OperationRecord,
  context: RelatedContext,
): Promise<RelatedRow[]> {
  const { store, service, range } = context;
  const requests = context.requests.get(endpoint.id);
  const rows: RelatedRow[] = [];
  for (const report of ['queries', 'web-services'] as const) {
    const kind = KIND_OF_REPORT[report];
    const tallies = new Map<number, Tally>();
    await store.scan({ service: service.id, kind, range, caller: endpoint.id }, (view) =>
      entryOf(tallies, view.operation, () => new Tally()).add(view),
    );
    const operations = await store.operations(service.id, kind);
    for (const [id, tally] of tallies) {
      const record = operations.get(id);
      if (record !== undefined) rows.push(toRow(report, record, tally, requests, context));
    }
  }
  return ranked(rows);
}

function toRow(
  report: ReportKind,
  record: OperationRecord | undefined,
  tally: Tally,
  requests: number | undefined,
  { rowTotalUs }: RelatedContext,
): RelatedRow {
  const stats = tally.stats();
  return {
    ...stats,
    id: record?.publicId ?? '',
    report,
    name: record?.name ?? NO_ENDPOINT_NAME,
    share: rowTotalUs === 0 ? 0 : stats.totalUs / rowTotalUs,
    callsPerRequest: requests === undefined || requests === 0 ? null : stats.calls / requests,
    repeatedRequests: tally.facts[0] ?? 0,
    repeatedMax: tally.thirdMax,
  };
}

function ranked(rows: RelatedRow[]): RelatedRow[] {
  return rows
    .filter((row) => row.calls > 0)
    .sort((a, b) => b.totalUs - a.totalUs || (a.id < b.id ? -1 : 1));
}

/** What the callers of a query say about repetition; undefined where there was none. */
export function repeatedFinding(callers: readonly RelatedRow[]): RepeatedFinding | undefined {
  const endpoints = callers
    .filter((row) => row.repeatedRequests > 0)
    .map(({ id, name, repeatedRequests, repeatedMax }) => ({
      id,
      name,
      requests: repeatedRequests,
      maxInOneRequest: repeatedMax,
    }))
    .sort((a, b) => b.requests - a.requests);
  if (endpoints.length === 0) return undefined;
  return {
    requests: endpoints.reduce((sum, { requests }) => sum + requests, 0),
    maxInOneRequest: Math.max(...endpoints.map(({ maxInOneRequest }) => maxInOneRequest)),
    endpoints,
  };
}
