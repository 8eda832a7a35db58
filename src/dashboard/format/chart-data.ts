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
      under === undefined ? column : column.map((value, at) => sumOf(value, under[at] ?? null));
    stacked.unshift(below);
  }
  return [xs, ...stacked];
}

/** A gap only where both are. */
const sumOf = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

/** Without the bucket that is still filling up: its low end would look like a fall. */
export function settledValues<Value extends number | null>(
  values: readonly Value[],
  range: Range,
  nowMs: number,
): readonly Value[] {
  const endsLater = range.toMs > nowMs && range.toMs - nowMs <= range.bucketSeconds * 1000;
  return endsLater && values.length > 2 ? values.slice(0, -1) : values;
}

/** Runs of values without a gap, each with the place of its first. */
export function unbroken(values: readonly (number | null)[]): { from: number; values: number[] }[] {
  const runs: { from: number; values: number[] }[] = [];
  values.forEach((value, at) => {
    if (value === null) return;
    const last = runs.at(-1);
    if (last !== undefined && last.from + last.values.length === at) last.values.push(value);
    else runs.push({ from: at, values: [value] });
  });
  return runs;
}

export interface LinePoint {
  timeMs: number;
  /** One per line. */
  values: (number | null)[];
}

/** Lines that share their times, as points: what a chart draws. */
export function pointsOfLines(
  timesMs: readonly number[],
  lines: readonly (readonly (number | null)[])[],
): LinePoint[] {
  if (!lines.some((line) => line.some((value) => value !== null))) return [];
  return timesMs.map((timeMs, at) => ({ timeMs, values: lines.map((line) => line[at] ?? null) }));
}
