import { gunzipSync } from 'node:zlib';
import { ATTR, METRIC } from '../../core/semconv.js';
import { decodeMetricsRequest, MAX_BODY_BYTES } from '../../protocol/index.js';
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
  /** Operations stated as lost, by reason. */
  dropped: Record<string, number>;
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
    dropped: {},
  };
}

/** Decodes one payload as a receiver would and adds everything that is in it. */
export function addPayload(tally: Tally, payload: Buffer): void {
  const bytes = gunzipSync(payload, { maxOutputLength: MAX_BODY_BYTES });
  tally.batches += 1;
  tally.bytes += payload.length;
  tally.unpackedBytes += bytes.length;
  for (const { resource, scopeName, scopeVersion, metrics } of decodeMetricsRequest(bytes)
    .resourceMetrics) {
    addFields(tally.resource, resource);
    const scope = `${scopeName} ${scopeVersion}`.trim();
    tally.scopes[scope] = (tally.scopes[scope] ?? 0) + 1;
    for (const { name, unit, kind, points } of metrics) {
      const known = (tally.metrics[name] ??= { unit, kind, points: 0 });
      known.points += points.length;
      for (const point of points) {
        addFields(tally.attributes, point.attributes);
        if (name !== METRIC.dropped || !('value' in point)) continue;
        const reason = String(point.attributes[ATTR.retraceReason] ?? '');
        tally.dropped[reason] = (tally.dropped[reason] ?? 0) + point.value;
      }
    }
  }
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
