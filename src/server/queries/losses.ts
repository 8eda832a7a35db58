import type { Loss } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { sumsOf } from './sums-cache.js';

/** Records lost in the range by service and reason, most first; the host agents' own losses included. */
export async function lossesOf(
  store: TenantStore,
  services: readonly ServiceRecord[],
  range: ScanRange,
  nowMs: number,
): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const service of services) {
    const views = await sumsOf(store, { service: service.id, kind: 'counter', range, nowMs });
    if (views.size === 0) continue;
    const operations = await store.operations(service.id, 'counter');
    const byReason = new Map<string, number>();
    for (const [id, view] of views) {
      const attributes = operations.get(id)?.attributes;
      if (attributes?.counter !== 'dropped') continue;
      const reason = String(attributes.label);
      byReason.set(reason, (byReason.get(reason) ?? 0) + view.fact(0));
    }
    for (const [reason, records] of byReason) {
      if (records > 0) losses.push({ reason, service: service.name, records });
    }
  }
  return losses.sort((a, b) => b.records - a.records);
}
