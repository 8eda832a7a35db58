import { gunzipSync } from 'node:zlib';
import { ATTR, KIND, METRIC } from '../../core/semconv.js';
import {
  decodeMetricsRequest,
  decodeTracesRequest,
  MAX_BODY_BYTES,
  type Signal,
} from '../../protocol/index.js';
import type { Attributes } from '../../protocol/types.js';

/** Distinct values remembered per field; past it only their points are counted. */
const MAX_VALUES = 1000;

export interface FieldTally {
  /** How often the field was stated. */
  stated: number;
  /** Value → how often. */
  values: Record<string, number>;
  /** Statements of values past the bound. */
  further: number;
}

export interface MetricTally {
  unit: string;
  kind: string;
  points: number;
}

/** All that is in a set of outgoing batches, field by field. */
export interface Tally {
  batches: number;
  /** As posted, gzip. */
  bytes: number;
  unpackedBytes: number;
  resource: Record<string, FieldTally>;
  scopes: Record<string, number>;
  metrics: Record<string, MetricTally>;
  attributes: Record<string, FieldTally>;
  /** Slow requests call by call: their spans, field by field. Ids and times are only counted: each is a new one. */
  waterfalls: { requests: number; spans: number; fields: Record<string, FieldTally> };
  /** Operations stated as lost, by reason. */
  dropped: Record<string, number>;
  /** … and slow requests that were to be shown. */
  droppedWaterfalls: Record<string, number>;
}

export function emptyTally(): Tally {
  return {
    batches: 0,
    bytes: 0,
    unpackedBytes: 0,
    resource: {},
    scopes: {},
    metrics: {},
    attributes: {},
    waterfalls: { requests: 0, spans: 0, fields: {} },
    dropped: {},
    droppedWaterfalls: {},
  };
}

/** Decodes one payload as a receiver would and adds everything that is in it. */
export function addPayload(tally: Tally, payload: Buffer, signal: Signal = 'metrics'): void {
  const bytes = gunzipSync(payload, { maxOutputLength: MAX_BODY_BYTES });
  tally.batches += 1;
  tally.bytes += payload.length;
  tally.unpackedBytes += bytes.length;
  if (signal === 'traces') addSpans(tally, bytes);
  else addMetrics(tally, bytes);
}

function addMetrics(tally: Tally, bytes: Buffer): void {
  for (const group of decodeMetricsRequest(bytes).resourceMetrics) {
    addSender(tally, group);
    for (const { name, unit, kind, points } of group.metrics) {
      const known = (tally.metrics[name] ??= { unit, kind, points: 0 });
      known.points += points.length;
      for (const point of points) {
        addFields(tally.attributes, point.attributes);
        if (name !== METRIC.dropped || !('value' in point)) continue;
        const ofWaterfalls = point.attributes[ATTR.retraceKind] === KIND.waterfall;
        const lost = ofWaterfalls ? tally.droppedWaterfalls : tally.dropped;
        const reason = String(point.attributes[ATTR.retraceReason] ?? '');
        lost[reason] = (lost[reason] ?? 0) + point.value;
      }
    }
  }
}

function addSpans(tally: Tally, bytes: Buffer): void {
  const { waterfalls } = tally;
  for (const group of decodeTracesRequest(bytes).resourceSpans) {
    addSender(tally, group);
    for (const { parentSpanId, name, kind, error, attributes } of group.spans) {
      waterfalls.spans += 1;
      if (parentSpanId === undefined) waterfalls.requests += 1;
      const status = error ? 'error' : 'unset';
      addFields(waterfalls.fields, { 'span name': name, 'span kind': kind, 'span status': status });
      addFields(waterfalls.fields, attributes);
    }
  }
}

function addSender(
  tally: Tally,
  group: { resource: Attributes; scopeName: string; scopeVersion: string },
): void {
  addFields(tally.resource, group.resource);
  const scope = `${group.scopeName} ${group.scopeVersion}`.trim();
  tally.scopes[scope] = (tally.scopes[scope] ?? 0) + 1;
}

function addFields(fields: Record<string, FieldTally>, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const field = (fields[name] ??= { stated: 0, values: {}, further: 0 });
    field.stated += 1;
    const text = String(value);
    if (Object.hasOwn(field.values, text)) field.values[text] = (field.values[text] ?? 0) + 1;
    else if (Object.keys(field.values).length < MAX_VALUES) field.values[text] = 1;
    else field.further += 1;
  }
}
