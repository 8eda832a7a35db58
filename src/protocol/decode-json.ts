import { MalformedOtlpError } from './errors.js';
import { FLAG_NO_RECORDED_VALUE, TEMPORALITIES } from './fields.js';
import {
  countOf,
  listOf,
  nanosOf,
  numberOf,
  objectOf,
  optionalNumberOf,
  textOf,
  type JsonObject,
} from './json-values.js';
import { checkJsonBounds } from './json-scan.js';
import type {
  AttributeValue,
  ExplicitPoint,
  ExponentialPoint,
  Metric,
  MetricsRequest,
  NumberPoint,
  PointTimes,
  ResourceMetrics,
  Temporality,
} from './types.js';

/**
 * OTLP/JSON text of an ExportMetricsServiceRequest as values; leaves out and counts what
 * `decodeMetricsRequest` does. Source: OTLP specification, "JSON Protobuf Encoding": lowerCamelCase names,
 * 64-bit integers as strings or numbers, enums as numbers, unknown names ignored.
 *
 * @throws MalformedOtlpError for text that is no such message or asks for too much.
 */
export function decodeMetricsRequestJson(text: string): MetricsRequest {
  checkJsonBounds(text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new MalformedOtlpError('no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) throw new MalformedOtlpError('no object');
  const resourceMetrics: ResourceMetrics[] = [];
  let skippedPoints = 0;
  for (const item of listOf(objectOf(parsed).resourceMetrics)) {
    const entry = objectOf(item);
    const resource = readAttributes(objectOf(entry.resource).attributes);
    for (const scopeItem of listOf(entry.scopeMetrics)) {
      const scopeMetrics = objectOf(scopeItem);
      const scope = objectOf(scopeMetrics.scope);
      const metrics: Metric[] = [];
      for (const metricItem of listOf(scopeMetrics.metrics)) {
        const fields = objectOf(metricItem);
        const metric = readMetric(fields);
        if (metric !== undefined) metrics.push(metric);
        else skippedPoints += listOf(objectOf(fields.summary).dataPoints).length;
      }
      resourceMetrics.push({
        resource,
        scopeName: textOf(scope.name),
        scopeVersion: textOf(scope.version),
        metrics,
      });
    }
  }
  return skippedPoints === 0 ? { resourceMetrics } : { resourceMetrics, skippedPoints };
}

function readMetric(fields: JsonObject): Metric | undefined {
  const named = { name: textOf(fields.name), unit: textOf(fields.unit) };
  if (fields.gauge !== undefined) {
    return { ...named, kind: 'gauge', points: pointsOf(fields.gauge, readNumberPoint) };
  }
  if (fields.sum !== undefined) {
    return {
      ...named,
      kind: 'sum',
      temporality: temporalityOf(fields.sum),
      monotonic: objectOf(fields.sum).isMonotonic === true,
      points: pointsOf(fields.sum, readNumberPoint),
    };
  }
  if (fields.histogram !== undefined) {
    return {
      ...named,
      kind: 'histogram',
      temporality: temporalityOf(fields.histogram),
      points: pointsOf(fields.histogram, readExplicitPoint),
    };
  }
  if (fields.exponentialHistogram !== undefined) {
    return {
      ...named,
      kind: 'exponentialHistogram',
      temporality: temporalityOf(fields.exponentialHistogram),
      points: pointsOf(fields.exponentialHistogram, readExponentialPoint),
    };
  }
  return undefined;
}

function pointsOf<P>(data: unknown, read: (point: JsonObject) => P | undefined): P[] {
  const points: P[] = [];
  for (const item of listOf(objectOf(data).dataPoints)) {
    const fields = objectOf(item);
    if (numberOf(fields.flags) % 2 === FLAG_NO_RECORDED_VALUE) continue;
    const point = read(fields);
    if (point !== undefined) points.push(point);
  }
  return points;
}

function temporalityOf(data: unknown): Temporality {
  const value = objectOf(data).aggregationTemporality;
  // Numbers are the rule; some senders write the enum's name.
  const name = typeof value === 'string' ? /^AGGREGATION_TEMPORALITY_(\w+)$/.exec(value)?.[1] : '';
  const index =
    typeof value === 'number' ? value : TEMPORALITIES.findIndex((t) => t.toUpperCase() === name);
  return TEMPORALITIES[index] ?? 'unspecified';
}

function readNumberPoint(fields: JsonObject): NumberPoint | undefined {
  const asInt = optionalNumberOf(fields.asInt);
  const value = asInt ?? optionalNumberOf(fields.asDouble);
  if (value === undefined) return undefined;
  return { ...readTimes(fields), value, integer: asInt !== undefined };
}

function readExplicitPoint(fields: JsonObject): ExplicitPoint {
  return {
    ...readTimes(fields),
    count: countOf(fields.count),
    sum: numberOf(fields.sum),
    bounds: listOf(fields.explicitBounds).map(numberOf),
    counts: listOf(fields.bucketCounts).map(countOf),
    min: optionalNumberOf(fields.min),
    max: optionalNumberOf(fields.max),
  };
}

function readExponentialPoint(fields: JsonObject): ExponentialPoint {
  const positive = objectOf(fields.positive);
  return {
    ...readTimes(fields),
    count: countOf(fields.count),
    sum: numberOf(fields.sum),
    scale: Math.trunc(numberOf(fields.scale)) | 0,
    zeroCount: countOf(fields.zeroCount),
    positiveOffset: Math.trunc(numberOf(positive.offset)) | 0,
    positiveCounts: listOf(positive.bucketCounts).map(countOf),
    min: optionalNumberOf(fields.min),
    max: optionalNumberOf(fields.max),
  };
}

function readTimes(fields: JsonObject): PointTimes {
  return {
    startTimeUnixNano: nanosOf(fields.startTimeUnixNano),
    timeUnixNano: nanosOf(fields.timeUnixNano),
    attributes: readAttributes(fields.attributes),
  };
}

function readAttributes(list: unknown): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const item of listOf(list)) {
    const { key, value } = objectOf(item);
    const read = readValue(objectOf(value));
    // Assigning to `__proto__` would set the prototype instead; nothing sensible is called that.
    if (read !== undefined && key !== '__proto__') attributes[textOf(key)] = read;
  }
  return attributes;
}

function readValue(value: JsonObject): AttributeValue | undefined {
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (typeof value.boolValue === 'boolean') return value.boolValue;
  return optionalNumberOf(value.intValue) ?? optionalNumberOf(value.doubleValue);
}
