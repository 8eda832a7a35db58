import { ATTR, HOST_METRIC, RESOURCE } from '../../core/semconv.js';
import type { Attributes, Metric, NumberPoint } from '../../protocol/types.js';
import { publicIdOf } from '../store/catalog.js';
import type {
  HostPackage,
  HostProcessSeen,
  HostWrite,
  OperationAttributes,
  OperationIdentity,
  SeriesPoint,
} from '../store/store.js';
import { integerOf, textOf } from './operations.js';

/**
 * Facts are whole numbers: values are multiplied by this first. Space is kept in KiB, so that a day of a file system
 * of a thousand TB still adds up exactly.
 */
export const SCALE: Readonly<Record<string, number>> = {
  [HOST_METRIC.cpuTime]: 1e6,
  [HOST_METRIC.cpuLogicalCount]: 1,
  [HOST_METRIC.cpuPhysicalCount]: 1,
  [HOST_METRIC.load1]: 1000,
  [HOST_METRIC.load5]: 1000,
  [HOST_METRIC.load15]: 1000,
  [HOST_METRIC.memoryUsage]: 1 / 1024,
  [HOST_METRIC.memoryLimit]: 1 / 1024,
  [HOST_METRIC.memoryAvailable]: 1 / 1024,
  [HOST_METRIC.pagingUsage]: 1 / 1024,
  [HOST_METRIC.pagingOperations]: 1,
  [HOST_METRIC.diskIo]: 1,
  [HOST_METRIC.diskOperations]: 1,
  [HOST_METRIC.diskIoTime]: 1e6,
  [HOST_METRIC.filesystemUsage]: 1 / 1024,
  [HOST_METRIC.networkIo]: 1,
  [HOST_METRIC.networkErrors]: 1,
  [HOST_METRIC.networkDropped]: 1,
  [HOST_METRIC.uptime]: 1,
  [HOST_METRIC.processCpuTime]: 1e6,
  [HOST_METRIC.processMemory]: 1 / 1024,
  [HOST_METRIC.containerCpuTime]: 1e6,
  [HOST_METRIC.containerMemory]: 1 / 1024,
  [HOST_METRIC.containerCpuLimit]: 1000,
  [HOST_METRIC.containerMemoryLimit]: 1 / 1024,
  [HOST_METRIC.containerThrottledTime]: 1e6,
  [HOST_METRIC.collectorDuration]: 1e6,
  [HOST_METRIC.collectorSuccess]: 1,
};

/** Attributes that make a series, under the names by which they are stored. */
export const HOST_SERIES_ATTRIBUTES: Readonly<Record<string, string>> = {
  [ATTR.cpuMode]: 'mode',
  [ATTR.memoryState]: 'state',
  [ATTR.pagingState]: 'state',
  [ATTR.filesystemState]: 'state',
  [ATTR.pagingDirection]: 'direction',
  [ATTR.diskDirection]: 'direction',
  [ATTR.networkDirection]: 'direction',
  [ATTR.systemDevice]: 'device',
  [ATTR.filesystemType]: 'type',
  [ATTR.filesystemMountpoint]: 'mountpoint',
  [ATTR.networkInterface]: 'interface',
  [ATTR.retraceCollector]: 'collector',
};

/** Resource attributes that describe the host, under the names by which they are stored. */
export const HOST_ATTRIBUTES: Readonly<Record<string, string>> = {
  [RESOURCE.osType]: 'osType',
  [RESOURCE.hostArch]: 'arch',
  [RESOURCE.serviceVersion]: 'agentVersion',
  [RESOURCE.hostCpuModelName]: 'cpuModel',
  [RESOURCE.hostCpuVendorId]: 'cpuVendor',
  [RESOURCE.osName]: 'osName',
  [RESOURCE.osVersion]: 'osVersion',
  [RESOURCE.osBuildId]: 'kernelVersion',
};

const HOST_METRICS: ReadonlySet<string> = new Set(Object.values(HOST_METRIC));
const MS_PER_SECOND = 1000;
const MINUTE_MS = 60_000;

export function isHostMetric(name: string): boolean {
  return HOST_METRICS.has(name);
}

/** Host health of one resource → series of minutes and what is known of the host. */
export class HostTranslator {
  private readonly points: SeriesPoint[] = [];
  private readonly packages: HostPackage[] = [];
  private listedMs = 0;
  private processes: HostProcessSeen[] = [];
  private seenMs = 0;
  rejectedPoints = 0;

  /** @param timeOf epoch ms of a time of the sender; bounds clocks that are ahead. */
  constructor(
    private readonly resource: Attributes,
    private readonly timeOf: (timeUnixNano: bigint) => number,
    private readonly oldestMs: number,
  ) {}

