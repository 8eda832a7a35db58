import type { Loss } from '../api-types.js';
import type { OperationRecord, ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { sumsOf } from './sums-cache.js';
import { entryOf } from './tally.js';

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
    const byKey = new Map<string, Loss>();
    for (const [id, view] of views) {
      const lost = lossNamedBy(operations.get(id));
      if (lost === undefined) continue;
      const loss = entryOf(byKey, lossKey(lost), () => ({
        ...lost,
        service: service.name,
        records: 0,
      }));
      loss.records += view.fact(0);
    }
    losses.push(...[...byKey.values()].filter(({ records }) => records > 0));
  }
  return losses.sort((a, b) => b.records - a.records);
}

/** What a counter says was lost, and why; undefined for other counters. */
export function lossNamedBy(
  counter: OperationRecord | undefined,
): Pick<Loss, 'reason' | 'kind'> | undefined {
  const reason = String(counter?.attributes.label);
  if (counter?.attributes.counter === 'dropped') return { reason };
  return counter?.attributes.counter === 'dropped_waterfalls'
    ? { reason, kind: 'waterfall' }
    : undefined;
}

export function lossKey({ reason, kind }: Pick<Loss, 'reason' | 'kind'>): string {
  return `${kind ?? ''}/${reason}`;
}
