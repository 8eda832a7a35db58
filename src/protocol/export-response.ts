import { EXPORT_RESPONSE, PARTIAL_SUCCESS } from './fields.js';
import { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';
import { WireWriter } from './wire-writer.js';

/** OTLP ExportMetricsPartialSuccess. */
export interface PartialSuccess {
  rejectedDataPoints: number;
  /** A fixed sentence; never anything from the request. */
  errorMessage: string;
}

/** OTLP ExportMetricsServiceResponse: no bytes at all when everything was accepted. */
export function encodeMetricsResponse(partial?: PartialSuccess): Uint8Array {
  const writer = new WireWriter();
  if (partial !== undefined) {
    writer.message(EXPORT_RESPONSE.partialSuccess, () => {
      writer.unsigned(PARTIAL_SUCCESS.rejectedDataPoints, partial.rejectedDataPoints);
      writer.string(PARTIAL_SUCCESS.errorMessage, partial.errorMessage);
    });
  }
  return writer.finish();
}

/** The same answer for a request that came as OTLP/JSON. */
export function encodeMetricsResponseJson(partial?: PartialSuccess): string {
  if (partial === undefined) return '{}';
  const { rejectedDataPoints, errorMessage } = partial;
  // Protobuf's JSON mapping writes 64-bit integers as strings.
  return JSON.stringify({
    partialSuccess: { rejectedDataPoints: String(rejectedDataPoints), errorMessage },
  });
}

/**
 * Data points a receiver says it refused; 0 when it took everything.
 * @throws MalformedOtlpError for bytes that are no such message.
 */
export function decodeRejectedDataPoints(bytes: Uint8Array): number {
  const reader = new WireReader(bytes);
  let rejected = 0;
  while (reader.next()) {
    if (reader.field === EXPORT_RESPONSE.partialSuccess && reader.is(WIRE.lengthDelimited)) {
      reader.message(() => {
        while (reader.next()) {
          if (reader.field === PARTIAL_SUCCESS.rejectedDataPoints && reader.is(WIRE.varint)) {
            rejected = Math.max(0, reader.signed64());
          } else {
            reader.skip();
          }
        }
      });
    } else {
      reader.skip();
    }
  }
  return rejected;
}
