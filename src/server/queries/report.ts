import type { ReportAnswer, ReportKind } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { lossesOf } from './losses.js';
import { elapsedMinutes } from './range.js';
import { KIND_OF_REPORT, RowTally } from './rows.js';
import { entryOf } from './tally.js';

/** One ranked report of a service: every operation seen in the range, most total time first. */
export async function reportAnswer(
  store: TenantStore,
  service: ServiceRecord,
  report: ReportKind,
  range: ScanRange,
  nowMs: number,
): Promise<ReportAnswer> {
  const kind = KIND_OF_REPORT[report];
  const operations = await store.operations(service.id, kind);
  const tallies = new Map<number, RowTally>();
  await store.scan({ service: service.id, kind, range }, (view) => {
    entryOf(tallies, view.operation, () => new RowTally(range)).add(view);
  });
  const queryCalls = kind === 'endpoint' ? await queryCallsByEndpoint(store, service, range) : NONE;
  let totalUs = 0;
  for (const tally of tallies.values()) totalUs += tally.totalUs;
  const minutes = elapsedMinutes(range, nowMs);
  const rows = [];
  for (const [id, tally] of tallies) {
    const record = operations.get(id);
    if (record === undefined || tally.calls === 0) continue;
    const context = { reportTotalUs: totalUs, minutes, nowMs, queryCalls: queryCalls.get(id) ?? 0 };
    rows.push(tally.toRow(record, context));
  }
  rows.sort((a, b) => b.totalUs - a.totalUs || (a.id < b.id ? -1 : 1));
  const losers = (await store.services()).filter((one) => one.agent || one.id === service.id);
  return {
    range,
    service: { id: service.publicId, name: service.name },
    report,
    totalUs,
    rows,
    losses: await lossesOf(store, losers, range),
  } as unknown as ReportAnswer;
}

const NONE: ReadonlyMap<number, number> = new Map();

/** How many queries ran on behalf of each endpoint. */
export async function queryCallsByEndpoint(
  store: TenantStore,
  service: ServiceRecord,
  range: ScanRange,
): Promise<ReadonlyMap<number, number>> {
  const calls = new Map<number, number>();
  await store.scan({ service: service.id, kind: 'query', range }, (view) => {
    if (view.caller !== 0) calls.set(view.caller, (calls.get(view.caller) ?? 0) + view.count);
  });
  return calls;
}
