import type { Attributes, MetricsRequest, ResourceSpans } from '../../protocol/types.js';
import type { ReceivedAttributes } from '../store/store.js';

/** How often each attribute is in a cleaned request, for the page that tells what was received. */
export function receivedAttributes(request: MetricsRequest, refused: number): ReceivedAttributes {
  const counts = new Map<string, number>();
  for (const { resource, metrics } of request.resourceMetrics) {
    countInto(counts, Object.keys(resource));
    for (const { points } of metrics) {
      for (const point of points) countInto(counts, Object.keys(point.attributes));
    }
  }
  return { counts, refused };
}

/** Fields of a span besides its attributes, by OTLP's names. */
export const SPAN_FIELDS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'name',
  'kind',
  'start_time_unix_nano',
  'end_time_unix_nano',
  'status.code',
] as const;

/** Under which name a field or attribute of spans is counted: apart from those of series. */
export function spanFieldKey(name: string): string {
  return `span ${name}`;
}

/** The same for spans, whose own fields are counted too. */
export function receivedSpanFields(
  resourceSpans: readonly ResourceSpans[],
  refused: number,
): ReceivedAttributes {
  const counts = new Map<string, number>();
  const always = SPAN_FIELDS.filter((field) => !['parent_span_id', 'status.code'].includes(field));
  for (const { resource, spans } of resourceSpans) {
    if (spans.length > 0) countInto(counts, Object.keys(resource));
    for (const { attributes, parentSpanId, error } of spans) {
      const names: string[] = [...always, ...Object.keys(attributes)];
      if (parentSpanId !== undefined) names.push('parent_span_id');
      if (error) names.push('status.code');
      countInto(counts, names.map(spanFieldKey));
    }
  }
  return { counts, refused };
}

function countInto(counts: Map<string, number>, names: readonly (keyof Attributes)[]): void {
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}
