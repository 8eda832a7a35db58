import { GC_TYPES, RUNTIME_METRIC } from '../../core/semconv.js';
import type {
  EventLoopDelay,
  Gauge,
  GcFigures,
  RuntimeAnswer,
  RuntimeInstance,
  RuntimePoint,
} from '../api-runtime.js';
import type { GaugeView, ServiceRecord, TenantStore } from '../store/store.js';
import type { AskedRange } from './range.js';
import { entryOf } from './tally.js';

const MAX_INSTANCES = 200;
/** Instances of all services that are looked through for those of one. */
const MAX_LOOKED_AT = 20_000;
const US_PER_SECOND = 1e6;

interface Cell {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** What was measured in one bucket, or by one process: merged cells by metric and label. */
class Measured {
  private readonly cells = new Map<string, Cell>();
  private readonly instances = new Set<string>();
  /** Processes that collected → whether they say how long they were observed. */
  private readonly collected = new Map<string, boolean>();

  add({ metric, label, instance, count, sum, min, max }: GaugeView): void {
    this.instances.add(instance);
    if (metric === RUNTIME_METRIC.gcObservedTime || metric === RUNTIME_METRIC.gcUnobservedTime) {
      this.collected.set(instance, true);
    } else if (metric === RUNTIME_METRIC.gcDuration && !this.collected.has(instance)) {
      this.collected.set(instance, false);
    }
    const key = `${metric}\0${label}`;
    const cell = this.cells.get(key);
    if (cell === undefined) {
      this.cells.set(key, { count, sum, min, max });
      return;
    }
    cell.count += count;
    cell.sum += sum;
    cell.min = Math.min(cell.min, min);
    cell.max = Math.max(cell.max, max);
  }

  /** @param seconds how much time it is about. */
  point(timeMs: number, seconds: number): RuntimePoint {
    return {
      timeMs,
      instances: this.instances.size,
      eventLoopDelay: this.delay(),
      eventLoopUtilization: this.gauge(RUNTIME_METRIC.loopUtilization),
      gc: this.collections(),
      gcObservedSeconds: this.observedSeconds(seconds),
      gcUnobservedSeconds: this.cell(RUNTIME_METRIC.gcUnobservedTime)?.sum ?? 0,
      heapUsedBytes: this.gauge(RUNTIME_METRIC.heapUsed),
      heapLimitBytes: this.gauge(RUNTIME_METRIC.heapSizeLimit),
      memoryBytes: this.gauge(RUNTIME_METRIC.memoryUsage),
      cpu: this.gauge(RUNTIME_METRIC.cpuTime),
    };
  }

  private cell(metric: string, label = ''): Cell | undefined {
    return this.cells.get(`${metric}\0${label}`);
  }

  private gauge(metric: string): Gauge | null {
    const cell = this.cell(metric);
    if (cell === undefined) return null;
    return { min: cell.min, mean: cell.sum / cell.count, max: cell.max };
  }

  private delay(): EventLoopDelay | null {
    const mean = this.cell(RUNTIME_METRIC.loopDelayMean);
    if (mean === undefined) return null;
    const highest = (metric: string): number => us(this.cell(metric)?.max ?? 0);
    return {
      minUs: us(this.cell(RUNTIME_METRIC.loopDelayMin)?.min ?? 0),
      meanUs: us(mean.sum / mean.count),
      p50Us: highest(RUNTIME_METRIC.loopDelayP50),
      p90Us: highest(RUNTIME_METRIC.loopDelayP90),
      p99Us: highest(RUNTIME_METRIC.loopDelayP99),
      maxUs: highest(RUNTIME_METRIC.loopDelayMax),
    };
  }

  private observedSeconds(seconds: number): number {
    const silent = [...this.collected.values()].filter((says) => !says).length;
    return (this.cell(RUNTIME_METRIC.gcObservedTime)?.sum ?? 0) + silent * seconds;
  }

  private collections(): GcFigures[] {
    return GC_TYPES.flatMap((type) => {
      const cell = this.cell(RUNTIME_METRIC.gcDuration, type);
      if (cell === undefined) return [];
      return [{ type, count: cell.count, totalUs: us(cell.sum), maxUs: us(cell.max) }];
    });
  }
}

function us(seconds: number): number {
  return Math.round(seconds * US_PER_SECOND);
}

/**
 * What a service's processes measured of themselves.
 * @param instance only this one in the chart; the list names all.
 */
export async function runtimeAnswer(
  store: TenantStore,
  service: ServiceRecord,
  range: AskedRange,
  instance: string | undefined,
): Promise<RuntimeAnswer> {
  const buckets = new Map<number, Measured>();
  const byInstance = new Map<string, Measured>();
  await store.scanGauges({ service: service.id, range }, (view) => {
    entryOf(byInstance, view.instance, () => new Measured()).add(view);
    if (instance !== undefined && instance !== view.instance) return;
    entryOf(buckets, view.bucketMs, () => new Measured()).add(view);
  });
  const seen = (await store.instances(range.fromMs, MAX_LOOKED_AT)).filter(
    (one) => one.service === service.id && byInstance.has(one.key),
  );
  return {
    range,
    service: { id: service.publicId, name: service.name },
    instance: instance ?? null,
    chart: [...buckets]
      .sort(([a], [b]) => a - b)
      .map(([timeMs, measured]) => measured.point(timeMs, range.bucketSeconds)),
    instances: seen.slice(0, MAX_INSTANCES).map((one): RuntimeInstance => ({
      id: one.key,
      hostName: one.hostName,
      runtime: one.runtime,
      version: one.version,
      lastSeenMs: one.lastSeenMs,
      total: (byInstance.get(one.key) as Measured).point(
        range.fromMs,
        (range.toMs - range.fromMs) / 1000,
      ),
    })),
    instancesSeen: seen.length,
  };
}
