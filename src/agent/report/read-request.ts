import { ATTR, COMPONENT, KIND, METRIC, RESOURCE } from '../../core/semconv.js';
import { Histogram } from '../../histogram/index.js';
import type {
  Attributes,
  ExplicitPoint,
  ExponentialPoint,
  Metric,
  MetricsRequest,
  PointTimes,
} from '../../protocol/types.js';
import type { LocalLoss } from '../report-types.js';
import type { Series } from './series.js';

/** What a report takes from a batch, one call per data point. Times are epoch ms. */
export interface ReportSink {
  window(service: string, instance: string, startMs: number, endMs: number): void;
  durations(series: Series, histogram: Histogram, endMs: number): void;
  componentTime(
    service: string,
    endpoint: string,
    component: Component,
    us: number,
    endMs: number,
  ): void;
  repeated(series: Series, what: 'requests' | 'max', value: number, endMs: number): void;
  loss(lost: LocalLoss, endMs: number): void;
}

export type Component = (typeof COMPONENT)[keyof typeof COMPONENT];

const KINDS: Readonly<Record<string, Series['kind']>> = {
  [METRIC.serverDuration]: 'request',
  [METRIC.queryDuration]: 'query',
  [METRIC.clientDuration]: 'call',
};
const COMPONENTS: ReadonlySet<string> = new Set(Object.values(COMPONENT));

/** Walks through a batch. Cumulative points are left out: adding them up would count twice. */
export function readRequest(request: MetricsRequest, sink: ReportSink): void {
  for (const { resource, metrics } of request.resourceMetrics) {
    const service = text(resource, RESOURCE.serviceName) || 'unknown_service';
    const instance = text(resource, RESOURCE.serviceInstanceId);
    for (const metric of metrics) readMetric(metric, service, instance, sink);
  }
}

/** Operations counted in a batch: the unit of the delivery accounting. */
export function countRecords(request: MetricsRequest): number {
  let records = 0;
  for (const { metrics } of request.resourceMetrics) {
    for (const metric of metrics) {
      if (!isDuration(metric)) continue;
      for (const { count } of metric.points) records += count;
    }
  }
  return Number.isSafeInteger(records) ? records : Number.MAX_SAFE_INTEGER;
}

type DurationMetric = Extract<Metric, { kind: 'exponentialHistogram' | 'histogram' }>;

function isDuration(metric: Metric): metric is DurationMetric {
  if (KINDS[metric.name] === undefined) return false;
  if (metric.kind !== 'exponentialHistogram' && metric.kind !== 'histogram') return false;
  return metric.temporality === 'delta';
}

function readMetric(metric: Metric, service: string, instance: string, sink: ReportSink): void {
  const kind = KINDS[metric.name];
  if (isDuration(metric) && kind !== undefined) {
    for (const point of metric.points) {
      const endMs = toMs(point.timeUnixNano);
      sink.window(service, instance, startMs(point), endMs);
      const series = seriesOf(kind, service, point.attributes);
      sink.durations(series, toHistogram(point), endMs);
    }
    return;
  }
  if (metric.kind !== 'sum' && metric.kind !== 'gauge') return;
  if (metric.kind === 'sum' && metric.temporality !== 'delta') return;
  for (const { attributes, value, timeUnixNano } of metric.points) {
    const endMs = toMs(timeUnixNano);
    if (metric.name === METRIC.dropped) {
      const reason = text(attributes, ATTR.retraceReason);
      const isWaterfall = attributes[ATTR.retraceKind] === KIND.waterfall;
      const lost: LocalLoss = { service, reason, records: value };
      sink.loss(isWaterfall ? { ...lost, kind: KIND.waterfall } : lost, endMs);
    } else if (metric.name === METRIC.componentTime) {
      const component = text(attributes, ATTR.retraceComponent);
      const endpoint = text(attributes, ATTR.retraceEndpoint);
      if (COMPONENTS.has(component)) {
        sink.componentTime(service, endpoint, component as Component, value * 1e6, endMs);
      }
    } else if (metric.name === METRIC.repeatedRequests) {
      sink.repeated(seriesOf('query', service, attributes), 'requests', value, endMs);
    } else if (metric.name === METRIC.repeatedMax) {
      sink.repeated(seriesOf('query', service, attributes), 'max', value, endMs);
    }
  }
}

function seriesOf(kind: Series['kind'], service: string, attributes: Attributes): Series {
  const other = attributes[ATTR.metricOverflow] === true;
  const endpoint = text(attributes, ATTR.retraceEndpoint);
  const errorType = text(attributes, ATTR.errorType);
  if (kind === 'query') {
    const signature = text(attributes, ATTR.dbQueryText);
    const summary = text(attributes, ATTR.dbQuerySummary) || text(attributes, ATTR.dbOperationName);
    const name = other ? 'Other' : summary || 'unknown query';
    const source = databaseOf(attributes);
    return { kind, service, name, text: signature, source, endpoint, errorType, other };
  }
  const method = text(attributes, ATTR.httpRequestMethod);
  if (kind === 'call') {
    const peer = `${text(attributes, ATTR.serverAddress)}${portOf(attributes)}`;
    const path = text(attributes, ATTR.urlTemplate);
    const name = other ? 'Other' : `${method} ${peer}${path}`;
    return { kind, service, name, text: '', source: '', endpoint, errorType, other };
  }
  const route = text(attributes, ATTR.httpRoute);
  const name = other ? 'Other' : endpoint || `${method} ${route || '*'}`;
  return { kind, service, name, text: '', source: '', endpoint: name, errorType, other };
}

function databaseOf(attributes: Attributes): string {
  const address = text(attributes, ATTR.serverAddress);
  const namespace = text(attributes, ATTR.dbNamespace);
  const port = attributes[ATTR.serverPort];
  const host = address === '' ? '' : `${address}${typeof port === 'number' ? `:${port}` : ''}`;
  const where = [namespace, host].filter((part) => part !== '').join('@');
  return [text(attributes, ATTR.dbSystemName), where].filter((part) => part !== '').join(' ');
}

function portOf(attributes: Attributes): string {
  const port = attributes[ATTR.serverPort];
  const scheme = text(attributes, ATTR.urlScheme);
  const usual = (scheme === 'https' && port === 443) || (scheme === 'http' && port === 80);
  return typeof port === 'number' && port !== 0 && !usual ? `:${port}` : '';
}

function toHistogram(point: ExponentialPoint | ExplicitPoint): Histogram {
  const shared = {
    count: point.count,
    sumUs: Math.round(point.sum * 1e6),
    minUs: point.min === undefined ? undefined : Math.round(point.min * 1e6),
    maxUs: point.max === undefined ? undefined : Math.round(point.max * 1e6),
  };
  if ('bounds' in point) {
    const boundsUs = point.bounds.map((seconds) => seconds * 1e6);
    return Histogram.fromExplicit({ ...shared, boundsUs, counts: point.counts });
  }
  const { scale, positiveOffset, positiveCounts, zeroCount } = point;
  return Histogram.fromExponential({ ...shared, scale, positiveOffset, positiveCounts, zeroCount });
}

function text(attributes: Attributes, name: string): string {
  const value = attributes[name];
  return value === undefined ? '' : String(value);
}

function startMs(point: PointTimes): number {
  return point.startTimeUnixNano === 0n ? toMs(point.timeUnixNano) : toMs(point.startTimeUnixNano);
}

function toMs(unixNano: bigint): number {
  return Number(unixNano / 1_000_000n);
}
