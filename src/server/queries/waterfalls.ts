import type {
  WaterfallAnswer,
  WaterfallsAnswer,
  WaterfallSpan,
  WaterfallSummary,
} from '../api-types.js';
import type { OperationRecord, ServiceRecord, TenantStore } from '../store/store.js';
import {
  KEPT_PER_ENDPOINT_AND_DAY,
  type WaterfallRecord,
  type WaterfallSpanRecord,
} from '../store/waterfall-types.js';
import type { AskedRange } from './range.js';
import { textOf } from './rows.js';

/** Slow requests of a range; with a row those of an endpoint, or those in which a query or call ran. */
export async function waterfallsAnswer(
  store: TenantStore,
  service: ServiceRecord,
  range: AskedRange,
  { row, limit }: { row: OperationRecord | undefined; limit: number },
): Promise<WaterfallsAnswer> {
  const { fromMs, toMs } = range;
  const { records, matched } = await store.waterfalls({
    service: service.id,
    fromMs,
    toMs,
    limit,
    ...(row !== undefined && { [row.kind === 'endpoint' ? 'endpoint' : 'operation']: row.id }),
  });
  return {
    range,
    service: { id: service.publicId, name: service.name },
    waterfalls: records.map(summaryOf),
    matched,
    keptPerEndpointAndDay: KEPT_PER_ENDPOINT_AND_DAY,
  };
}

/** One of them with its queries and calls; undefined when it is not there, or not any more. */
export async function waterfallAnswer(
  store: TenantStore,
  service: ServiceRecord,
  publicId: string,
): Promise<WaterfallAnswer | undefined> {
  const found = await store.findWaterfall(service.id, publicId);
  if (found === undefined) return undefined;
  return {
    service: { id: service.publicId, name: service.name },
    waterfall: summaryOf(found),
    spans: found.spans.map(spanOf),
    omitted: found.omitted,
  };
}

function summaryOf(record: WaterfallRecord): WaterfallSummary {
  const { publicId, endpoint, timeMs, durationUs, outcome, children, split, matched } = record;
  return {
    id: publicId,
    timeMs,
    endpoint: { id: endpoint.publicId, name: endpoint.name },
    durationUs,
    status: outcome.status,
    errorType: outcome.errorType,
    children,
    ...split,
    ...(matched && { matched }),
  };
}

function spanOf({ operation, outcome, startUs, durationUs }: WaterfallSpanRecord): WaterfallSpan {
  return {
    report: operation?.kind === 'call' ? 'web-services' : 'queries',
    id: operation?.publicId ?? '',
    name: operation?.name ?? '',
    text: operation?.kind === 'query' ? textOf(operation, 'text') : '',
    startUs,
    durationUs,
    status: outcome.status,
    errorType: outcome.errorType,
  };
}
