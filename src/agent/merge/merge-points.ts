import { METRIC } from '../../core/semconv.js';
import type { Attributes, ExponentialPoint, Metric, NumberPoint } from '../../protocol/types.js';

/** Points whose windows end in different minutes stay apart: a minute is what the server counts in. */
const MINUTE_NANOS = 60_000_000_000n;
const US_PER_SECOND = 1e6;

/** How windows of one series add up. What is not named here is told process by process. */
const RULES: Readonly<Record<string, 'histogram' | 'sum' | 'max'>> = {
  [METRIC.serverDuration]: 'histogram',
  [METRIC.clientDuration]: 'histogram',
  [METRIC.queryDuration]: 'histogram',
  [METRIC.componentTime]: 'sum',
  [METRIC.repeatedRequests]: 'sum',
  [METRIC.repeatedCalls]: 'sum',
  [METRIC.repeatedMax]: 'max',
  [METRIC.recorded]: 'sum',
  [METRIC.dropped]: 'sum',
};

type Exponential = Extract<Metric, { kind: 'exponentialHistogram' }>;
type Numeric = Extract<Metric, { kind: 'sum' | 'gauge' }>;

/** Whether the points of a metric can be added to those of other processes, exactly. */
export function isMergeable(metric: Metric): metric is Exponential | Numeric {
  switch (RULES[metric.name]) {
    case 'histogram':
      return metric.kind === 'exponentialHistogram' && metric.temporality === 'delta';
    case 'sum':
      return metric.kind === 'sum' && metric.temporality === 'delta';
    case 'max':
      return metric.kind === 'gauge';
    default:
      return false;
  }
}

/** What is added up of one metric: equal attributes, same minute, and for histograms same scale. */
export class MergedMetric {
  private readonly histograms = new Map<string, ExponentialPoint & { positiveCounts: number[] }>();
  private readonly numbers = new Map<string, NumberPoint>();

  constructor(private readonly form: Exponential | Numeric) {}

  add(metric: Exponential | Numeric): void {
    if (metric.kind === 'exponentialHistogram') {
      for (const point of metric.points) this.addHistogram(point);
    } else {
      for (const point of metric.points) this.addNumber(point, metric);
    }
  }

  finish(): Metric {
    const { form } = this;
    if (form.kind === 'exponentialHistogram') {
      return { ...form, points: [...this.histograms.values()] };
    }
    return { ...form, points: [...this.numbers.values()] };
  }

  private addHistogram(point: ExponentialPoint): void {
    const stated = `${point.min === undefined ? '' : 'n'}${point.max === undefined ? '' : 'x'}`;
    const key = `${keyOf(point)} ${point.scale} ${stated}`;
    const known = this.histograms.get(key);
    if (known === undefined) {
      this.histograms.set(key, { ...point, positiveCounts: [...point.positiveCounts] });
      return;
    }
    widen(known, point);
    known.count += point.count;
    known.zeroCount += point.zeroCount;
    known.sum = addSeconds(known.sum, point.sum);
    known.min = known.min === undefined ? undefined : Math.min(known.min, point.min ?? 0);
    known.max = known.max === undefined ? undefined : Math.max(known.max, point.max ?? 0);
    addCounts(known, point);
  }

  private addNumber(point: NumberPoint, { name, unit }: Numeric): void {
    const key = keyOf(point);
    const known = this.numbers.get(key);
    if (known === undefined) {
      this.numbers.set(key, { ...point });
      return;
    }
    widen(known, point);
    if (RULES[name] === 'max') known.value = Math.max(known.value, point.value);
    else if (unit === 's') known.value = addSeconds(known.value, point.value);
    else known.value += point.value;
    known.integer &&= point.integer;
  }
}

/** Buckets of both, added place by place. */
function addCounts(
  into: ExponentialPoint & { positiveCounts: number[] },
  point: ExponentialPoint,
): void {
  if (point.positiveCounts.length === 0) return;
  if (into.positiveCounts.length === 0) into.positiveOffset = point.positiveOffset;
  const below = into.positiveOffset - point.positiveOffset;
  if (below > 0) {
    into.positiveCounts.unshift(...new Array<number>(below).fill(0));
    into.positiveOffset = point.positiveOffset;
  }
  const first = point.positiveOffset - into.positiveOffset;
  const counts = into.positiveCounts;
  while (counts.length < first + point.positiveCounts.length) counts.push(0);
  point.positiveCounts.forEach(
    (count, i) => (counts[first + i] = (counts[first + i] ?? 0) + count),
  );
}

/** Durations are whole µs written as seconds: added as what they are, no sum ever drifts. */
function addSeconds(one: number, other: number): number {
  return (Math.round(one * US_PER_SECOND) + Math.round(other * US_PER_SECOND)) / US_PER_SECOND;
}

function widen(into: NumberPoint | ExponentialPoint, point: NumberPoint | ExponentialPoint): void {
  if (point.startTimeUnixNano < into.startTimeUnixNano) {
    into.startTimeUnixNano = point.startTimeUnixNano;
  }
  if (point.timeUnixNano > into.timeUnixNano) into.timeUnixNano = point.timeUnixNano;
}

function keyOf({ timeUnixNano, attributes }: NumberPoint | ExponentialPoint): string {
  return `${timeUnixNano / MINUTE_NANOS}${textOf(attributes)}`;
}

/** Equal for equal attributes in equal order, which is how one sender writes them; else they stay apart, rightly. */
export function textOf(attributes: Attributes): string {
  let text = '';
  for (const name in attributes) {
    const value = attributes[name];
    text += `\u0000${name}\u0001${typeof value === 'string' ? value : JSON.stringify(value)}`;
  }
  return text;
}
