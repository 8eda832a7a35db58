import { Budget, COST } from './budget.js';
import { addAttribute, readAttribute, readResource, readScope } from './decode-attributes.js';
import {
  RESOURCE_SPANS,
  SCOPE_SPANS,
  SPAN,
  SPAN_KIND,
  SPAN_STATUS,
  STATUS_CODE_ERROR,
  TRACES_REQUEST,
} from './fields.js';
import {
  type AttributeValue,
  type ResourceSpans,
  type Span,
  SPAN_ID_BYTES,
  type SpanKind,
  TRACE_ID_BYTES,
  type TracesRequest,
} from './types.js';
import { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';

interface Decoding {
  readonly budget: Budget;
  skippedSpans: number;
}

const KINDS: ReadonlyMap<number, SpanKind> = new Map([
  [SPAN_KIND.server, 'server'],
  [SPAN_KIND.client, 'client'],
]);

/**
 * Protobuf bytes of an OTLP ExportTraceServiceRequest as values. Events, links and what else `types.ts` has no place
 * for is left out; spans of other kinds or with ids of another length are counted in `skippedSpans`. A resource with
 * several scopes becomes one entry per scope.
 *
 * @throws MalformedOtlpError for bytes that are no such message or ask for too much; in linear time.
 */
export function decodeTracesRequest(bytes: Uint8Array): TracesRequest {
  const reader = new WireReader(bytes);
  const decoding: Decoding = { budget: new Budget(), skippedSpans: 0 };
  const resourceSpans: ResourceSpans[] = [];
  while (reader.next()) {
    if (reader.field === TRACES_REQUEST.resourceSpans && reader.is(WIRE.lengthDelimited)) {
      reader.message(() => readResourceSpans(reader, decoding, resourceSpans));
    } else {
      reader.skip();
    }
  }
  const { skippedSpans } = decoding;
  return skippedSpans === 0 ? { resourceSpans } : { resourceSpans, skippedSpans };
}

function readResourceSpans(reader: WireReader, decoding: Decoding, into: ResourceSpans[]): void {
  // One object for all scopes; filled in whenever the resource comes, even after them.
  const resource: Record<string, AttributeValue> = {};
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) reader.skip();
    else if (reader.field === RESOURCE_SPANS.resource) {
      reader.message(() => readResource(reader, decoding.budget, resource));
    } else if (reader.field === RESOURCE_SPANS.scopeSpans) {
      decoding.budget.spend(COST.message);
      const entry: ResourceSpans = { resource, scopeName: '', scopeVersion: '', spans: [] };
      reader.message(() => readScopeSpans(reader, decoding, entry));
      into.push(entry);
    } else reader.skip();
  }
}

function readScopeSpans(reader: WireReader, decoding: Decoding, entry: ResourceSpans): void {
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) reader.skip();
    else if (reader.field === SCOPE_SPANS.scope) {
      reader.message(() => readScope(reader, entry));
    } else if (reader.field === SCOPE_SPANS.spans) {
      decoding.budget.spend(COST.message);
      const span = reader.message(() => readSpan(reader, decoding.budget));
      if (span === undefined) decoding.skippedSpans++;
      else entry.spans.push(span);
    } else reader.skip();
  }
}

const NO_BYTES = new Uint8Array();

function readSpan(reader: WireReader, budget: Budget): Span | undefined {
  const attributes: Record<string, AttributeValue> = {};
  let traceId = NO_BYTES;
  let spanId = NO_BYTES;
  let parentSpanId = NO_BYTES;
  let name = '';
  let kind: SpanKind | undefined;
  let startUnixNano = 0n;
  let endUnixNano = 0n;
  let error = false;
  while (reader.next()) {
    const { field } = reader;
    if (reader.is(WIRE.lengthDelimited)) {
      if (field === SPAN.traceId) traceId = reader.fixedBytes(TRACE_ID_BYTES);
      else if (field === SPAN.spanId) spanId = reader.fixedBytes(SPAN_ID_BYTES);
      else if (field === SPAN.parentSpanId) parentSpanId = reader.fixedBytes(SPAN_ID_BYTES);
      else if (field === SPAN.name) name = reader.string();
      else if (field === SPAN.attributes) addAttribute(attributes, readAttribute(reader, budget));
      else if (field === SPAN.status) error = reader.message(readIsError);
      else reader.skip();
    } else if (field === SPAN.kind && reader.is(WIRE.varint)) kind = KINDS.get(reader.varint());
    else if (field === SPAN.startTime && reader.is(WIRE.fixed64)) {
      startUnixNano = reader.bigFixed64();
    } else if (field === SPAN.endTime && reader.is(WIRE.fixed64)) {
      endUnixNano = reader.bigFixed64();
    } else reader.skip();
  }
  if (kind === undefined) return undefined;
  if (traceId.length !== TRACE_ID_BYTES || spanId.length !== SPAN_ID_BYTES) return undefined;
  const span = { traceId, spanId, name, kind, startUnixNano, endUnixNano, attributes, error };
  return parentSpanId.length === SPAN_ID_BYTES ? { ...span, parentSpanId } : span;
}

function readIsError(reader: WireReader): boolean {
  let code = 0;
  while (reader.next()) {
    if (reader.field === SPAN_STATUS.code && reader.is(WIRE.varint)) code = reader.varint();
    else reader.skip();
  }
  return code === STATUS_CODE_ERROR;
}
