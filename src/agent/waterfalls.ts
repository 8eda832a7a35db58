import { ERROR_CODE } from '../protocol/delivery.js';
import {
  countItems,
  countItemsJson,
  decodeTracesRequest,
  MalformedOtlpError,
  type OtherSignal,
  type TracesRequest,
} from '../protocol/index.js';
import { cleanTracesRequest, type Origin } from '../signature/outgoing.js';
import { hostAttributes } from './prepare.js';
import type { BodyKind } from './receiver/receiver.js';
import { Refusal } from './receiver/refusal.js';

/** A request with spans, told apart into ours and those of other SDKs. */
export interface ArrivedSpans {
  /** Waterfalls of our runtimes, cleaned, with the host's attributes. */
  request: TracesRequest;
  waterfalls: number;
  /** Spans that are nobody's waterfall. */
  refusedSpans: number;
}

/**
 * What of a request with spans is stored: those of our runtimes' scope, cleaned as everything is. On a socket anybody
 * can claim to be our runtime; what has passed is harmless whoever it comes from.
 * @param origin `foreign` where no runtime of ours sends.
 * @throws Refusal when the body is not OTLP.
 */
export function readSpans(body: Buffer, kind: BodyKind, origin?: Origin): ArrivedSpans {
  const items = countSignal(body, kind, 'traces');
  const ours = kind === 'protobuf' && origin !== 'foreign' ? cleanedSpans(body) : [];
  const host = hostAttributes();
  const resourceSpans = ours.map((group) => ({
    ...group,
    resource: { ...host, ...group.resource },
  }));
  let spans = 0;
  let waterfalls = 0;
  for (const group of ours) {
    spans += group.spans.length;
    for (const { parentSpanId } of group.spans) if (parentSpanId === undefined) waterfalls += 1;
  }
  return { request: { resourceSpans }, waterfalls, refusedSpans: items - spans };
}

/** Ours never fail to decode; spans of others are counted without a look inside. */
function cleanedSpans(body: Buffer): TracesRequest['resourceSpans'] {
  try {
    return cleanTracesRequest(decodeTracesRequest(body)).resourceSpans;
  } catch (error) {
    if (error instanceof MalformedOtlpError) return [];
    throw error;
  }
}

/**
 * How many spans or log records there are.
 * @throws Refusal without a word of the body.
 */
export function countSignal(body: Buffer, kind: BodyKind, signal: OtherSignal): number {
  try {
    return kind === 'json' ? countItemsJson(body.toString('utf8'), signal) : countItems(body);
  } catch {
    throw new Refusal(400, ERROR_CODE.malformedBody, `the body is not OTLP ${signal}`);
  }
}
