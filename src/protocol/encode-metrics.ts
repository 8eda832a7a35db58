import { writeAttributes, writeResource, writeScope } from './encode-attributes.js';
import {
  BUCKETS,
  EXPONENTIAL_POINT,
  EXPORT_REQUEST,
  HISTOGRAM_POINT,
  METRIC_DATA,
  METRIC_MESSAGE,
  NUMBER_POINT,
  RESOURCE_METRICS,
  SCOPE_METRICS,
  TEMPORALITIES,
} from './fields.js';
import type {
  ExplicitPoint,
  ExponentialPoint,
  Metric,
  MetricsRequest,
  NumberPoint,
} from './types.js';
import { WireWriter } from './wire-writer.js';

/**
 * OTLP ExportMetricsServiceRequest as protobuf bytes. Equal values in equal order give equal bytes.
 *
 * @param step called after each point, for a thread that wants to pause in between.
 */
export function encodeMetricsRequest(request: MetricsRequest, step?: () => void): Uint8Array {
  const writer = new WireWriter();
  for (const entry of request.resourceMetrics) {
    writer.message(EXPORT_REQUEST.resourceMetrics, () => {
      writer.message(RESOURCE_METRICS.resource, () => writeResource(writer, entry.resource));
      writer.message(RESOURCE_METRICS.scopeMetrics, () => {
        writer.message(SCOPE_METRICS.scope, () => writeScope(writer, entry));
        for (const metric of entry.metrics) {
          writer.message(SCOPE_METRICS.metrics, () => writeMetric(writer, metric, step));
        }
      });
    });
  }
  return writer.finish();
}

function writeMetric(writer: WireWriter, metric: Metric, step?: () => void): void {
  writer.string(METRIC_MESSAGE.name, metric.name);
  if (metric.unit !== '') writer.string(METRIC_MESSAGE.unit, metric.unit);
  writer.message(METRIC_MESSAGE[metric.kind], () => {
    switch (metric.kind) {
      case 'exponentialHistogram':
        writePoints(writer, metric.points, writeExponentialPoint, step);
        break;
      case 'histogram':
        writePoints(writer, metric.points, writeExplicitPoint, step);
        break;
      case 'sum':
      case 'gauge':
        writePoints(writer, metric.points, writeNumberPoint, step);
        break;
    }
    if (metric.kind === 'gauge') return;
    writer.unsigned(METRIC_DATA.temporality, TEMPORALITIES.indexOf(metric.temporality));
    if (metric.kind === 'sum') writer.bool(METRIC_DATA.isMonotonic, metric.monotonic);
  });
}

function writePoints<P>(
  writer: WireWriter,
  points: readonly P[],
  write: (writer: WireWriter, point: P) => void,
  step?: () => void,
): void {
  for (const point of points) {
    const at = writer.open(METRIC_DATA.dataPoints);
    write(writer, point);
    writer.close(at);
    step?.();
  }
}

function writeNumberPoint(writer: WireWriter, point: NumberPoint): void {
  writer.bigFixed64(NUMBER_POINT.startTime, point.startTimeUnixNano);
  writer.bigFixed64(NUMBER_POINT.time, point.timeUnixNano);
  if (point.integer && Number.isInteger(point.value)) {
    writer.bigFixed64(NUMBER_POINT.asInt, BigInt(point.value));
  } else {
    writer.double(NUMBER_POINT.asDouble, point.value);
  }
  writeAttributes(writer, NUMBER_POINT.attributes, point.attributes);
}

function writeExponentialPoint(writer: WireWriter, point: ExponentialPoint): void {
  writeAttributes(writer, EXPONENTIAL_POINT.attributes, point.attributes);
  writer.bigFixed64(EXPONENTIAL_POINT.startTime, point.startTimeUnixNano);
  writer.bigFixed64(EXPONENTIAL_POINT.time, point.timeUnixNano);
  writer.fixed64(EXPONENTIAL_POINT.count, point.count);
  writer.double(EXPONENTIAL_POINT.sum, point.sum);
  writer.zigzag32(EXPONENTIAL_POINT.scale, point.scale);
  writer.fixed64(EXPONENTIAL_POINT.zeroCount, point.zeroCount);
  const bucketsAt = writer.open(EXPONENTIAL_POINT.positive);
  writer.zigzag32(BUCKETS.offset, point.positiveOffset);
  writer.packedVarints(BUCKETS.counts, point.positiveCounts);
  writer.close(bucketsAt);
  if (point.min !== undefined) writer.double(EXPONENTIAL_POINT.min, point.min);
  if (point.max !== undefined) writer.double(EXPONENTIAL_POINT.max, point.max);
}

function writeExplicitPoint(writer: WireWriter, point: ExplicitPoint): void {
  writer.bigFixed64(HISTOGRAM_POINT.startTime, point.startTimeUnixNano);
  writer.bigFixed64(HISTOGRAM_POINT.time, point.timeUnixNano);
  writer.fixed64(HISTOGRAM_POINT.count, point.count);
  writer.double(HISTOGRAM_POINT.sum, point.sum);
  writer.packedFixed64(HISTOGRAM_POINT.bucketCounts, point.counts);
  writer.packedDoubles(HISTOGRAM_POINT.explicitBounds, point.bounds);
  writeAttributes(writer, HISTOGRAM_POINT.attributes, point.attributes);
  if (point.min !== undefined) writer.double(HISTOGRAM_POINT.min, point.min);
  if (point.max !== undefined) writer.double(HISTOGRAM_POINT.max, point.max);
}
