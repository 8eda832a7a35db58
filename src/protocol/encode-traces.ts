import { writeAttributes, writeResource, writeScope } from './encode-attributes.js';
import {
  RESOURCE_SPANS,
  SCOPE_SPANS,
  SPAN,
  SPAN_KIND,
  SPAN_STATUS,
  STATUS_CODE_ERROR,
  TRACES_REQUEST,
} from './fields.js';
import type { Span, TracesRequest } from './types.js';
import { WireWriter } from './wire-writer.js';

/** OTLP ExportTraceServiceRequest as protobuf bytes. Equal values in equal order give equal bytes. */
export function encodeTracesRequest(request: TracesRequest): Uint8Array {
  const writer = new WireWriter();
  for (const entry of request.resourceSpans) {
    writer.message(TRACES_REQUEST.resourceSpans, () => {
      writer.message(RESOURCE_SPANS.resource, () => writeResource(writer, entry.resource));
      writer.message(RESOURCE_SPANS.scopeSpans, () => {
        writer.message(SCOPE_SPANS.scope, () => writeScope(writer, entry));
        for (const span of entry.spans) {
          writer.message(SCOPE_SPANS.spans, () => writeSpan(writer, span));
        }
      });
    });
  }
  return writer.finish();
}

function writeSpan(writer: WireWriter, span: Span): void {
  writer.bytes(SPAN.traceId, span.traceId);
  writer.bytes(SPAN.spanId, span.spanId);
  if (span.parentSpanId !== undefined) writer.bytes(SPAN.parentSpanId, span.parentSpanId);
  writer.string(SPAN.name, span.name);
  writer.unsigned(SPAN.kind, SPAN_KIND[span.kind]);
  writer.bigFixed64(SPAN.startTime, span.startUnixNano);
  writer.bigFixed64(SPAN.endTime, span.endUnixNano);
  writeAttributes(writer, SPAN.attributes, span.attributes);
  if (span.error) {
    writer.message(SPAN.status, () => writer.unsigned(SPAN_STATUS.code, STATUS_CODE_ERROR));
  }
}
