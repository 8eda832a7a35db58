import { MalformedOtlpError } from './errors.js';
import { EXPORT_RESPONSE, OTHER_SIGNAL, PARTIAL_SUCCESS } from './fields.js';
import { checkJsonBounds } from './json-scan.js';
import { listOf, objectOf } from './json-values.js';
import { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';
import { WireWriter } from './wire-writer.js';

/** Signals of OTLP that are counted, answered and forgotten. */
export type OtherSignal = 'traces' | 'logs';

const JSON_NAMES = {
  traces: { resource: 'resourceSpans', scope: 'scopeSpans', item: 'spans' },
  logs: { resource: 'resourceLogs', scope: 'scopeLogs', item: 'logRecords' },
} as const;
const ANSWER_NAMES = { traces: 'rejectedSpans', logs: 'rejectedLogRecords' } as const;
/** Fixed sentences: nothing of the request is ever in an answer. */
const MESSAGES = {
  traces:
    'Of other SDKs Retrace stores metrics only; their spans are counted and dropped. Turn their exporter off.',
  logs: 'Of other SDKs Retrace stores metrics only; their log records are counted and dropped. Turn their exporter off.',
} as const;

/**
 * Spans of an ExportTraceServiceRequest, or log records of an ExportLogsServiceRequest: both are resource → scope →
 * item with the same field numbers. Nothing inside an item is read.
 *
 * @throws MalformedOtlpError for bytes that are no such message; in linear time.
 */
export function countItems(bytes: Uint8Array): number {
  const reader = new WireReader(bytes);
  let items = 0;
  const within = (field: number, read: () => void): void => {
    while (reader.next()) {
      if (reader.field === field && reader.is(WIRE.lengthDelimited)) reader.message(read);
      else reader.skip();
    }
  };
  const readScope = (): void => {
    while (reader.next()) {
      if (reader.field === OTHER_SIGNAL.item && reader.is(WIRE.lengthDelimited)) items++;
      reader.skip();
    }
  };
  within(OTHER_SIGNAL.resource, () => within(OTHER_SIGNAL.scope, readScope));
  return items;
}

/** The same for OTLP/JSON. @throws MalformedOtlpError */
export function countItemsJson(text: string, signal: OtherSignal): number {
  checkJsonBounds(text);
  const names = JSON_NAMES[signal];
  let items = 0;
  for (const resource of listOf(objectOf(parse(text))[names.resource])) {
    for (const scope of listOf(objectOf(resource)[names.scope])) {
      items += listOf(objectOf(scope)[names.item]).length;
    }
  }
  return items;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new MalformedOtlpError('no JSON');
  }
}

/**
 * The answer that takes nothing, as OTLP/HTTP has it ("Partial Success"): a sender must not send again. Trace and log
 * answers have the same field numbers as those of metrics.
 */
export function encodeRefusal(
  signal: OtherSignal,
  items: number,
  kind: 'protobuf' | 'json',
): string | Uint8Array {
  if (items === 0) return kind === 'json' ? '{}' : new Uint8Array();
  const message = MESSAGES[signal];
  if (kind === 'json') {
    const rejected = { [ANSWER_NAMES[signal]]: String(items) };
    return JSON.stringify({ partialSuccess: { ...rejected, errorMessage: message } });
  }
  const writer = new WireWriter();
  writer.message(EXPORT_RESPONSE.partialSuccess, () => {
    writer.unsigned(PARTIAL_SUCCESS.rejectedDataPoints, items);
    writer.string(PARTIAL_SUCCESS.errorMessage, message);
  });
  return writer.finish();
}
