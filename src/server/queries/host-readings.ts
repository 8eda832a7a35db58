import type { HostFigure } from '../api-hosts.js';
import { SCALE } from '../ingest/host-series.js';
import type { OperationAttributes, ScanRange, TenantStore } from '../store/store.js';
import { entryOf } from './tally.js';

export type Values = (number | null)[];

/** Facts of one series in one bucket: see SeriesPoint. */
interface Bucket {
  count: number;
  sum: number;
  spanMs: number;
  max: number;
}

export interface HostSeries {
  attributes: OperationAttributes;
  /** By the place of the bucket. */
  buckets: Map<number, Bucket>;
}

/** Significant digits of an answer: a chart shows three, and every further one is bytes on the wire. */
const DIGITS = 5;

/** Measured series of one host over a range, by metric. */
export class HostReadings {
  /** Starts of the buckets up to now. */
  readonly timesMs: readonly number[];
  private readonly byMetric = new Map<string, Map<number, HostSeries>>();

  private constructor(range: ScanRange, nowMs: number) {
    const stepMs = range.bucketSeconds * 1000;
    const length = Math.ceil((Math.min(range.toMs, nowMs) - range.fromMs) / stepMs);
    this.timesMs = Array.from({ length: Math.max(0, length) }, (_, i) => range.fromMs + i * stepMs);
  }

  static async load(
    store: TenantStore,
    owner: number,
    kind: 'host' | 'process',
    range: ScanRange,
    nowMs: number,
  ): Promise<HostReadings> {
    const readings = new HostReadings(range, nowMs);
    const operations = await store.operations(owner, kind);
    const stepMs = range.bucketSeconds * 1000;
    await store.scan({ service: owner, kind, range }, ({ operation, bucketMs, facts }) => {
      const record = operations.get(operation);
      if (record === undefined) return;
      const series = entryOf(
        entryOf(readings.byMetric, record.name, () => new Map<number, HostSeries>()),
        operation,
        () => ({ attributes: record.attributes, buckets: new Map<number, Bucket>() }),
      );
      const place = (bucketMs - range.fromMs) / stepMs;
      const bucket = entryOf(series.buckets, place, () => ({
        count: 0,
        sum: 0,
        spanMs: 0,
        max: 0,
      }));
      const [count = 0, sum = 0, spanMs = 0, max = 0] = facts;
      bucket.count += count;
      bucket.sum += sum;
      bucket.spanMs += spanMs;
      bucket.max = Math.max(bucket.max, max);
    });
    return readings;
  }

  /** Series of a metric, those with these attributes. */
  select(metric: string, having: OperationAttributes = {}): HostSeries[] {
    return [...(this.byMetric.get(metric)?.values() ?? [])].filter(({ attributes }) =>
      Object.entries(having).every(([name, value]) => attributes[name] === value),
    );
  }

  /** Different values of an attribute of a metric, sorted. */
  namesOf(metric: string, attribute: string): string[] {
    const names = this.select(metric).map(({ attributes }) => String(attributes[attribute] ?? ''));
    return [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  }

  /** What was measured, averaged per bucket; several series are added up. */
  averages(metric: string, having: OperationAttributes = {}): Values {
    const scale = SCALE[metric] ?? 1;
    return this.addUp(this.select(metric, having), ({ sum, count }) => sum / count / scale);
  }

  /** What was added per second; several series are added up. */
  rates(metric: string, having: OperationAttributes = {}): Values {
    const scale = SCALE[metric] ?? 1;
    return this.addUp(this.select(metric, having), ({ sum, spanMs }) =>
      spanMs === 0 ? null : (sum / spanMs / scale) * 1000,
    );
  }

  /** What was added in the whole range. */
  total(metric: string, having: OperationAttributes = {}): number {
    let total = 0;
    for (const { buckets } of this.select(metric, having)) {
      for (const { sum } of buckets.values()) total += sum;
    }
    return total / (SCALE[metric] ?? 1);
  }

  /** How often something was measured in the range. */
  countOf(metric: string, having: OperationAttributes): number {
    let count = 0;
    for (const { buckets } of this.select(metric, having)) {
      for (const bucket of buckets.values()) count += bucket.count;
    }
    return count;
  }

  /** The largest single measurement of the range. */
  highest(metric: string, having: OperationAttributes = {}): number | undefined {
    let highest: number | undefined;
    for (const { buckets } of this.select(metric, having)) {
      for (const { max } of buckets.values()) highest = Math.max(highest ?? 0, max);
    }
    return highest === undefined ? undefined : highest / (SCALE[metric] ?? 1);
  }

  private addUp(series: readonly HostSeries[], of: (bucket: Bucket) => number | null): Values {
    return this.timesMs.map((_, place) => {
      let sum: number | null = null;
      for (const { buckets } of series) {
        const bucket = buckets.get(place);
        const value = bucket === undefined ? null : of(bucket);
        if (value !== null) sum = (sum ?? 0) + value;
      }
      return sum === null ? null : rounded(sum);
    });
  }
}

export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** @param highest a single measurement above every bucket's average. */
export function figureOf(values: Values, highest?: number): HostFigure | null {
  const known = values.filter((value): value is number => value !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const max = known.reduce((most, value) => Math.max(most, value), highest ?? 0);
  const average = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { last, average: rounded(average), max: rounded(max) };
}

/** The latest value of a state that changes seldom. */
export function lastOf(values: Values): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** Place by place; null where one of them has no data. */
export function combine(one: Values, other: Values, by: (a: number, b: number) => number): Values {
  return one.map((value, place) => {
    const second = other[place] ?? null;
    return value === null || second === null ? null : rounded(by(value, second));
  });
}