  /** Delta sums, sums that are not monotonic (states), and gauges; anything else cannot be added up. */
  metric(metric: Metric): void {
    const counter = metric.kind === 'sum' && metric.temporality === 'delta';
    const state = metric.kind === 'sum' && !counter && !metric.monotonic;
    if (!counter && !state && metric.kind !== 'gauge') {
      this.rejectedPoints += metric.points.length;
      return;
    }
    for (const point of metric.points as readonly NumberPoint[]) {
      const timeMs = this.timeOf(point.timeUnixNano);
      if (!(point.value >= 0) || timeMs < this.oldestMs) this.rejectedPoints += 1;
      else this.point(metric.name, point, timeMs, counter);
    }
  }

  private point(name: string, point: NumberPoint, timeMs: number, counter: boolean): void {
    const pid = integerOf(this.resource, RESOURCE.processPid);
    if (name === HOST_METRIC.package) {
      this.listedMs = Math.max(this.listedMs, timeMs);
      this.packages.push({
        name: textOf(point.attributes, ATTR.packageName),
        version: textOf(point.attributes, ATTR.packageVersion),
        source: textOf(point.attributes, ATTR.packageSource),
      });
    } else if (name === HOST_METRIC.processUptime) {
      if (pid > 0) this.processes = [{ ...this.processOf(pid), seenMs: timeMs }];
    } else if (name === HOST_METRIC.processCpuTime || name === HOST_METRIC.processMemory) {
      const { service } = this.processOf(pid);
      const attributes = { pid, service, mode: textOf(point.attributes, ATTR.cpuMode) };
      if (pid > 0) this.series('process', name, attributes, point, timeMs, counter);
    } else {
      const attributes: Record<string, string> = {};
      for (const [attribute, field] of Object.entries(HOST_SERIES_ATTRIBUTES)) {
        const value = textOf(point.attributes, attribute);
        if (value !== '') attributes[field] = value;
      }
      this.seenMs = Math.max(this.seenMs, timeMs);
      this.series('host', name, attributes, point, timeMs, counter);
    }
  }

  private series(
    kind: 'host' | 'process',
    name: string,
    attributes: OperationAttributes,
    point: NumberPoint,
    timeMs: number,
    counter: boolean,
  ): void {
    const scale = SCALE[name] ?? 1;
    const whole = (value: number): number =>
      Math.min(Number.MAX_SAFE_INTEGER, Math.round(value * scale));
    const spanMs = counter ? spanOf(point) : 0;
    // A counter without a beginning says how much, but not how fast.
    const highest = !counter
      ? point.value
      : spanMs > 0
        ? (point.value / spanMs) * MS_PER_SECOND
        : 0;
    this.points.push({
      kind,
      operation: identityOf(name, attributes),
      caller: undefined,
      minuteMs: timeMs - (timeMs % MINUTE_MS),
      facts: [1, whole(point.value), spanMs, whole(highest)],
    });
  }

  private processOf(pid: number): Omit<HostProcessSeen, 'seenMs'> {
    return {
      pid,
      service: textOf(this.resource, RESOURCE.serviceName),
      nodeVersion: textOf(this.resource, RESOURCE.processRuntimeVersion),
    };
  }

  /** undefined when nothing of a host was said, or not of which. */
  finish(): HostWrite | undefined {
    const name = textOf(this.resource, RESOURCE.hostName);
    const { points, packages, processes, seenMs, listedMs } = this;
    if (points.length + packages.length + processes.length === 0) return undefined;
    if (name === '') {
      this.rejectedPoints += points.length + packages.length;
      return undefined;
    }
    return {
      name,
      // Of a process's resource the version would be the service's.
      attributes: seenMs > 0 ? this.attributes() : undefined,
      seenMs,
      points,
      packages: packages.length === 0 ? undefined : { listedMs, packages },
      processes,
    };
  }

  private attributes(): Record<string, string> {
    const attributes: Record<string, string> = {};
    for (const [attribute, field] of Object.entries(HOST_ATTRIBUTES)) {
      const value = textOf(this.resource, attribute);
      if (value !== '') attributes[field] = value;
    }
    return attributes;
  }
}

function identityOf(metric: string, attributes: OperationAttributes): OperationIdentity {
  const parts = Object.entries(attributes).flatMap(([name, value]) => [name, String(value)]);
  return {
    publicId: publicIdOf('host', metric, ...parts),
    name: metric,
    other: false,
    attributes,
  };
}

function spanOf({ startTimeUnixNano, timeUnixNano }: NumberPoint): number {
  if (startTimeUnixNano === 0n || startTimeUnixNano >= timeUnixNano) return 0;
  return Number((timeUnixNano - startTimeUnixNano) / 1_000_000n);
}
