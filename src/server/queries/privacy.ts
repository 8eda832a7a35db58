import type { DropHistory, PrivacyAnswer, ReceivedField, ReportKind } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import type { WaterfallTotals } from '../store/waterfall-types.js';
import { spanFieldKey } from '../ingest/received.js';
import { lossKey, lossNamedBy } from './losses.js';
import type { AskedRange } from './range.js';
import { RECEIVABLE } from './received-fields.js';
import { KIND_OF_REPORT } from './rows.js';
import { storedValues } from './stored-values.js';
import { sumsOf } from './sums-cache.js';
import { entryOf } from './tally.js';

const MAX_DROPS = 200;

type LossName = Pick<DropHistory, 'reason' | 'kind'>;

/** Everything that was received, for the person who has to vouch for it. */
export async function privacyAnswer(
  store: TenantStore,
  range: AskedRange,
  nowMs: number,
): Promise<PrivacyAnswer> {
  const services = await store.services();
  const { values, signatures } = await storedValues(store);
  const received = new Map((await store.receivedAttributes()).map((one) => [one.name, one]));
  const spans = spanValues(await store.waterfallTotals());
  const fields = RECEIVABLE.map(({ name, scope, meaning }): ReceivedField => {
    const counted = received.get(scope === 'span' ? spanFieldKey(name) : name);
    const stored = values.get(name);
    const [example = null] = stored ?? [];
    return {
      name,
      scope,
      meaning,
      received: counted?.received ?? 0,
      lastReceivedMs: counted?.lastReceivedMs ?? null,
      ...(spans[name] ?? { distinct: stored?.size ?? null, example }),
    };
  });
  return {
    range,
    fields,
    refusedAttributes: received.get('')?.received ?? 0,
    signatures,
    other: await otherOf(store, services, range, nowMs),
    drops: await dropsOf(store, services, range),
  };
}

/** What is stored of the fields that only spans have; their attributes are those of operations. */
function spanValues(
  totals: WaterfallTotals,
): Readonly<Record<string, Pick<ReceivedField, 'distinct' | 'example'>>> {
  const { waterfalls, starts, durations, lastPublicId, lastTimeMs } = totals;
  const some = waterfalls > 0;
  const time = some ? new Date(lastTimeMs).toISOString() : null;
  return {
    trace_id: { distinct: waterfalls, example: some ? lastPublicId : null },
    start_time_unix_nano: { distinct: starts, example: time },
    // Kept as the distance from the start.
    end_time_unix_nano: { distinct: durations, example: null },
  };
}

async function otherOf(
  store: TenantStore,
  services: readonly ServiceRecord[],
  range: ScanRange,
  nowMs: number,
): Promise<PrivacyAnswer['other']> {
  const rows: PrivacyAnswer['other'] = [];
  for (const service of services) {
    for (const report of Object.keys(KIND_OF_REPORT) as ReportKind[]) {
      const kind = KIND_OF_REPORT[report];
      const operations = await store.operations(service.id, kind);
      const other = [...operations.values()].find((record) => record.other);
      if (other === undefined) continue;
      const views = await sumsOf(store, { service: service.id, kind, range, nowMs });
      const calls = views.get(other.id)?.calls ?? 0;
      if (calls > 0) rows.push({ report, service: service.name, calls });
    }
  }
  return rows.sort((a, b) => b.calls - a.calls);
}

async function dropsOf(
  store: TenantStore,
  services: readonly ServiceRecord[],
  range: ScanRange,
): Promise<DropHistory[]> {
  const drops: DropHistory[] = [];
  for (const service of services) {
    const operations = await store.operations(service.id, 'counter');
    const found = new Map<string, { lost: LossName; times: Map<number, { records: number }> }>();
    await store.scan({ service: service.id, kind: 'counter', range }, (view) => {
      const lost = lossNamedBy(operations.get(view.operation));
      if (lost === undefined) return;
      const { times } = entryOf(found, lossKey(lost), () => ({ lost, times: new Map() }));
      entryOf(times, view.bucketMs, () => ({ records: 0 })).records += view.facts[0] ?? 0;
    });
    for (const { lost, times } of found.values()) {
      const points = [...times]
        .sort(([a], [b]) => a - b)
        .map(([timeMs, { records }]) => ({ timeMs, records }));
      const records = points.reduce((sum, point) => sum + point.records, 0);
      if (records > 0) drops.push({ ...lost, service: service.name, records, points });
    }
  }
  return drops.sort((a, b) => b.records - a.records).slice(0, MAX_DROPS);
}
