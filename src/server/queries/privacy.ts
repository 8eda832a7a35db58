import type { DropHistory, PrivacyAnswer, ReceivedField, ReportKind } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import type { AskedRange } from './range.js';
import { RECEIVABLE } from './received-fields.js';
import { KIND_OF_REPORT } from './rows.js';
import { storedValues } from './stored-values.js';
import { sumsOf } from './sums-cache.js';
import { entryOf } from './tally.js';

const MAX_DROPS = 200;

/** Everything that was received, for the person who has to vouch for it. */
export async function privacyAnswer(
  store: TenantStore,
  range: AskedRange,
  nowMs: number,
): Promise<PrivacyAnswer> {
  const services = await store.services();
  const { values, signatures } = await storedValues(store);
  const received = new Map((await store.receivedAttributes()).map((one) => [one.name, one]));
  const fields = RECEIVABLE.map(({ name, scope, meaning }): ReceivedField => {
    const stored = values.get(name);
    const [example = null] = stored ?? [];
    return {
      name,
      scope,
      meaning,
      received: received.get(name)?.received ?? 0,
      lastReceivedMs: received.get(name)?.lastReceivedMs ?? null,
      distinct: stored?.size ?? null,
      example,
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
    const byReason = new Map<string, Map<number, { records: number }>>();
    await store.scan({ service: service.id, kind: 'counter', range }, (view) => {
      const attributes = operations.get(view.operation)?.attributes;
      if (attributes?.counter !== 'dropped') return;
      const times = entryOf(byReason, String(attributes.label), () => new Map());
      entryOf(times, view.bucketMs, () => ({ records: 0 })).records += view.facts[0] ?? 0;
    });
    for (const [reason, times] of byReason) {
      const points = [...times]
        .sort(([a], [b]) => a - b)
        .map(([timeMs, { records }]) => ({ timeMs, records }));
      const records = points.reduce((sum, point) => sum + point.records, 0);
      if (records > 0) drops.push({ reason, service: service.name, records, points });
    }
  }
  return drops.sort((a, b) => b.records - a.records).slice(0, MAX_DROPS);
}
