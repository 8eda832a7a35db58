import type { SeriesKind, TenantStore } from '../store/store.js';
import { bucketsOf } from './range.js';
import { sumsCacheOf } from './sums-cache.js';

const DAY_MS = 86_400_000;
/** Days of the ranges that the dashboard offers and that are too long to be read at once. */
const DAYS = [1, 30, 7];
const KINDS: readonly SeriesKind[] = ['endpoint', 'query', 'call', 'counter'];
/** Of kept sums, all tenants together: about 100,000 operations. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Sums the long ranges of every service that sent within the last day, so that the first reader after a start
 * waits no longer than any other. Reading yields to everything else; 21 services with 15,000 queries take about
 * six seconds of it.
 */
export async function warmUp(
  stores: readonly TenantStore[],
  nowMs: () => number,
  retentionMinuteDays: number,
): Promise<void> {
  for (const days of DAYS) {
    for (const store of stores) {
      const cache = sumsCacheOf(store);
      const services = await store.services();
      for (const { id, lastSeenMs } of services) {
        const now = nowMs();
        if (lastSeenMs < now - DAY_MS) continue;
        const range = bucketsOf(now - days * DAY_MS, now, now, retentionMinuteDays);
        for (const kind of KINDS) {
          const bytes = stores.reduce((sum, one) => sum + sumsCacheOf(one).bytes, 0);
          if (bytes > MAX_BYTES) return;
          await cache.ready({ service: id, kind, range, nowMs: now }, now);
        }
      }
    }
  }
}
