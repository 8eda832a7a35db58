import { ATTR, GC_TYPES, RUNTIME_METRIC } from '../../core/semconv.js';
import type { Metric, NumberPoint } from '../../protocol/types.js';
import type { GaugePoint } from '../store/store.js';
import { textOf } from './operations.js';

const RUNTIME_METRICS: ReadonlySet<string> = new Set(Object.values(RUNTIME_METRIC));
/** Seconds of each window, which add up. */
const TIMES: ReadonlySet<string> = new Set([
  RUNTIME_METRIC.gcObservedTime,
  RUNTIME_METRIC.gcUnobservedTime,
]);
const GC_TYPE_SET: ReadonlySet<string> = new Set(GC_TYPES);

/** True for what a process measures of itself. */
export function isRuntimeMetric(name: string): boolean {
  return RUNTIME_METRICS.has(name);
}

/**
 * Figures of a process as gauges, in the units of the wire. The spaces of a heap are added up, processor time becomes
 * cores in use, collections keep their count.
 *
 * @param minuteOf bucket of a point's time; undefined when it is too old.
 * @returns undefined when the metric's kind or temporality cannot be stored.
 */
export function runtimeGauges(
  metric: Metric,
  minuteOf: (timeUnixNano: bigint) => number | undefined,
): GaugePoint[] | undefined {
  if (metric.name === RUNTIME_METRIC.gcDuration) return collections(metric, minuteOf);
  if (metric.kind !== 'gauge' && metric.kind !== 'sum') return undefined;
  const { name } = metric;
  if (name === RUNTIME_METRIC.cpuTime) {
    if (metric.kind !== 'sum' || metric.temporality !== 'delta') return undefined;
    return perTime(metric.points, name, minuteOf, (point) => point.value / secondsOf(point));
  }
  if (TIMES.has(name)) {
    if (metric.kind !== 'sum' || metric.temporality !== 'delta') return undefined;
    return perTime(metric.points, name, minuteOf, (point) => point.value);
  }
  // A state's temporality says nothing; what only rises is no state.
  if (metric.kind === 'sum' && metric.monotonic) return undefined;
  return perTime(metric.points, name, minuteOf, (point) => point.value);
}

/** One value per moment: the sum over the points of that moment. */
function perTime(
  points: readonly NumberPoint[],
  metric: string,
  minuteOf: (timeUnixNano: bigint) => number | undefined,
  valueOf: (point: NumberPoint) => number,
): GaugePoint[] {
  const sums = new Map<bigint, number>();
  for (const point of points) {
    const value = valueOf(point);
    if (!(value >= 0) || value === Infinity) continue;
    sums.set(point.timeUnixNano, (sums.get(point.timeUnixNano) ?? 0) + value);
  }
  const gauges: GaugePoint[] = [];
  for (const [time, value] of sums) {
    const minuteMs = minuteOf(time);
    if (minuteMs === undefined) continue;
    gauges.push({ metric, label: '', minuteMs, count: 1, sum: value, min: value, max: value });
  }
  return gauges;
}

function secondsOf(point: NumberPoint): number {
  return Number(point.timeUnixNano - point.startTimeUnixNano) / 1e9;
}

function collections(
  metric: Metric,
  minuteOf: (timeUnixNano: bigint) => number | undefined,
): GaugePoint[] | undefined {
  if (metric.kind !== 'histogram' && metric.kind !== 'exponentialHistogram') return undefined;
  if (metric.temporality !== 'delta') return undefined;
  return metric.points.flatMap((point) => {
    const label = textOf(point.attributes, ATTR.gcType);
    const minuteMs = minuteOf(point.timeUnixNano);
    const { count, sum } = point;
    if (minuteMs === undefined || count === 0 || !GC_TYPE_SET.has(label)) return [];
    const mean = sum / count;
    const { min = mean, max = mean } = point;
    return [{ metric: metric.name, label, minuteMs, count, sum, min, max }];
  });
}
