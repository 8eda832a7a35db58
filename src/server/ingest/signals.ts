import { DROP_REASON } from '../../core/semconv.js';
import {
  countItemsJson,
  decodeMetricsRequest,
  decodeMetricsRequestJson,
  decodeTracesRequest,
  encodeMetricsResponse,
  encodeMetricsResponseJson,
  encodeRefusal,
  METRICS_PATH,
  TRACES_PATH,
} from '../../protocol/index.js';
import type { Attributes, AttributeValue, TracesRequest } from '../../protocol/types.js';
import {
  cleanAttribute,
  cleanMetricsRequest,
  cleanTracesRequest,
} from '../../signature/outgoing.js';
import type { Batch } from '../store/store.js';
import type { Counter } from './counters.js';
import { receivedAttributes, receivedSpanFields } from './received.js';
import { lossOf, translateTraces } from './traces.js';
import { translate, type TranslateOptions } from './translate.js';

const REJECTED_MESSAGE =
  'Unknown metrics, and histograms and sums that are not of delta temporality, are not stored.';

const FOREIGN: Counter = { counter: 'dropped', label: DROP_REASON.unsupportedSignal };

/** What a body says, ready to be stored. */
export interface Understood {
  content: Omit<Batch, 'key' | 'receivedMs'>;
  /** Data points or spans that were not taken. */
  rejected: number;
}

/** One of OTLP's signals: where it arrives, what it says and how its refusals are answered. */
export interface Signal {
  path: string;
  name: string;
  /** Throws whatever it likes for a body that cannot be read. */
  understand(body: Buffer, json: boolean, options: TranslateOptions): Understood;
  answer(rejected: number, json: boolean): string | Uint8Array;
}

export const METRICS_SIGNAL: Signal = {
  path: METRICS_PATH,
  name: 'metrics',
  understand(body, json, options) {
    const request = json
      ? decodeMetricsRequestJson(body.toString('utf8'))
      : decodeMetricsRequest(body);
    const cleaned = cleanMetricsRequest(request);
    const received = receivedAttributes(cleaned, cleaned.droppedAttributes);
    const { writes, hosts, rejectedPoints } = translate(cleaned, options);
    return {
      content: { writes, hosts, received },
      rejected: rejectedPoints + cleaned.droppedPoints,
    };
  },
  answer(rejected, json) {
    const partial =
      rejected === 0 ? undefined : { rejectedDataPoints: rejected, errorMessage: REJECTED_MESSAGE };
    return json ? encodeMetricsResponseJson(partial) : encodeMetricsResponse(partial);
  },
};

/** Slow requests of our own runtimes. Spans of other SDKs are counted as lost and refused, as the agent does. */
export const TRACES_SIGNAL: Signal = {
  path: TRACES_PATH,
  name: 'traces',
  understand(body, json, options) {
    // No runtime of ours sends JSON.
    if (json) {
      const rejected = countItemsJson(body.toString('utf8'), 'traces');
      const loss = lossOf({}, FOREIGN, rejected, options.nowMs);
      return { content: { writes: rejected === 0 ? [] : [loss] }, rejected };
    }
    return understandTraces(decodeTracesRequest(body), options);
  },
  answer(rejected, json) {
    return encodeRefusal('traces', rejected, json ? 'json' : 'protobuf');
  },
};

function understandTraces(request: TracesRequest, options: TranslateOptions): Understood {
  const cleaned = request.resourceSpans.map((group) => ({
    sender: group.resource,
    ...cleanTracesRequest({ resourceSpans: [group] }),
  }));
  const ours = cleaned.flatMap(({ resourceSpans }) => resourceSpans);
  const { waterfalls, writes, rejectedSpans } = translateTraces(ours, options);
  let foreignSpans = 0;
  // Decoding does not say whose spans it passed over: they are counted with the first sender.
  let skipped = request.skippedSpans ?? 0;
  for (const { sender, droppedSpans } of cleaned) {
    const spans = droppedSpans + skipped;
    skipped = 0;
    foreignSpans += spans;
    if (spans > 0) writes.push(lossOf(cleanSender(sender), FOREIGN, spans, options.nowMs));
  }
  const refused = cleaned.reduce((sum, { droppedAttributes }) => sum + droppedAttributes, 0);
  return {
    content: { writes, waterfalls, received: receivedSpanFields(ours, refused) },
    rejected: rejectedSpans + foreignSpans,
  };
}

function cleanSender(resource: Attributes): Attributes {
  const kept: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(resource)) {
    const cleaned = cleanAttribute(name, value, '', 'foreign');
    if (cleaned !== undefined) kept[name] = cleaned;
  }
  return kept;
}
