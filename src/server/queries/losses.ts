import type { Loss } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { entryOf } from './tally.js';

/** Records lost in the range by service and reason, most first; the host agents' own losses included. */
export async function lossesOf(
  store: TenantStore,
  services: readonly ServiceRecord[],
  range: ScanRange,
): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const service of services) {
    const operations = await store.operations(service.id, 'counter');
    const byReason = new Map<string, { records: number }>();
    await store.scan({ service: service.id, kind: 'counter', range }, (view) => {
      const attributes = operations.get(view.operation)?.attributes;
      if (attributes?.counter !== 'dropped') return;
      const reason = String(attributes.label);
      entryOf(byReason, reason, () => ({ records: 0 })).records += view.facts[0] ?? 0;
    });
    for (const [reason, { records }] of byReason) {
      if (records > 0) losses.push({ reason, service: service.name, records });
    }
  }
  return losses.sort((a, b) => b.records - a.records);
}
