import type { Attributes, MetricsRequest } from '../../protocol/types.js';
import type { ReceivedAttributes } from '../store/store.js';

/** How often each attribute is in a cleaned request, for the page that tells what was received. */
export function receivedAttributes(request: MetricsRequest, refused: number): ReceivedAttributes {
  const counts = new Map<string, number>();
  const count = (attributes: Attributes): void => {
    for (const name in attributes) counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  for (const { resource, metrics } of request.resourceMetrics) {
    count(resource);
    for (const { points } of metrics) for (const point of points) count(point.attributes);
  }
  return { counts, refused };
}
