import { Histogram } from '../../histogram/index.js';
import type { ErrorCount, Stats, StatusSplit } from '../api-types.js';
import type { Outcome, SeriesView } from '../store/store.js';

/** Everything that adds up over the series of one row. Percentiles come from the merged histogram only. */
export class Tally {
  readonly timings = new Histogram();
  errors = 0;
  readonly errorTypes = new Map<string, number>();
  readonly statuses: StatusSplit = { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, failed: 0 };

  add(view: SeriesView): void {
    view.mergeInto(this.timings);
    if (view.outcome !== undefined) this.addOutcome(view.outcome, view.count);
  }

  private addOutcome({ status, errorType }: Outcome, calls: number): void {
    if (errorType !== '') {
      this.errors += calls;
      this.errorTypes.set(errorType, (this.errorTypes.get(errorType) ?? 0) + calls);
    }
    const split = this.statuses;
    if (status >= 500) split.s5xx += calls;
    else if (status >= 400) split.s4xx += calls;
    else if (status >= 300) split.s3xx += calls;
    else if (status >= 200) split.s2xx += calls;
    else if (status === 0) split.failed += calls;
  }

  stats(): Stats {
    const { count, sumUs, maxUs } = this.timings;
    const [p50Us = 0, p95Us = 0, p99Us = 0] = this.timings.quantilesUs([0.5, 0.95, 0.99]);
    return {
      calls: count,
      errors: this.errors,
      averageUs: count === 0 ? 0 : sumUs / count,
      p50Us,
      p95Us,
      p99Us,
      maxUs,
      totalUs: sumUs,
    };
  }

  errorList(): ErrorCount[] {
    return [...this.errorTypes]
      .map(([type, calls]) => ({ type, calls }))
      .sort((a, b) => b.calls - a.calls || (a.type < b.type ? -1 : 1));
  }
}

/** A value of the map, made on first use. */
export function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
