import { publicIdOf } from '../store/catalog.js';
import type { OperationIdentity, SeriesPoint } from '../store/store.js';

/** `dropped` and `recorded` are records; waterfalls that were lost are missing from no figure and counted apart. */
export interface Counter {
  counter: 'dropped' | 'recorded' | 'dropped_waterfalls';
  /** The reason of a loss, the kind of what was recorded. */
  label: string;
}

export function counterPoint(
  { counter, label }: Counter,
  minuteMs: number,
  records: number,
): SeriesPoint {
  const operation: OperationIdentity = {
    publicId: publicIdOf('counter', counter, label),
    name: `${counter} ${label}`,
    other: false,
    attributes: { counter, label },
  };
  return { kind: 'counter', operation, caller: undefined, minuteMs, facts: [records] };
}
