import { HOST_METRIC } from '../../core/semconv.js';
import type { CollectorState, HostRow, HostsAnswer } from '../api-hosts.js';
import type { HostRecord, InstanceRecord, ServiceRecord, TenantStore } from '../store/store.js';
import { combine, figureOf, HostReadings, lastOf, rounded, type Values } from './host-readings.js';
import type { AskedRange } from './range.js';
import { pointOf, pointsIn } from './sparkline.js';
import { entryOf } from './tally.js';

/** Instances looked at in one answer, latest first. */
const MAX_INSTANCES = 20_000;
/** `df` counts a file system as full when users may write no more: what is reserved for root is not theirs. */
const USER_STATES = ['used', 'free'] as const;

/** All hosts that measured themselves in the range. */
export async function hostsAnswer(
  store: TenantStore,
  range: AskedRange,
  nowMs: number,
): Promise<HostsAnswer> {
  const services = await servicesByHost(store, range);
  const hosts: HostRow[] = [];
  for (const host of await store.hosts(range.fromMs)) {
    const readings = await HostReadings.load(store, host.id, 'host', range, nowMs);
    hosts.push(hostRow(host, readings, services.get(host.name) ?? [], range));
  }
  return { range, hosts };
}

export function hostRow(
  host: HostRecord,
  readings: HostReadings,
  services: HostRow['services'],
  range: AskedRange,
): HostRow {
  const cpu = cpuUtilization(readings);
  const memory = memoryUsed(readings);
  const swap = ['used', 'free'].map((state) =>
    readings.averages(HOST_METRIC.pagingUsage, { state }),
  );
  const diskOf = (direction: string): ReturnType<typeof figureOf> =>
    figureOf(readings.rates(HOST_METRIC.diskIo, { direction }));
  const networkOf = (direction: string): ReturnType<typeof figureOf> =>
    figureOf(readings.rates(HOST_METRIC.networkIo, { direction }));
  const [read, write] = [diskOf('read'), diskOf('write')];
  const [receive, transmit] = [networkOf('receive'), networkOf('transmit')];
  return {
    id: host.publicId,
    name: host.name,
    osType: host.attributes.osType ?? '',
    arch: host.attributes.arch ?? '',
    agentVersion: host.attributes.agentVersion ?? '',
    firstSeenMs: host.firstSeenMs,
    lastSeenMs: host.lastSeenMs,
    cpus: wholeOf(readings.averages(HOST_METRIC.cpuLogicalCount)),
    cpuUtilization: figureOf(cpu),
    load: figureOf(readings.averages(HOST_METRIC.load1), readings.highest(HOST_METRIC.load1)),
    memoryUsedBytes: figureOf(memory),
    memoryTotalBytes: lastOf(readings.averages(HOST_METRIC.memoryLimit)),
    swapUsedBytes: figureOf(swap[0] ?? []),
    swapTotalBytes: lastOf(combine(swap[0] ?? [], swap[1] ?? [], (used, free) => used + free)),
    fullestFileSystem: fullestOf(readings),
    diskBytesPerSecond: read === null || write === null ? null : { read, write },
    networkBytesPerSecond: receive === null || transmit === null ? null : { receive, transmit },
    uptimeSeconds: lastOf(readings.averages(HOST_METRIC.uptime)),
    services,
    collectors: collectorsOf(readings),
    sparkline: sparklineOf(cpu, readings.timesMs, range),
  };
}

/** Share of all processors' time that was neither idle nor waiting for a disk. */
export function cpuUtilization(readings: HostReadings): Values {
  const all = readings.rates(HOST_METRIC.cpuTime);
  const idle = readings.rates(HOST_METRIC.cpuTime, { mode: 'idle' });
  const waiting = readings.rates(HOST_METRIC.cpuTime, { mode: 'iowait' });
  return all.map((total, place) => {
    const rest = (idle[place] ?? 0) + (waiting[place] ?? 0);
    return total === null || total === 0 ? null : rounded(Math.max(0, 1 - rest / total));
  });
}

/** What could not be given to processes without swapping, as `free` counts it. */
function memoryUsed(readings: HostReadings): Values {
  const total = readings.averages(HOST_METRIC.memoryLimit);
  const available = readings.averages(HOST_METRIC.memoryAvailable);
  return combine(total, available, (all, free) => Math.max(0, all - free));
}

