/** API points → uPlot's columns. Pure functions. */
import type { ChartPoint, Range } from '../../server/api-types.js';

/** x in seconds, then one column per series; null is a gap. */
export type Columns = [number[], ...(number | null)[][]];

type Field = Exclude<keyof ChartPoint, 'timeMs'>;

/**
 * One entry per bucket of the range. Buckets the API left out had no calls: counts are zero there, and
 * latencies do not exist, so their line is broken instead of being drawn through.
 */
export function chartColumns(
  points: readonly ChartPoint[],
  range: Range,
  fields: readonly Field[],
): Columns {
  const stepMs = range.bucketSeconds * 1000;
  const byBucket = new Map(points.map((point) => [Math.floor(point.timeMs / stepMs), point]));
  const first = Math.floor(range.fromMs / stepMs);
  const last = Math.max(first, Math.ceil(range.toMs / stepMs) - 1);
  const xs: number[] = [];
  const columns: (number | null)[][] = fields.map(() => []);
  for (let bucket = first; bucket <= last; bucket++) {
    xs.push((bucket * stepMs) / 1000);
    const point = byBucket.get(bucket);
    fields.forEach((field, at) => {
      const empty = field === 'calls' || field === 'errors' ? 0 : null;
      columns[at]?.push(point === undefined ? empty : point[field]);
    });
  }
  return [xs, ...columns];
}

/** Ticks of a duration axis: 1, 2 or 5 × a power of ten, within the unit people think in. */
export const DURATION_INCREMENTS_US = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
  1e7, 15e6, 3e7, 6e7, 12e7, 3e8, 6e8, 12e8, 18e8, 36e8, 72e8,
];

/** Without the bucket that is still filling up: its low end would look like a fall. */
export function settledValues(
  values: readonly number[],
  range: Range,
  nowMs: number,
): readonly number[] {
  const endsLater = range.toMs > nowMs && range.toMs - nowMs <= range.bucketSeconds * 1000;
  return endsLater && values.length > 2 ? values.slice(0, -1) : values;
}
