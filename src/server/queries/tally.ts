import { Histogram } from '../../histogram/index.js';
import type { ChartPoint, ComponentPoint, Stats } from '../api-types.js';
import type { SeriesView } from '../store/store.js';
import { statsOf } from './operation-view.js';

/** What adds up over the series of one bucket or one related row. */
export class Tally {
  readonly timings = new Histogram();
  errors = 0;
  readonly facts = [0, 0, 0];
  thirdMax = 0;

  add(view: SeriesView): void {
    if (view.outcome === undefined) {
      for (let i = 0; i < 3; i++) this.facts[i] = (this.facts[i] ?? 0) + (view.facts[i] ?? 0);
      this.thirdMax = Math.max(this.thirdMax, view.facts[2] ?? 0);
      return;
    }
    this.timings.mergeEncoded(view.bytes, view.start, view.end);
    if (view.outcome.errorType !== '') this.errors += view.count;
  }

  stats(): Stats {
    return statsOf(this.timings, this.errors);
  }
}

/** Tallies by the start of their bucket. */
export type Buckets = ReadonlyMap<number, Tally>;

export function chartOf(buckets: Buckets): ChartPoint[] {
  return ordered(buckets)
    .filter(([, tally]) => !tally.timings.isEmpty)
    .map(([timeMs, tally]) => ({ timeMs, ...tally.stats() }));
}

/** Of endpoints: where their time went. */
export function componentsOf(buckets: Buckets): ComponentPoint[] {
  return ordered(buckets).map(([timeMs, { facts }]) => {
    const [databaseUs = 0, webServicesUs = 0, ownCodeUs = 0] = facts;
    return { timeMs, databaseUs, webServicesUs, ownCodeUs };
  });
}

function ordered(buckets: Buckets): [number, Tally][] {
  return [...buckets].sort(([a], [b]) => a - b);
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
