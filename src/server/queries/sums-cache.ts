import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  FINISHED_AFTER_MS,
  type ScanRange,
  type SeriesKind,
  type TenantStore,
} from '../store/store.js';
import { OperationView } from './operation-view.js';
import { Sums } from './sums.js';

export interface SumsQuery {
  service: number;
  kind: SeriesKind;
  range: ScanRange;
  nowMs: number;
  /** Only what was done for this endpoint; never cached. */
  caller?: number | undefined;
}

interface Finished {
  service: number;
  lateChanges: number;
  sums: Promise<Sums>;
  bytes: number;
}

/** Memory of all finished sums of one tenant together; the longest unused go first. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Late data can overtake a reader once or twice, not for ever. */
const ATTEMPTS = 3;

/**
 * Sums of the finished buckets of a range, kept: within an hour (a day, for ranges of days) a report only adds
 * the bucket that is still running. Late data and purges make the store's `lateChanges` rise, which discards them.
 */
export class SumsCache {
  private readonly finished = new Map<string, Finished>();

  constructor(private readonly store: TenantStore) {}

  async of(query: SumsQuery): Promise<Map<number, OperationView>> {
    if (query.caller !== undefined) return viewsOf([await this.scan(query)]);
    const bucketMs = query.range.bucketSeconds * 1000;
    const beforeMs = Math.floor((query.nowMs - FINISHED_AFTER_MS) / bucketMs) * bucketMs;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const lateChanges = this.store.lateChanges(query.service);
      const finished = await this.finishedSums(query, beforeMs, lateChanges);
      const rest = await this.scan(query, { of: 'rest', beforeMs });
      // Otherwise minutes may have moved from one part to the other while both were read.
      if (this.store.lateChanges(query.service) === lateChanges) return viewsOf([finished, rest]);
    }
    return viewsOf([await this.scan(query)]);
  }

  private async finishedSums(
    query: SumsQuery,
    beforeMs: number,
    lateChanges: number,
  ): Promise<Sums> {
    const { fromMs, toMs, bucketSeconds } = query.range;
    const end = Math.min(toMs, beforeMs);
    // The full range is in the key: it decides the places in sparklines.
    const key = [query.service, query.kind, bucketSeconds, fromMs, toMs, end].join('.');
    const known = this.finished.get(key);
    if (known?.lateChanges === lateChanges) {
      // Moved to the end of the order: used last.
      this.finished.delete(key);
      this.finished.set(key, known);
      return known.sums;
    }
    this.dropOutdated();
    const entry: Finished = {
      service: query.service,
      lateChanges,
      sums: this.scan(query, { of: 'finished', beforeMs }),
      bytes: 0,
    };
    this.finished.set(key, entry);
    try {
      const sums = await entry.sums;
      entry.bytes = sums.bytes;
      this.makeRoom();
      void this.compact(entry, sums);
      return sums;
    } catch (error) {
      this.finished.delete(key);
      throw error;
    }
  }

  private async scan(
    query: SumsQuery,
    part?: { of: 'finished' | 'rest'; beforeMs: number },
  ): Promise<Sums> {
    const sums = new Sums(query.range);
    const { service, kind, range, caller } = query;
    await this.store.scan(
      { service, kind, range, ...(caller === undefined ? {} : { caller }), ...(part && { part }) },
      (view) => sums.add(view),
    );
    return sums;
  }

  /** After the answer is out: the next one finds everything merged. */
  private async compact(entry: Finished, sums: Sums): Promise<void> {
    await nextTurn();
    await sums.compactSlowly(nextTurn);
    entry.bytes = sums.bytes;
  }

  /** At once and not only when asked for: what is past its retention must go. */
  private dropOutdated(): void {
    for (const [key, { service, lateChanges }] of this.finished) {
      if (this.store.lateChanges(service) !== lateChanges) this.finished.delete(key);
    }
  }

  private makeRoom(): void {
    let bytes = 0;
    for (const entry of this.finished.values()) bytes += entry.bytes;
    for (const [key, entry] of this.finished) {
      if (bytes <= MAX_BYTES) return;
      bytes -= entry.bytes;
      this.finished.delete(key);
    }
  }
}

function viewsOf([first, second]: readonly [Sums, Sums?]): Map<number, OperationView> {
  const views = new Map<number, OperationView>();
  for (const [id, sums] of first.byOperation) {
    const more = second?.byOperation.get(id);
    views.set(id, new OperationView(more === undefined ? [sums] : [sums, more]));
  }
  if (second !== undefined) {
    for (const [id, sums] of second.byOperation) {
      if (!first.byOperation.has(id)) views.set(id, new OperationView([sums]));
    }
  }
  return views;
}

const caches = new WeakMap<TenantStore, SumsCache>();

/** The one cache of a tenant's store; it goes with the store. */
export function sumsOf(store: TenantStore, query: SumsQuery): Promise<Map<number, OperationView>> {
  let cache = caches.get(store);
  if (cache === undefined) {
    cache = new SumsCache(store);
    caches.set(store, cache);
  }
  return cache.of(query);
}
