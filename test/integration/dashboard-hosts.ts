import { ATTR, HOST_METRIC, RESOURCE, RUNTIME_METRIC } from '../../src/core/semconv.js';
import type { Attributes, Metric, ResourceMetrics } from '../../src/protocol/types.js';
import { requestOf, SHOP, sum, timingPoint, timings, type TestServer } from './server-harness.js';

const HOST: Attributes = {
  [RESOURCE.serviceName]: 'retrace-agent',
  [RESOURCE.serviceVersion]: '0.1.0',
  [RESOURCE.hostName]: 'shop-host-a',
  [RESOURCE.hostArch]: 'amd64',
  [RESOURCE.osType]: 'linux',
  [RESOURCE.osVersion]: '13',
};
const PROCESS: Attributes = {
  ...SHOP,
  [RESOURCE.hostName]: 'shop-host-a',
  [RESOURCE.processPid]: 4711,
  [RESOURCE.processRuntimeName]: 'nodejs',
  [RESOURCE.processRuntimeVersion]: '24.1.0',
};
const MIB = 1024 * 1024;

/** Something that goes up and down. */
function state(name: string, attributes: Attributes, value: number, timeMs: number): Metric {
  const { points } = sum(name, attributes, value, timeMs) as Metric & { kind: 'sum' };
  return { name, unit: '', kind: 'sum', temporality: 'cumulative', monotonic: false, points };
}

function health(timeMs: number): Metric[] {
  const used = (6 + Math.sin(timeMs / 6e5)) * 1024 * MIB;
  const disk = { [ATTR.systemDevice]: 'sda1' };
  const root = {
    ...disk,
    [ATTR.filesystemMountpoint]: '/',
    [ATTR.filesystemType]: 'ext4',
  };
  return [
    ...Object.entries({ user: 3, system: 1, idle: 16 }).map(([mode, s]) =>
      sum(HOST_METRIC.cpuTime, { [ATTR.cpuMode]: mode }, s, timeMs),
    ),
    state(HOST_METRIC.cpuLogicalCount, {}, 4, timeMs),
    state(HOST_METRIC.load1, {}, 0.7, timeMs),
    state(HOST_METRIC.memoryUsage, { [ATTR.memoryState]: 'used' }, used, timeMs),
    state(HOST_METRIC.memoryLimit, {}, 16_384 * MIB, timeMs),
    state(HOST_METRIC.memoryAvailable, {}, 16_384 * MIB - used, timeMs),
    sum(HOST_METRIC.diskIo, { ...disk, [ATTR.diskDirection]: 'read' }, 5 * MIB, timeMs),
    state(HOST_METRIC.filesystemUsage, { ...root, [ATTR.filesystemState]: 'used' }, used, timeMs),
    state(HOST_METRIC.filesystemUsage, { ...root, [ATTR.filesystemState]: 'free' }, used, timeMs),
    sum(
      HOST_METRIC.networkIo,
      { [ATTR.networkInterface]: 'eth0', [ATTR.networkDirection]: 'receive' },
      MIB,
      timeMs,
    ),
    state(HOST_METRIC.uptime, {}, 86_400, timeMs),
    state(HOST_METRIC.collectorSuccess, { [ATTR.retraceCollector]: 'cpu' }, 1, timeMs),
    state(HOST_METRIC.collectorDuration, { [ATTR.retraceCollector]: 'cpu' }, 0.002, timeMs),
    state(
      HOST_METRIC.package,
      {
        [ATTR.packageName]: 'openssl',
        [ATTR.packageVersion]: '3.5.0-1',
        [ATTR.packageSource]: 'dpkg',
      },
      1,
      timeMs,
    ),
  ];
}

/** What the process measures of itself, and the agent of it. */
const ofItself = (timeMs: number): Metric[] => [
  state(RUNTIME_METRIC.loopDelayP99, {}, 0.012, timeMs),
  state(RUNTIME_METRIC.loopDelayP50, {}, 0.002, timeMs),
  state(RUNTIME_METRIC.loopDelayMax, {}, 0.04, timeMs),
  state(RUNTIME_METRIC.loopUtilization, {}, 0.31, timeMs),
  state(RUNTIME_METRIC.heapUsed, { [ATTR.heapSpaceName]: 'old_space' }, 48 * MIB, timeMs),
  state(RUNTIME_METRIC.heapSizeLimit, {}, 2048 * MIB, timeMs),
  timings(RUNTIME_METRIC.gcDuration, [timingPoint({ [ATTR.gcType]: 'minor' }, [900], timeMs)]),
  sum(RUNTIME_METRIC.gcObservedTime, {}, 12, timeMs),
  sum(RUNTIME_METRIC.gcUnobservedTime, {}, 36, timeMs),
  sum(RUNTIME_METRIC.cpuTime, { [ATTR.cpuMode]: 'user' }, 1.5, timeMs),
  state(RUNTIME_METRIC.memoryUsage, {}, 120 * MIB, timeMs),
];

/** A host with its health, and the process of the shop on it, over the last minutes. */
export async function seedHost(server: TestServer, minutes = 20): Promise<void> {
  const resourceMetrics: ResourceMetrics[] = [];
  for (let back = minutes; back >= 0; back--) {
    const timeMs = Date.now() - back * 60_000;
    const ofProcess = [
      sum(HOST_METRIC.processCpuTime, { [ATTR.cpuMode]: 'user' }, 1.5, timeMs),
      state(HOST_METRIC.processMemory, {}, 120 * MIB, timeMs),
      state(HOST_METRIC.processUptime, {}, 4000, timeMs),
    ];
    const agent = { scopeName: 'retrace-agent', scopeVersion: '0.1.0' };
    resourceMetrics.push(
      ...requestOf(PROCESS, ofItself(timeMs)).resourceMetrics,
      { resource: HOST, metrics: health(timeMs), ...agent },
      { resource: PROCESS, metrics: ofProcess, ...agent },
    );
  }
  const answer = await server.send({ resourceMetrics });
  if (answer.status !== 200) throw new Error(`ingest answered ${answer.status}`);
}
