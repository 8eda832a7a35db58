import { Histogram } from '../../histogram/index.js';
import type {
  AgentSeen,
  RuntimeSeen,
  ServiceAnswer,
  ServiceRow,
  ServicesAnswer,
} from '../api-types.js';
import type {
  InstanceRecord,
  ScanRange,
  ServiceRecord,
  ServiceSettingsRecord,
  TenantStore,
} from '../store/store.js';
import { apdexOf, DEFAULT_APDEX_THRESHOLD_MS } from './apdex.js';
import { lossesOf } from './losses.js';
import { statsOf, type OperationView } from './operation-view.js';
import { elapsedMinutes, type AskedRange } from './range.js';
import { pointsIn } from './sparkline.js';
import { sumsOf } from './sums-cache.js';
import { chartOf, componentsOf, entryOf, Tally } from './tally.js';

/** Instances looked at in one answer, latest first. */
const MAX_INSTANCES = 20_000;
const MAX_AGENTS = 200;
const MAX_RUNTIMES = 20;
const MAX_HOSTS = 20;

/** All services of a tenant with their requests in the range. */
export async function servicesAnswer(
  store: TenantStore,
  range: AskedRange,
  nowMs: number,
): Promise<ServicesAnswer> {
  const records = await store.services();
  const instances = await instancesByService(store, range);
  const settings = await store.settings();
  const services: ServiceRow[] = [];
  for (const record of records) {
    if (record.agent) continue;
    services.push(
      await serviceRow(store, record, {
        range,
        nowMs,
        instances: instances.get(record.id) ?? [],
        apdexThresholdMs: thresholdOf(settings, record),
      }),
    );
  }
  return {
    range,
    services,
    agents: agentsOf(records, instances),
    losses: await lossesOf(store, records, range, nowMs),
  };
}

/** One service with its requests and components over time. */
export async function serviceAnswer(
  store: TenantStore,
  record: ServiceRecord,
  range: AskedRange,
  nowMs: number,
): Promise<ServiceAnswer> {
  const apdexThresholdMs = thresholdOf(await store.settings(), record);
  const instances = (await instancesByService(store, range)).get(record.id) ?? [];
  const buckets = new Map<number, Tally>();
  await store.scan({ service: record.id, kind: 'endpoint', range }, (view) =>
    entryOf(buckets, view.bucketMs, () => new Tally()).add(view),
  );
  const losers = (await store.services()).filter((one) => one.agent || one.id === record.id);
  return {
    range,
    service: await serviceRow(store, record, { range, nowMs, instances, apdexThresholdMs }),
    settings: { apdexThresholdMs },
    chart: chartOf(buckets),
    components: componentsOf(buckets),
    losses: await lossesOf(store, losers, range, nowMs),
  };
}

export function thresholdOf(
  settings: ReadonlyMap<string, ServiceSettingsRecord>,
  service: ServiceRecord,
): number {
  return settings.get(service.publicId)?.apdexThresholdMs ?? DEFAULT_APDEX_THRESHOLD_MS;
}

async function instancesByService(
  store: TenantStore,
  range: ScanRange,
): Promise<Map<number, InstanceRecord[]>> {
  const byService = new Map<number, InstanceRecord[]>();
  for (const instance of await store.instances(range.fromMs, MAX_INSTANCES)) {
    entryOf(byService, instance.service, () => []).push(instance);
  }
  return byService;
}

async function serviceRow(
  store: TenantStore,
  record: ServiceRecord,
  context: {
    range: ScanRange;
    nowMs: number;
    instances: readonly InstanceRecord[];
    apdexThresholdMs: number;
  },
): Promise<ServiceRow> {
  const { range, nowMs, instances, apdexThresholdMs } = context;
  const views = await sumsOf(store, { service: record.id, kind: 'endpoint', range, nowMs });
  const timings = new Histogram();
  const split = { databaseUs: 0, webServicesUs: 0, ownCodeUs: 0 };
  let errors = 0;
  for (const view of views.values()) {
    view.mergeAll(timings);
    errors += view.errors;
    split.databaseUs += view.fact(0);
    split.webServicesUs += view.fact(1);
    split.ownCodeUs += view.fact(2);
  }
  const requests = statsOf(timings, errors);
  return {
    id: record.publicId,
    name: record.name,
    environment: record.environment,
    version: record.version,
    instances: instances.length,
    lastSeenMs: record.lastSeenMs,
    requests,
    callsPerMinute: requests.calls / elapsedMinutes(range, nowMs),
    errorRate: requests.calls === 0 ? 0 : errors / requests.calls,
    apdex: apdexOf(views.values(), apdexThresholdMs),
    runtimes: runtimesOf(instances),
    split,
    sparkline: sparklineOf(views.values(), range),
  };
}

function sparklineOf(views: Iterable<OperationView>, range: ScanRange): number[] {
  const values = new Array<number>(pointsIn(range)).fill(0);
  for (const view of views) {
    view.sparkline.forEach((calls, i) => (values[i] = (values[i] ?? 0) + calls));
  }
  return values;
}

/** Latest first, because the instances come so. */
function runtimesOf(instances: readonly InstanceRecord[]): RuntimeSeen[] {
  const byRuntime = new Map<string, RuntimeSeen>();
  for (const { runtime, version, hostName, lastSeenMs } of instances) {
    const seen = entryOf(byRuntime, `${runtime}\0${version}`, () => ({
      runtime,
      version,
      instances: 0,
      hosts: [],
      lastSeenMs,
    }));
    seen.instances += 1;
    if (hostName !== '' && seen.hosts.length < MAX_HOSTS && !seen.hosts.includes(hostName)) {
      seen.hosts.push(hostName);
    }
  }
  return [...byRuntime.values()].slice(0, MAX_RUNTIMES);
}

function agentsOf(
  services: readonly ServiceRecord[],
  instances: ReadonlyMap<number, readonly InstanceRecord[]>,
): AgentSeen[] {
  return services
    .filter((service) => service.agent)
    .flatMap((service) => instances.get(service.id) ?? [])
    .slice(0, MAX_AGENTS)
    .map(({ hostName, version, lastSeenMs }) => ({ hostName, version, lastSeenMs }));
}
