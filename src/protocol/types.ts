/** OTLP metrics and traces as plain values: what encode takes and decode gives. Times in epoch nanoseconds as bigint. */

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface MetricsRequest {
  resourceMetrics: ResourceMetrics[];
  /** Set by decoding only: data points of kinds that have no place here (summaries), when there were any. */
  skippedPoints?: number;
}

export interface ResourceMetrics {
  resource: Attributes;
  scopeName: string;
  scopeVersion: string;
  metrics: Metric[];
}

/** OTLP AggregationTemporality. */
export type Temporality = 'delta' | 'cumulative' | 'unspecified';

export type Metric = {
  name: string;
  unit: string;
} & (
  | { kind: 'exponentialHistogram'; temporality: Temporality; points: ExponentialPoint[] }
  | { kind: 'histogram'; temporality: Temporality; points: ExplicitPoint[] }
  | { kind: 'sum'; temporality: Temporality; monotonic: boolean; points: NumberPoint[] }
  | { kind: 'gauge'; points: NumberPoint[] }
);

export interface PointTimes {
  startTimeUnixNano: bigint;
  timeUnixNano: bigint;
  attributes: Attributes;
}

export interface NumberPoint extends PointTimes {
  /** Doubles and integers both; integers travel as sfixed64 when `integer` is set. */
  value: number;
  integer: boolean;
}

export interface ExponentialPoint extends PointTimes {
  count: number;
  /** Seconds for durations. */
  sum: number;
  scale: number;
  zeroCount: number;
  positiveOffset: number;
  /** Dense counts from `positiveOffset` on. */
  positiveCounts: readonly number[];
  min: number | undefined;
  max: number | undefined;
}

/** Explicit-bucket histogram of a foreign SDK. */
export interface ExplicitPoint extends PointTimes {
  count: number;
  sum: number;
  bounds: readonly number[];
  counts: readonly number[];
  min: number | undefined;
  max: number | undefined;
}

/** OTLP traces, as far as a waterfall needs them. */
export interface TracesRequest {
  resourceSpans: ResourceSpans[];
  /** Set by decoding only: spans of kinds that have no place here, or without proper ids, when there were any. */
  skippedSpans?: number;
}

export interface ResourceSpans {
  resource: Attributes;
  scopeName: string;
  scopeVersion: string;
  spans: Span[];
}

export interface Span {
  /** 16 bytes. */
  traceId: Uint8Array;
  /** 8 bytes. */
  spanId: Uint8Array;
  /** 8 bytes; absent = the root of its trace. */
  parentSpanId?: Uint8Array;
  name: string;
  kind: SpanKind;
  startUnixNano: bigint;
  endUnixNano: bigint;
  attributes: Attributes;
  /** OTLP's status is ERROR. */
  error: boolean;
}

export type SpanKind = 'server' | 'client';

/** Bytes of ids, as OTLP has them. */
export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
