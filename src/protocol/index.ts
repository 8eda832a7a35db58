export * from './delivery.js';
export { decodeMetricsRequestJson } from './decode-json.js';
export { decodeMetricsRequest } from './decode-metrics.js';
export { decodeTracesRequest } from './decode-traces.js';
export { encodeMetricsRequest } from './encode-metrics.js';
export { encodeTracesRequest } from './encode-traces.js';
export { MalformedOtlpError } from './errors.js';
export {
  decodeRejectedDataPoints,
  encodeMetricsResponse,
  encodeMetricsResponseJson,
  type PartialSuccess,
} from './export-response.js';
export { countItems, countItemsJson, encodeRefusal, type OtherSignal } from './other-signals.js';
export { SPAN_ID_BYTES, TRACE_ID_BYTES } from './types.js';
export type * from './types.js';
