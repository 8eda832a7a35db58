import type { ServiceRow, ServicesAnswer } from '../api-types.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';
import { lossesOf } from './losses.js';
import { elapsedMinutes } from './range.js';
import { Sparkline } from './sparkline.js';
import { Tally } from './tally.js';

/** All services of a tenant with their requests in the range. */
export async function servicesAnswer(
  store: TenantStore,
  range: ScanRange,
  nowMs: number,
): Promise<ServicesAnswer> {
  const records = await store.services();
  const instances = await store.instances(range.fromMs);
  const services: ServiceRow[] = [];
  for (const record of records) {
    if (record.agent) continue;
    services.push(await serviceRow(store, record, instances.get(record.id) ?? 0, range, nowMs));
  }
  return { range, services, losses: await lossesOf(store, records, range) } as ServicesAnswer;
}

async function serviceRow(
  store: TenantStore,
  record: ServiceRecord,
  instances: number,
  range: ScanRange,
  nowMs: number,
): Promise<ServiceRow> {
  const tally = new Tally();
  const sparkline = new Sparkline(range);
  const split = { databaseUs: 0, webServicesUs: 0, ownCodeUs: 0 };
  await store.scan({ service: record.id, kind: 'endpoint', range }, (view) => {
    if (view.outcome === undefined) {
      split.databaseUs += view.facts[0] ?? 0;
      split.webServicesUs += view.facts[1] ?? 0;
      split.ownCodeUs += view.facts[2] ?? 0;
      return;
    }
    tally.add(view);
    sparkline.add(view.bucketMs, view.count);
  });
  const requests = tally.stats();
  return {
    id: record.publicId,
    name: record.name,
    environment: record.environment,
    version: record.version,
    instances,
    lastSeenMs: record.lastSeenMs,
    requests,
    callsPerMinute: requests.calls / elapsedMinutes(range, nowMs),
    split,
    sparkline: sparkline.values,
  } as ServiceRow;
}
