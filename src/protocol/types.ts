/** OTLP metrics as plain values: what encode takes and decode gives. Times in epoch nanoseconds as bigint. */

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
