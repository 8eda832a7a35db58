import type { DetailAnswer, ReportKind } from '../api-types.js';
import type { OperationRecord, ServiceRecord, TenantStore } from '../store/store.js';
import { heatmapOf } from './heatmap.js';
import { OperationView } from './operation-view.js';
import { elapsedMinutes, type AskedRange } from './range.js';
import { calleeRows, callerRows, repeatedFinding, type RelatedContext } from './related.js';
import { queryCallsByEndpoint, requestsByEndpoint, totalsOf } from './report.js';
import { KIND_OF_REPORT, rowOf } from './rows.js';
import { OperationSums } from './sums.js';
import { sumsOf } from './sums-cache.js';
import { chartOf, componentsOf, entryOf, Tally } from './tally.js';

/** One row with its charts, and its callers – or, for an endpoint, what it calls. */
export async function detailAnswer(
  store: TenantStore,
  service: ServiceRecord,
  report: ReportKind,
  record: OperationRecord,
  range: AskedRange,
  options: { apdexThresholdMs: number },
  nowMs: number,
): Promise<DetailAnswer> {
  const kind = KIND_OF_REPORT[report];
  const sums = new OperationSums(range);
  const buckets = new Map<number, Tally>();
  const callers = new Map<number, Tally>();
  await store.scan({ service: service.id, kind, range, operation: record.id }, (view) => {
    sums.add(view);
    entryOf(buckets, view.bucketMs, () => new Tally()).add(view);
    if (kind !== 'endpoint') entryOf(callers, view.caller, () => new Tally()).add(view);
  });
  const query = { service: service.id, range, nowMs };
  const totals = totalsOf((await sumsOf(store, { ...query, kind })).values());
  const requests = await requestsByEndpoint(store, query);
  const row = rowOf(record, new OperationView([sums]), {
    range,
    nowMs,
    minutes: elapsedMinutes(range, nowMs),
    reportTotalUs: totals.totalUs,
    apdexThresholdMs: options.apdexThresholdMs,
    requests,
    queryCalls: kind === 'endpoint' ? await queryCallsByEndpoint(store, query) : new Map(),
  });
  const context: RelatedContext = { store, service, range, rowTotalUs: row.totalUs, requests };
  const related =
    kind === 'endpoint' ? await calleeRows(record, context) : await callerRows(callers, context);
  const repeated = kind === 'query' ? repeatedFinding(related) : undefined;
  return {
    range,
    service: { id: service.publicId, name: service.name },
    report,
    row,
    chart: chartOf(buckets),
    heatmap: heatmapOf(buckets, range),
    components: kind === 'endpoint' ? componentsOf(buckets) : [],
    ...(repeated && { repeated }),
    related,
  };
}
