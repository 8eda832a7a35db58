import { Histogram } from '../../histogram/index.js';
import type { ExplicitPoint, ExponentialPoint, Metric } from '../../protocol/types.js';

const US_PER_UNIT: Readonly<Record<string, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

/** A point's timings in µs; undefined where the unit cannot be represented exactly enough. */
export function timingsOf(
  metric: Metric,
  point: ExponentialPoint | ExplicitPoint,
): Histogram | undefined {
  // OpenTelemetry's duration metrics are in seconds; some SDKs leave the unit out.
  const usPerUnit = US_PER_UNIT[metric.unit || 's'];
  if (usPerUnit === undefined) return undefined;
  const scaled = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : value * usPerUnit;
  const common = {
    count: point.count,
    sumUs: point.sum * usPerUnit,
    minUs: scaled(point.min),
    maxUs: scaled(point.max),
  };
  if ('bounds' in point) {
    if (point.counts.length === 0 && point.count > 0) return undefined;
    const boundsUs = point.bounds.map((bound) => bound * usPerUnit);
    return Histogram.fromExplicit({ ...common, boundsUs, counts: point.counts });
  }
  // Exponential buckets of another unit do not fall on ours: a shift by log2(1000) is no whole number.
  if (usPerUnit !== 1e6) return undefined;
  return Histogram.fromExponential({
    ...common,
    // Our own runtime sends integer µs as seconds: rounding gives them back exactly.
    sumUs: Math.round(common.sumUs),
    scale: point.scale,
    positiveOffset: point.positiveOffset,
    positiveCounts: point.positiveCounts,
    zeroCount: point.zeroCount,
  });
}
