import type { ChartPoint, DetailAnswer, RelatedRow, ReportKind } from '../api-types.js';
import type {
  OperationRecord,
  ScanRange,
  SeriesKind,
  ServiceRecord,
  TenantStore,
} from '../store/store.js';
import { elapsedMinutes } from './range.js';
import { RelatedTally } from './related.js';
import { queryCallsByEndpoint } from './report.js';
import { KIND_OF_REPORT, RowTally } from './rows.js';
import { entryOf, Tally } from './tally.js';

const NO_ENDPOINT_NAME = '(outside any request)';

/** One row with its chart, and its callers – or, for an endpoint, what it calls. */
export async function detailAnswer(
  store: TenantStore,
  service: ServiceRecord,
  report: ReportKind,
  record: OperationRecord,
  range: ScanRange,
  nowMs: number,
): Promise<DetailAnswer> {
  const row = new RowTally(range);
  const buckets = new Map<number, Tally>();
  const callers = new Map<number, RelatedTally>();
  const kind = KIND_OF_REPORT[report];
  await store.scan({ service: service.id, kind, range, operation: record.id }, (view) => {
    row.add(view);
    if (view.outcome !== undefined) entryOf(buckets, view.bucketMs, () => new Tally()).add(view);
    if (kind !== 'endpoint') entryOf(callers, view.caller, () => new RelatedTally()).add(view);
  });
  let queryCalls = 0;
  if (kind === 'endpoint') {
    queryCalls = (await queryCallsByEndpoint(store, service, range)).get(record.id) ?? 0;
  }
  const reportTotalUs = await totalTimeOf(store, service, kind, range);
  const minutes = elapsedMinutes(range, nowMs);
  const related =
    kind === 'endpoint'
      ? await calleesOf(store, service, record.id, range, row.totalUs)
      : await callerRows(store, service, callers, row.totalUs);
  return {
    range,
    service: { id: service.publicId, name: service.name },
    report,
    row: row.toRow(record, { reportTotalUs, minutes, nowMs, queryCalls }),
    chart: chartOf(buckets),
    related,
  } as unknown as DetailAnswer;
}

/** Total time of the whole report: what the row's share refers to. */
async function totalTimeOf(
  store: TenantStore,
  service: ServiceRecord,
  kind: SeriesKind,
  range: ScanRange,
): Promise<number> {
  let totalUs = 0;
  await store.scan({ service: service.id, kind, range }, (view) => {
    totalUs += view.sumUs;
  });
  return totalUs;
}

function chartOf(buckets: ReadonlyMap<number, Tally>): ChartPoint[] {
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([timeMs, tally]) => ({ timeMs, ...tally.stats() }));
}

async function callerRows(
  store: TenantStore,
  service: ServiceRecord,
  callers: ReadonlyMap<number, RelatedTally>,
  rowTotalUs: number,
): Promise<RelatedRow[]> {
  const endpoints = await store.operations(service.id, 'endpoint');
  const rows = [...callers].map(([id, tally]) => {
    const endpoint = endpoints.get(id);
    return tally.toRow(
      'endpoints',
      endpoint?.publicId ?? '',
      endpoint?.name ?? NO_ENDPOINT_NAME,
      rowTotalUs,
    );
  });
  return ranked(rows);
}

/** Queries and calls made on behalf of an endpoint. */
async function calleesOf(
  store: TenantStore,
  service: ServiceRecord,
  endpoint: number,
  range: ScanRange,
  rowTotalUs: number,
): Promise<RelatedRow[]> {
  const rows: RelatedRow[] = [];
  for (const report of ['queries', 'web-services'] as const) {
    const kind = KIND_OF_REPORT[report];
    const tallies = new Map<number, RelatedTally>();
    await store.scan({ service: service.id, kind, range }, (view) => {
      if (view.caller !== endpoint) return;
      entryOf(tallies, view.operation, () => new RelatedTally()).add(view);
    });
    const operations = await store.operations(service.id, kind);
    for (const [id, tally] of tallies) {
      const record = operations.get(id);
      if (record === undefined) continue;
      rows.push(tally.toRow(report, record.publicId, record.name, rowTotalUs));
    }
  }
  return ranked(rows);
}

function ranked(rows: RelatedRow[]): RelatedRow[] {
  return rows
    .filter((row) => row.calls > 0)
    .sort((a, b) => b.totalUs - a.totalUs || (a.id < b.id ? -1 : 1));
}
