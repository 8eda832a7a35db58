import { ATTR, DROP_REASON, ERROR_OTHER, RESOURCE } from '../../core/semconv.js';
import type { Attributes, ResourceSpans, Span } from '../../protocol/types.js';
import type { Outcome, SeriesKind, ServiceWrite } from '../store/store.js';
import type { WaterfallSpanWrite, WaterfallWrite } from '../store/waterfall-types.js';
import { counterPoint, type Counter } from './counters.js';
import { integerOf, operationOf, outcomeOf, textOf } from './operations.js';
import { MAX_AHEAD_MS, serviceOf } from './senders.js';
import { splitOf } from './split.js';
import type { TranslateOptions } from './translate.js';

/** Most queries and calls of one request that are listed; the longest. */
const MAX_SPANS = 200;
const MINUTE_MS = 60_000;
const NANOS_PER_US = 1000n;
const NANOS_PER_MS = 1_000_000n;
/** Longest time that is stored: a hundred days. What claims more is no request. */
const MAX_DURATION_US = 100 * 86_400_000_000;

export interface TracesTranslation {
  waterfalls: WaterfallWrite[];
  /** What was lost, under the services that sent it. */
  writes: ServiceWrite[];
  rejectedSpans: number;
}

/**
 * Spans of slow requests → waterfalls, one per trace. The spans must have passed `cleanTracesRequest`: nothing here
 * cleans. What cannot be one – no root, or older than anything that is kept – is a loss and counted as such.
 */
export function translateTraces(
  resourceSpans: readonly ResourceSpans[],
  options: TranslateOptions,
): TracesTranslation {
  const result: TracesTranslation = { waterfalls: [], writes: [], rejectedSpans: 0 };
  for (const { resource, spans } of resourceSpans) {
    let lost = 0;
    for (const trace of tracesOf(spans)) {
      const waterfall = waterfallOf(resource, trace, options);
      if (waterfall !== undefined) result.waterfalls.push(waterfall);
      else {
        lost += 1;
        result.rejectedSpans += trace.length;
      }
    }
    if (lost > 0) {
      const counter: Counter = { counter: 'dropped_waterfalls', label: DROP_REASON.unsupported };
      result.writes.push(lossOf(resource, counter, lost, options.nowMs));
    }
  }
  return result;
}

/** What a sender lost, as a write of its service. */
export function lossOf(
  resource: Attributes,
  counter: Counter,
  records: number,
  nowMs: number,
): ServiceWrite {
  return {
    service: serviceOf(resource),
    version: textOf(resource, RESOURCE.serviceVersion),
    instance: undefined,
    seenMs: nowMs,
    points: [counterPoint(counter, nowMs - (nowMs % MINUTE_MS), records)],
  };
}

function tracesOf(spans: readonly Span[]): Iterable<Span[]> {
  const traces = new Map<string, Span[]>();
  for (const span of spans) {
    const id = hexOf(span.traceId);
    const trace = traces.get(id);
    if (trace === undefined) traces.set(id, [span]);
    else trace.push(span);
  }
  return traces.values();
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function waterfallOf(
  resource: Attributes,
  trace: readonly Span[],
  { nowMs, oldestMs }: TranslateOptions,
): WaterfallWrite | undefined {
  const root = trace.find(({ kind, parentSpanId }) => kind === 'server' && !parentSpanId);
  if (root === undefined) return undefined;
  const durationUs = microseconds(root.endUnixNano - root.startUnixNano);
  const stated = Number(root.startUnixNano / NANOS_PER_MS);
  const ahead = stated > nowMs + MAX_AHEAD_MS;
  const timeMs = stated <= 0 || ahead ? Math.floor(nowMs - durationUs / 1000) : stated;
  if (timeMs < oldestMs) return undefined;
  const children = trace.filter(({ kind }) => kind === 'client').map((span) => spanOf(span, root));
  const spans = longest(children).sort((a, b) => a.startUs - b.startUs);
  const omitted = integerOf(root.attributes, ATTR.retraceWaterfallOmitted);
  return {
    service: serviceOf(resource),
    version: textOf(resource, RESOURCE.serviceVersion),
    publicId: hexOf(root.traceId),
    endpoint: operationOf('endpoint', root.attributes),
    timeMs,
    durationUs,
    outcome: outcomeOfSpan('endpoint', root),
    split: splitOf(durationUs, spans),
    spans,
    omitted: omitted + children.length - spans.length,
  };
}

function spanOf(span: Span, root: Span): WaterfallSpanWrite {
  const kind = kindOf(span.attributes);
  return {
    kind,
    operation: operationOf(kind, span.attributes),
    outcome: outcomeOfSpan(kind, span),
    startUs: microseconds(span.startUnixNano - root.startUnixNano),
    durationUs: microseconds(span.endUnixNano - span.startUnixNano),
  };
}

/** Queries say at least which database it was. */
function kindOf(attributes: Attributes): 'query' | 'call' {
  const ofQuery = [ATTR.dbSystemName, ATTR.dbQueryText, ATTR.dbQuerySummary, ATTR.dbOperationName];
  return ofQuery.some((name) => attributes[name] !== undefined) ? 'query' : 'call';
}

function outcomeOfSpan(kind: SeriesKind, { attributes, error }: Span): Outcome {
  const outcome = outcomeOf(kind, attributes);
  return outcome.errorType === '' && error ? { ...outcome, errorType: ERROR_OTHER } : outcome;
}

function longest(spans: readonly WaterfallSpanWrite[]): WaterfallSpanWrite[] {
  if (spans.length <= MAX_SPANS) return [...spans];
  return [...spans].sort((a, b) => b.durationUs - a.durationUs).slice(0, MAX_SPANS);
}

function microseconds(nanos: bigint): number {
  return Math.min(MAX_DURATION_US, Math.max(0, Number(nanos / NANOS_PER_US)));
}