export interface FileSystemKey {
  device: string;
  mountpoint: string;
  type: string;
}

export function fileSystemsOf(readings: HostReadings): FileSystemKey[] {
  const keys = new Map<string, FileSystemKey>();
  for (const { attributes } of readings.select(HOST_METRIC.filesystemUsage)) {
    const { device = '', mountpoint = '', type = '' } = attributes as Partial<FileSystemKey>;
    keys.set(`${device} ${mountpoint} ${type}`, { device, mountpoint, type });
  }
  return [...keys.values()].sort((a, b) => a.mountpoint.localeCompare(b.mountpoint, 'en'));
}

/** Used share over time, of what users may have. */
export function usedShareOf(readings: HostReadings, key: FileSystemKey): Values {
  const [used = [], free = []] = USER_STATES.map((state) =>
    readings.averages(HOST_METRIC.filesystemUsage, { ...key, state }),
  );
  return combine(used, free, (a, b) => (a + b === 0 ? 0 : a / (a + b)));
}

function fullestOf(readings: HostReadings): HostRow['fullestFileSystem'] {
  let fullest: HostRow['fullestFileSystem'] = null;
  for (const key of fileSystemsOf(readings)) {
    const usedShare = lastOf(usedShareOf(readings, key));
    if (usedShare !== null && usedShare > (fullest?.usedShare ?? -1)) {
      fullest = { mountpoint: key.mountpoint, usedShare };
    }
  }
  return fullest;
}

function collectorsOf(readings: HostReadings): CollectorState[] {
  return readings.namesOf(HOST_METRIC.collectorSuccess, 'collector').map((collector) => {
    const having = { collector };
    const runs = readings.countOf(HOST_METRIC.collectorSuccess, having);
    const succeeded = readings.total(HOST_METRIC.collectorSuccess, having);
    const seconds = readings.averages(HOST_METRIC.collectorDuration, having);
    const highest = readings.highest(HOST_METRIC.collectorDuration, having);
    return {
      name: collector,
      ok: lastOf(readings.averages(HOST_METRIC.collectorSuccess, having)) === 1,
      runs,
      failures: runs - succeeded,
      durationMs: figureOf(
        seconds.map((value) => (value === null ? null : rounded(value * 1000))),
        highest === undefined ? undefined : highest * 1000,
      ),
    };
  });
}

/** Averages of groups of buckets, as many as the services' sparklines have. */
function sparklineOf(values: Values, timesMs: readonly number[], range: AskedRange): Values {
  const groups = new Map<number, number[]>();
  values.forEach((value, place) => {
    if (value !== null) entryOf(groups, pointOf(range, timesMs[place] ?? 0), () => []).push(value);
  });
  return Array.from({ length: pointsIn(range) }, (_, point) => {
    const group = groups.get(point);
    return group === undefined
      ? null
      : rounded(group.reduce((sum, value) => sum + value, 0) / group.length);
  });
}

/** Services by host name, from the processes that were seen there since the range began. */
export async function servicesByHost(
  store: TenantStore,
  range: AskedRange,
): Promise<Map<string, HostRow['services']>> {
  const records = new Map((await store.services()).map((record) => [record.id, record]));
  const byHost = new Map<string, Map<number, { record: ServiceRecord; instances: number }>>();
  for (const instance of await store.instances(range.fromMs, MAX_INSTANCES)) {
    addInstance(byHost, records, instance);
  }
  const services = new Map<string, HostRow['services']>();
  for (const [host, found] of byHost) {
    const rows = [...found.values()].map(({ record, instances }) => ({
      id: record.publicId,
      name: record.name,
      environment: record.environment,
      instances,
    }));
    services.set(
      host,
      rows.sort((a, b) => a.name.localeCompare(b.name, 'en')),
    );
  }
  return services;
}

function addInstance(
  byHost: Map<string, Map<number, { record: ServiceRecord; instances: number }>>,
  records: ReadonlyMap<number, ServiceRecord>,
  { service, hostName }: InstanceRecord,
): void {
  const record = records.get(service);
  if (record === undefined || record.agent || hostName === '') return;
  const found = entryOf(byHost, hostName, () => new Map());
  entryOf(found, service, () => ({ record, instances: 0 })).instances += 1;
}

function wholeOf(values: Values): number | null {
  const last = lastOf(values);
  return last === null ? null : Math.round(last);
}
