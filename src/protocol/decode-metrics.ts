import { Budget, COST } from './budget.js';
import { readExplicitPoint, readExponentialPoint, readNumberPoint } from './decode-points.js';
import { readResource, readScope } from './decode-attributes.js';
import {
  EXPORT_REQUEST,
  METRIC_DATA,
  METRIC_MESSAGE,
  RESOURCE_METRICS,
  SCOPE_METRICS,
  TEMPORALITIES,
} from './fields.js';
import type {
  AttributeValue,
  Metric,
  MetricsRequest,
  ResourceMetrics,
  Temporality,
} from './types.js';
import { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';

/** One decoding: its bounds, and the points it had to leave out. */
interface Decoding {
  readonly budget: Budget;
  skippedPoints: number;
}

/**
 * Protobuf bytes of an OTLP ExportMetricsServiceRequest as values. Fields and kinds that `types.ts` has no
 * place for are left out (points of such kinds are counted in `skippedPoints`); what is absent has
 * protobuf's default. A resource with several scopes becomes one entry per scope.
 *
 * @throws MalformedOtlpError for bytes that are no such message or ask for too much; in linear time.
 */
export function decodeMetricsRequest(bytes: Uint8Array): MetricsRequest {
  const reader = new WireReader(bytes);
  const decoding: Decoding = { budget: new Budget(), skippedPoints: 0 };
  const resourceMetrics: ResourceMetrics[] = [];
  while (reader.next()) {
    if (reader.field === EXPORT_REQUEST.resourceMetrics && reader.is(WIRE.lengthDelimited)) {
      reader.message(() => readResourceMetrics(reader, decoding, resourceMetrics));
    } else {
      reader.skip();
    }
  }
  return decoding.skippedPoints === 0
    ? { resourceMetrics }
    : { resourceMetrics, skippedPoints: decoding.skippedPoints };
}

function readResourceMetrics(
  reader: WireReader,
  decoding: Decoding,
  into: ResourceMetrics[],
): void {
  // One object for all scopes; filled in whenever the resource comes, even after them.
  const resource: Record<string, AttributeValue> = {};
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) reader.skip();
    else if (reader.field === RESOURCE_METRICS.resource) {
      reader.message(() => readResource(reader, decoding.budget, resource));
    } else if (reader.field === RESOURCE_METRICS.scopeMetrics) {
      decoding.budget.spend(COST.message);
      const entry: ResourceMetrics = { resource, scopeName: '', scopeVersion: '', metrics: [] };
      reader.message(() => readScopeMetrics(reader, decoding, entry));
      into.push(entry);
    } else reader.skip();
  }
}

function readScopeMetrics(reader: WireReader, decoding: Decoding, entry: ResourceMetrics): void {
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) reader.skip();
    else if (reader.field === SCOPE_METRICS.scope) {
      reader.message(() => readScope(reader, entry));
    } else if (reader.field === SCOPE_METRICS.metrics) {
      decoding.budget.spend(COST.message);
      const metric = reader.message(() => readMetric(reader, decoding));
      if (metric !== undefined) entry.metrics.push(metric);
    } else reader.skip();
  }
}

/** What follows the name; `oneof`, so the last one present counts. */
type MetricData = Metric extends infer M
  ? M extends Metric
    ? Omit<M, 'name' | 'unit'>
    : never
  : never;

function readMetric(reader: WireReader, decoding: Decoding): Metric | undefined {
  let name = '';
  let unit = '';
  let data: MetricData | undefined;
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) {
      reader.skip();
      continue;
    }
    switch (reader.field) {
      case METRIC_MESSAGE.name:
        name = reader.string();
        break;
      case METRIC_MESSAGE.unit:
        unit = reader.string();
        break;
      case METRIC_MESSAGE.gauge: {
        const { points } = readData(reader, decoding, readNumberPoint);
        data = { kind: 'gauge', points };
        break;
      }
      case METRIC_MESSAGE.sum:
        data = { kind: 'sum', ...readData(reader, decoding, readNumberPoint) };
        break;
      case METRIC_MESSAGE.histogram: {
        const { points, temporality } = readData(reader, decoding, readExplicitPoint);
        data = { kind: 'histogram', points, temporality };
        break;
      }
      case METRIC_MESSAGE.exponentialHistogram: {
        const { points, temporality } = readData(reader, decoding, readExponentialPoint);
        data = { kind: 'exponentialHistogram', points, temporality };
        break;
      }
      case METRIC_MESSAGE.summary:
        readData(reader, decoding, (point) => {
          while (point.next()) point.skip();
          decoding.skippedPoints++;
          return undefined;
        });
        break;
      default:
        reader.skip();
    }
  }
  return data === undefined ? undefined : ({ name, unit, ...data } as Metric);
}

/** Gauge, Sum, Histogram and ExponentialHistogram share these three fields. */
function readData<P>(
  reader: WireReader,
  decoding: Decoding,
  readPoint: (reader: WireReader, budget: Budget) => P | undefined,
): { points: P[]; temporality: Temporality; monotonic: boolean } {
  const points: P[] = [];
  let temporality: Temporality = 'unspecified';
  let monotonic = false;
  reader.message(() => {
    while (reader.next()) {
      if (reader.field === METRIC_DATA.dataPoints && reader.is(WIRE.lengthDelimited)) {
        decoding.budget.spend(COST.message);
        const point = reader.message(() => readPoint(reader, decoding.budget));
        if (point !== undefined) points.push(point);
      } else if (reader.field === METRIC_DATA.temporality && reader.is(WIRE.varint)) {
        temporality = TEMPORALITIES[reader.varint()] ?? 'unspecified';
      } else if (reader.field === METRIC_DATA.isMonotonic && reader.is(WIRE.varint)) {
        monotonic = reader.varint() !== 0;
      } else {
        reader.skip();
      }
    }
  });
  return { points, temporality, monotonic };
}
