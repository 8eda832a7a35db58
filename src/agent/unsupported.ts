import { METRIC, RUNTIME_METRIC } from '../core/semconv.js';
import type { Metric, MetricsRequest } from '../protocol/types.js';

const TIMINGS: ReadonlySet<string> = new Set([
  METRIC.serverDuration,
  METRIC.clientDuration,
  METRIC.queryDuration,
  RUNTIME_METRIC.gcDuration,
]);
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(METRIC),
  ...Object.values(RUNTIME_METRIC),
]);
/** What goes up and down is a state, whatever its temporality: it is not added up. */
const STATES: ReadonlySet<string> = new Set([
  RUNTIME_METRIC.heapUsed,
  RUNTIME_METRIC.heapSizeLimit,
  RUNTIME_METRIC.memoryUsage,
]);

/**
 * Whether windows of a metric can be added up and the server has a place for it: delta histograms of durations, delta
 * sums and gauges of the other known names. The rule of the server's `translate`, applied before anything is stored:
 * who sends here is told so, and nothing goes out that would be thrown away there.
 */
function isSupported(metric: Metric): boolean {
  if (!KNOWN.has(metric.name)) return false;
  if (TIMINGS.has(metric.name)) {
    const histogram = metric.kind === 'histogram' || metric.kind === 'exponentialHistogram';
    return histogram && metric.temporality === 'delta';
  }
  if (STATES.has(metric.name) && metric.kind === 'sum' && !metric.monotonic) return true;
  return metric.kind === 'gauge' || (metric.kind === 'sum' && metric.temporality === 'delta');
}

/** Takes out what cannot be stored. The request handed in stays as it is. */
export function refuseUnsupported(request: MetricsRequest): {
  supported: MetricsRequest;
  /** Data points taken out, those that decoding had to pass over included. */
  refusedPoints: number;
} {
  let refusedPoints = request.skippedPoints ?? 0;
  const refused = (metric: Metric): boolean => {
    if (isSupported(metric)) return false;
    refusedPoints += metric.points.length;
    return true;
  };
  const resourceMetrics = request.resourceMetrics.map((group) => {
    const metrics = group.metrics.filter((metric) => !refused(metric));
    return metrics.length === group.metrics.length ? group : { ...group, metrics };
  });
  return { supported: { resourceMetrics }, refusedPoints };
}
