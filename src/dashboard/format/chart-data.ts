/** API points → uPlot's columns. Pure functions. */
import type { Range } from '../../server/api-types.js';

/** x in seconds, then one column per series; null is a gap. */
export type Columns = [number[], ...(number | null)[][]];

interface SeriesData<Point> {
  value: (point: Point) => number | null;
  empty: 0 | null;
}

/**
 * One entry per bucket of the range. Buckets the API left out had no calls: counts are zero there, and
 * latencies do not exist, so their line is broken instead of being drawn through.
 */
export function chartColumns<Point extends { timeMs: number }>(
  points: readonly Point[],
  range: Range,
  series: readonly SeriesData<Point>[],
): Columns {
  const stepMs = range.bucketSeconds * 1000;
  const byBucket = new Map(points.map((point) => [Math.floor(point.timeMs / stepMs), point]));
  const first = Math.floor(range.fromMs / stepMs);
  const last = Math.max(first, Math.ceil(range.toMs / stepMs) - 1);
  const xs: number[] = [];
  const columns: (number | null)[][] = series.map(() => []);
  for (let bucket = first; bucket <= last; bucket++) {
    xs.push((bucket * stepMs) / 1000);
    const point = byBucket.get(bucket);
    series.forEach(({ value, empty }, at) => {
      columns[at]?.push(point === undefined ? empty : value(point));
    });
  }
  return [xs, ...columns];
}

/** Each series on top of those after it: what has to be drawn, first to last, for stacked areas. */
export function stackColumns([xs, ...columns]: Columns): Columns {
  const stacked: (number | null)[][] = [];
  let below: (number | null)[] | undefined;
  for (const column of columns.toReversed()) {
    const under = below;
    below =
      under === undefined ? column : column.map((value, at) => (value ?? 0) + (under[at] ?? 0));
    stacked.unshift(below);
  }
  return [xs, ...stacked];
}

/** Without the bucket that is still filling up: its low end would look like a fall. */
export function settledValues(
  values: readonly number[],
  range: Range,
  nowMs: number,
): readonly number[] {
  const endsLater = range.toMs > nowMs && range.toMs - nowMs <= range.bucketSeconds * 1000;
  return endsLater && values.length > 2 ? values.slice(0, -1) : values;
}
