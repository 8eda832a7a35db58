/**
 * Field numbers of OTLP metrics and traces, and nowhere else.
 * Source: opentelemetry-proto 1.x, `collector/metrics/v1/metrics_service.proto`, `metrics/v1/metrics.proto`,
 * `collector/trace/v1/trace_service.proto`, `trace/v1/trace.proto`, `common/v1/common.proto`,
 * `resource/v1/resource.proto`. Numbers of stable messages never change.
 */
export const EXPORT_REQUEST = { resourceMetrics: 1 } as const;
export const EXPORT_RESPONSE = { partialSuccess: 1 } as const;
export const PARTIAL_SUCCESS = { rejectedDataPoints: 1, errorMessage: 2 } as const;

/** ExportTraceServiceRequest and ExportLogsServiceRequest, resource → scope → span or log record. */
export const OTHER_SIGNAL = { resource: 1, scope: 2, item: 2 } as const;

export const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2 } as const;
export const RESOURCE_MESSAGE = { attributes: 1 } as const;
export const SCOPE_METRICS = { scope: 1, metrics: 2 } as const;
export const SCOPE = { name: 1, version: 2 } as const;

/** ExportTraceServiceRequest down to its spans. */
export const TRACES_REQUEST = { resourceSpans: 1 } as const;
export const RESOURCE_SPANS = { resource: 1, scopeSpans: 2 } as const;
export const SCOPE_SPANS = { scope: 1, spans: 2 } as const;
export const SPAN = {
  traceId: 1,
  spanId: 2,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTime: 7,
  endTime: 8,
  attributes: 9,
  status: 15,
} as const;
export const SPAN_STATUS = { code: 3 } as const;
/** SpanKind and StatusCode, as far as they are told apart here. */
export const SPAN_KIND = { server: 2, client: 3 } as const;
export const STATUS_CODE_ERROR = 2;

export const METRIC_MESSAGE = {
  name: 1,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;

/** Shared by Gauge, Sum, Histogram, ExponentialHistogram and Summary. */
export const METRIC_DATA = { dataPoints: 1, temporality: 2, isMonotonic: 3 } as const;

export const NUMBER_POINT = {
  startTime: 2,
  time: 3,
  asDouble: 4,
  asInt: 6,
  attributes: 7,
  flags: 8,
} as const;

export const HISTOGRAM_POINT = {
  startTime: 2,
  time: 3,
  count: 4,
  sum: 5,
  bucketCounts: 6,
  explicitBounds: 7,
  attributes: 9,
  flags: 10,
  min: 11,
  max: 12,
} as const;

export const EXPONENTIAL_POINT = {
  attributes: 1,
  startTime: 2,
  time: 3,
  count: 4,
  sum: 5,
  scale: 6,
  zeroCount: 7,
  positive: 8,
  flags: 10,
  min: 12,
  max: 13,
} as const;

export const BUCKETS = { offset: 1, counts: 2 } as const;

export const KEY_VALUE = { key: 1, value: 2 } as const;
/** Arrays, maps and bytes (5, 6, 7) have no place in `AttributeValue`: such an attribute is left out. */
export const ANY_VALUE = { string: 1, bool: 2, int: 3, double: 4 } as const;

/** AggregationTemporality, by its number. */
export const TEMPORALITIES = ['unspecified', 'delta', 'cumulative'] as const;

/** DataPointFlags: the point marks a gap and carries no value. */
export const FLAG_NO_RECORDED_VALUE = 1;
