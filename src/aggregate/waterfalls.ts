import { randomFillSync } from 'node:crypto';
import { ATTR, SDK_NAME } from '../core/semconv.js';
import {
  type Attributes,
  type Span,
  SPAN_ID_BYTES,
  TRACE_ID_BYTES,
  type TracesRequest,
} from '../protocol/types.js';
import { RECORD_KIND, type RecordKind } from '../ring/layout.js';
import { cleanAttribute, waterfallSpanName } from '../signature/outgoing.js';
import { type Account, emptyAccount } from './account.js';
import type { Aggregator } from './aggregator.js';
import { seriesAttributes } from './attributes.js';
import type { Dictionary } from './dictionary.js';
import { CHILD_STRIDE } from './request-tracker.js';
import type { Picked, WaterfallPicker } from './waterfall-picker.js';
import { attributeBytes, PART_BYTES } from './window.js';

/** One message and what it states. */
export interface WaterfallPart {
  readonly request: TracesRequest;
  readonly account: Account;
}

export interface WaterfallInput {
  readonly picker: WaterfallPicker;
  /** With the series of this window still in it. */
  readonly aggregator: Aggregator;
  readonly dictionary: Dictionary;
  readonly resource: Attributes;
  readonly sdkVersion: string;
  /** The same moment by both clocks. */
  readonly nowUnixNano: bigint;
  readonly nowUs: number;
}

/**
 * Bounds on the memory that waterfalls take until they are delivered. Usual ones are far below: a request of five
 * queries has 3 KB. Past the first the shortest children are left out, past the second the fastest requests.
 */
const WATERFALL_BYTES = 256 * 1024;
const WINDOW_BYTES = 1024 * 1024;
/** Rough bytes of a span besides its attributes: ids, times, tags. */
const SPAN_BYTES = 70;

/** Turns what was picked in this window into OTLP messages of bounded size. */
export function buildWaterfalls(input: WaterfallInput): WaterfallPart[] {
  const { picker, resource, sdkVersion, nowUnixNano } = input;
  const picked = picker.take(Number(nowUnixNano / 1_000_000n));
  if (picked.length === 0) return [];
  const builder = new SpanBuilder(input);
  const parts: WaterfallPart[] = [];
  let spans: Span[] = [];
  let waterfalls = 0;
  let bytes = 0;
  let partBytes = 0;
  const finishPart = (): void => {
    if (waterfalls === 0) return;
    const account = emptyAccount();
    account.carried.waterfall = waterfalls;
    const scope = { scopeName: SDK_NAME, scopeVersion: sdkVersion };
    parts.push({ request: { resourceSpans: [{ resource, ...scope, spans }] }, account });
    spans = [];
    waterfalls = 0;
    partBytes = 0;
  };
  for (const one of picked) {
    const waterfall = builder.build(one);
    bytes += waterfall.bytes;
    if (bytes > WINDOW_BYTES) break;
    if (partBytes + waterfall.bytes > PART_BYTES) finishPart();
    partBytes += waterfall.bytes;
    spans.push(...waterfall.spans);
    waterfalls++;
    picker.sent(one);
  }
  finishPart();
  return parts;
}

class SpanBuilder {
  constructor(private readonly input: WaterfallInput) {}

  build(picked: Picked): { spans: Span[]; bytes: number } {
    const { endpointId, status, errorId, startUs, durationUs } = picked;
    const endpoint = this.#attributes(RECORD_KIND.request, endpointId, 0, 0, status, errorId);
    let bytes = 2 * SPAN_BYTES + attributeBytes(endpoint);
    const children: { at: number; attributes: Attributes }[] = [];
    for (const at of longestFirst(picked.children)) {
      const attributes = this.#childAttributes(picked, at);
      bytes += SPAN_BYTES + attributeBytes(attributes);
      if (bytes > WATERFALL_BYTES) break;
      children.push({ at, attributes });
    }
    const numbers = picked.children;
    children.sort((a, b) => (numbers[a.at] as number) - (numbers[b.at] as number));

    const omitted = picked.omitted + numbers.length / CHILD_STRIDE - children.length;
    const omittedName = ATTR.retraceWaterfallOmitted;
    const attributes = { ...endpoint, [omittedName]: cleanAttribute(omittedName, omitted) ?? 0 };
    // Random, and connected with nothing: no id of the app's own traces is known here.
    const ids = randomFillSync(
      new Uint8Array(TRACE_ID_BYTES + SPAN_ID_BYTES * (children.length + 1)),
    );
    const traceId = ids.subarray(0, TRACE_ID_BYTES);
    const spanId = (index: number): Uint8Array => {
      const from = TRACE_ID_BYTES + index * SPAN_ID_BYTES;
      return ids.subarray(from, from + SPAN_ID_BYTES);
    };
    const root: Span = {
      traceId,
      spanId: spanId(0),
      kind: 'server',
      ...this.#times(startUs, durationUs),
      name: waterfallSpanName(attributes),
      attributes,
      error: errorId !== 0,
    };
    const spans = children.map((child, index): Span => ({
      traceId,
      spanId: spanId(index + 1),
      parentSpanId: root.spanId,
      kind: 'client',
      ...this.#times(numbers[child.at] as number, numbers[child.at + 1] as number),
      name: waterfallSpanName(child.attributes),
      attributes: child.attributes,
      error: numbers[child.at + 5] !== 0,
    }));
    return { spans: [root, ...spans], bytes };
  }

  #times(startUs: number, durationUs: number): Pick<Span, 'startUnixNano' | 'endUnixNano'> {
    const { nowUnixNano, nowUs } = this.input;
    // By the wall clock of now: the monotonic one drifts from it over weeks of uptime.
    const startUnixNano = nowUnixNano - BigInt(Math.round((nowUs - startUs) * 1000));
    return { startUnixNano, endUnixNano: startUnixNano + BigInt(Math.round(durationUs)) * 1000n };
  }

  #childAttributes({ endpointId, children }: Picked, at: number): Attributes {
    const kindAndStatus = children[at + 2] as number;
    return this.#attributes(
      (kindAndStatus & 0xffff) as RecordKind,
      endpointId,
      children[at + 3] as number,
      children[at + 4] as number,
      kindAndStatus >>> 16,
      children[at + 5] as number,
    );
  }

  /** The very attributes of the series in which the operation is counted; they were built for the window. */
  #attributes(
    kind: RecordKind,
    endpointId: number,
    signatureId: number,
    sourceId: number,
    status: number,
    errorId: number,
  ): Attributes {
    const { aggregator, dictionary } = this.input;
    const series = aggregator.find(kind, endpointId, signatureId, sourceId, status, errorId);
    return (series.attributes ??= seriesAttributes(series, dictionary));
  }
}

function longestFirst(children: readonly number[]): number[] {
  const starts = Array.from({ length: children.length / CHILD_STRIDE }, (_, i) => i * CHILD_STRIDE);
  return starts.sort((a, b) => (children[b + 1] as number) - (children[a + 1] as number));
}
