import { HOST_METRIC } from '../../core/semconv.js';
import { CPU_MODES, MEMORY_STATES } from '../../signature/host-rules.js';
import type {
  HostAnswer,
  HostContainer,
  HostDisk,
  HostFileSystem,
  HostHardware,
  HostInterface,
  HostLine,
} from '../api-hosts.js';
import type { HostRecord, TenantStore } from '../store/store.js';
import { hostProcesses } from './host-processes.js';
import { combine, HostReadings, lastOf, rounded, type Values } from './host-readings.js';
import { fileSystemsOf, hostRow, servicesByHost, usedShareOf } from './hosts.js';
import type { AskedRange } from './range.js';

/** Discovered processes are told every minute: those that were not told for longer have ended. */
const PROCESS_SEEN_MS = 3 * 60_000;

/** One host over time. */
export async function hostAnswer(
  store: TenantStore,
  record: HostRecord,
  range: AskedRange,
  nowMs: number,
): Promise<HostAnswer> {
  const readings = await HostReadings.load(store, record.id, 'host', range, nowMs);
  const services = await servicesByHost(store, range);
  const found = await store.hostProcesses(record.id, record.lastSeenMs - PROCESS_SEEN_MS);
  return {
    range,
    host: hostRow(record, readings, services.get(record.name) ?? [], range),
    timesMs: [...readings.timesMs],
    cpu: cpuLines(readings),
    load: [
      { label: '1m', values: readings.averages(HOST_METRIC.load1) },
      { label: '5m', values: readings.averages(HOST_METRIC.load5) },
      { label: '15m', values: readings.averages(HOST_METRIC.load15) },
    ],
    memory: present(
      MEMORY_STATES.map((state) => ({
        label: state,
        values: readings.averages(HOST_METRIC.memoryUsage, { state }),
      })),
    ),
    swap: present(
      ['used', 'free'].map((state) => ({
        label: state,
        values: readings.averages(HOST_METRIC.pagingUsage, { state }),
      })),
    ),
    paging: present(
      ['in', 'out'].map((direction) => ({
        label: direction,
        values: readings.rates(HOST_METRIC.pagingOperations, { direction }),
      })),
    ),
    disks: disksOf(readings),
    fileSystems: fileSystemRows(readings),
    network: interfacesOf(readings),
    processes: await hostProcesses(store, record, range, nowMs),
    container: containerOf(readings),
    hardware: hardwareOf(record, readings),
    packages: (await store.hostPackages(record.id)) as HostAnswer['packages'],
    packagesSeenMs: record.packagesMs === 0 ? null : record.packagesMs,
    nodeProcesses: found.map(({ pid, nodeVersion, service }) => ({
      pid,
      nodeVersion,
      service: service === '' ? null : service,
    })),
  };
}

/** Without lines that never had data. */
function present(lines: HostLine[]): HostLine[] {
  return lines.filter(({ values }) => values.some((value) => value !== null));
}

function cpuLines(readings: HostReadings): HostLine[] {
  const all = readings.rates(HOST_METRIC.cpuTime);
  return present(
    CPU_MODES.map((mode) => ({
      label: mode,
      values: combine(readings.rates(HOST_METRIC.cpuTime, { mode }), all, (part, total) =>
        total === 0 ? 0 : part / total,
      ),
    })),
  );
}

/** Clocks differ by a little, and several processors can be held back at once. */
function shares(values: Values): Values {
  return values.map((share) => (share === null ? null : Math.min(1, share)));
}

function disksOf(readings: HostReadings): HostDisk[] {
  return readings.namesOf(HOST_METRIC.diskIo, 'device').map((device) => {
    const of = (metric: string, direction: string): Values =>
      readings.rates(metric, { device, direction });
    return {
      device,
      read: of(HOST_METRIC.diskIo, 'read'),
      write: of(HOST_METRIC.diskIo, 'write'),
      readOperations: of(HOST_METRIC.diskOperations, 'read'),
      writeOperations: of(HOST_METRIC.diskOperations, 'write'),
      busy: shares(readings.rates(HOST_METRIC.diskIoTime, { device })),
    };
  });
}

function fileSystemRows(readings: HostReadings): HostFileSystem[] {
  return fileSystemsOf(readings).map((key) => {
    const of = (state: string): number | null =>
      lastOf(readings.averages(HOST_METRIC.filesystemUsage, { ...key, state }));
    const used = usedShareOf(readings, key);
    const [usedBytes, free] = [of('used'), of('free')];
    return {
      ...key,
      usedBytes,
      totalBytes:
        usedBytes === null || free === null
          ? null
          : rounded(usedBytes + free + (of('reserved') ?? 0)),
      usedShare: lastOf(used),
      used,
    };
  });
}

function interfacesOf(readings: HostReadings): HostInterface[] {
  return readings.namesOf(HOST_METRIC.networkIo, 'interface').map((name) => {
    const having = { interface: name };
    return {
      name,
      receive: readings.rates(HOST_METRIC.networkIo, { ...having, direction: 'receive' }),
      transmit: readings.rates(HOST_METRIC.networkIo, { ...having, direction: 'transmit' }),
      errors: readings.total(HOST_METRIC.networkErrors, having),
      dropped: readings.total(HOST_METRIC.networkDropped, having),
    };
  });
}

function containerOf(readings: HostReadings): HostContainer | null {
  const cpuLimit = lastOf(readings.averages(HOST_METRIC.containerCpuLimit));
  const memoryLimitBytes = lastOf(readings.averages(HOST_METRIC.containerMemoryLimit));
  if (cpuLimit === null && memoryLimitBytes === null) return null;
  return {
    cpuLimit,
    memoryLimitBytes,
    memoryUsedBytes: readings.averages(HOST_METRIC.containerMemory),
    cpuUsed: readings.rates(HOST_METRIC.containerCpuTime),
    throttled: shares(readings.rates(HOST_METRIC.containerThrottledTime)),
  };
}

function hardwareOf({ attributes }: HostRecord, readings: HostReadings): HostHardware {
  const countOf = (metric: string): number | null => {
    const count = lastOf(readings.averages(metric));
    return count === null ? null : Math.round(count);
  };
  return {
    cpuModel: attributes.cpuModel ?? '',
    cpuVendor: attributes.cpuVendor ?? '',
    logicalCpus: countOf(HOST_METRIC.cpuLogicalCount),
    physicalCpus: countOf(HOST_METRIC.cpuPhysicalCount),
    memoryTotalBytes: lastOf(readings.averages(HOST_METRIC.memoryLimit)),
    osName: attributes.osName ?? '',
    osVersion: attributes.osVersion ?? '',
    kernelVersion: attributes.kernelVersion ?? '',
  };
}
