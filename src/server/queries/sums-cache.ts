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
  /** Only what was done for this endpoint; never kept. */
  caller?: number | undefined;
}

/** Finished buckets of one range, summed: all before `endMs`. */
interface Kept {
  query: SumsQuery;
  lateChanges: number;
  endMs: number;
  sums: Promise<Sums>;
  bytes: number;
  /** When a reader asked for it, or for what it was made ready from. */
  usedMs: number;
}

/** Memory of all kept sums of one tenant together; the longest unused go first. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Late data can overtake a reader once or twice, not for ever. */
const ATTEMPTS = 3;
/** A range that moves with the clock is made ready this long before its next bucket begins. */
const AHEAD_MS = 10 * 60_000;
/** …as long as somebody asked for it within this time. */
const WANTED_MS = 8 * 86_400_000;

/**
 * Sums of the finished buckets of a range, kept: a report only adds what came since. Of ranges of hours and days
 * that end now, `tend` makes the next one ready before its bucket begins, so that a reader meets a first read only
 * for ranges nobody asked for before. Late data and purges make the store's `lateChanges` rise, which discards them.
 */
export class SumsCache {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly store: TenantStore) {}

  async of(query: SumsQuery): Promise<Map<number, OperationView>> {
    if (query.caller !== undefined) return viewsOf([await this.scan(query)]);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const lateChanges = this.store.lateChanges(query.service);
      const kept = this.keptFor(query);
      kept.usedMs = query.nowMs;
      const finished = await kept.sums;
      const rest = await this.scan(query, { of: 'rest', beforeMs: kept.endMs });
      // Otherwise minutes may have moved from one part to the other while both were read.
      if (this.store.lateChanges(query.service) === lateChanges) return viewsOf([finished, rest]);
    }
    return viewsOf([await this.scan(query)]);
  }

  get bytes(): number {
    let bytes = 0;
    for (const entry of this.kept.values()) bytes += entry.bytes;
    return bytes;
  }

  /** Makes ready what will be asked for next; between other work, one range at a time. */
  async tend(nowMs: number): Promise<void> {
    this.dropOutdated();
    for (const [key, { query, usedMs }] of [...this.kept]) {
      const { fromMs, toMs, bucketSeconds } = query.range;
      const bucketMs = bucketSeconds * 1000;
      // Minutes move faster than they could be made ready.
      if (bucketSeconds === 60 || toMs < query.nowMs) continue;
      if (toMs + FINISHED_AFTER_MS < nowMs || usedMs + WANTED_MS < nowMs) {
        this.kept.delete(key);
        continue;
      }
      await this.ready({ ...query, nowMs }, usedMs);
      if (toMs > nowMs + AHEAD_MS) continue;
      const next = { ...query.range, fromMs: fromMs + bucketMs, toMs: toMs + bucketMs };
      await this.ready({ ...query, range: next, nowMs }, usedMs);
    }
  }

  /** Sums this range before anybody asks for it, and takes over the bucket that has finished since. */
  async ready(query: SumsQuery, usedMs: number): Promise<void> {
    const kept = this.keptFor(query);
    kept.usedMs = Math.max(kept.usedMs, usedMs);
    const finished = await kept.sums;
    const endMs = finishedBefore(query);
    if (kept.endMs >= endMs) return;
    const { fromMs } = query.range;
    const since = { ...query.range, fromMs: Math.max(fromMs, kept.endMs) };
    // The whole range stays that of the sums: it decides the places in sparklines.
    const more = await this.scan(query, { of: 'finished', beforeMs: endMs }, since);
    const key = keyOf(query);
    if (this.store.lateChanges(query.service) !== kept.lateChanges) return;
    if (this.kept.get(key) !== kept) return;
    const sums = finished.plus(more);
    this.put(key, { ...kept, endMs, sums: Promise.resolve(sums), bytes: sums.bytes });
    await sums.compactSlowly(nextTurn);
  }

  private keptFor(query: SumsQuery): Kept {
    const key = keyOf(query);
    const lateChanges = this.store.lateChanges(query.service);
    const known = this.kept.get(key);
    if (known?.lateChanges === lateChanges) {
      // Moved to the end of the order: used last.
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    this.dropOutdated();
    const endMs = finishedBefore(query);
    const sums = this.scan(query, { of: 'finished', beforeMs: endMs });
    const entry: Kept = { query, lateChanges, endMs, sums, bytes: 0, usedMs: 0 };
    this.kept.set(key, entry);
    sums.then(
      (done) => {
        entry.bytes = done.bytes;
        this.makeRoom();
        void this.compact(entry, done);
      },
      () => {
        if (this.kept.get(key) === entry) this.kept.delete(key);
      },
    );
    return entry;
  }

  private put(key: string, entry: Kept): void {
    this.kept.set(key, entry);
    this.makeRoom();
  }

  private async scan(
    query: SumsQuery,
    part?: { of: 'finished' | 'rest'; beforeMs: number },
    range = query.range,
  ): Promise<Sums> {
    const sums = new Sums(query.range);
    const { service, kind, caller } = query;
    await this.store.scan(
      { service, kind, range, ...(caller === undefined ? {} : { caller }), ...(part && { part }) },
      (view) => sums.add(view),
    );
    return sums;
  }

  /** After the answer is out: the next one finds everything merged. */
  private async compact(entry: Kept, sums: Sums): Promise<void> {
    await nextTurn();
    await sums.compactSlowly(nextTurn);
    entry.bytes = sums.bytes;
  }

  /** At once and not only when asked for: what is past its retention must go. */
  private dropOutdated(): void {
    for (const [key, { query, lateChanges }] of this.kept) {
      if (this.store.lateChanges(query.service) !== lateChanges) this.kept.delete(key);
    }
  }

  private makeRoom(): void {
    let { bytes } = this;
    for (const [key, entry] of this.kept) {
      if (bytes <= MAX_BYTES) return;
      bytes -= entry.bytes;
      this.kept.delete(key);
    }
  }
}

function keyOf({ service, kind, range }: SumsQuery): string {
  return [service, kind, range.bucketSeconds, range.fromMs, range.toMs].join('.');
}

/** End of the last bucket of the range that rarely changes any more. */
function finishedBefore({ range, nowMs }: SumsQuery): number {
  const bucketMs = range.bucketSeconds * 1000;
  const beforeMs = Math.floor((nowMs - FINISHED_AFTER_MS) / bucketMs) * bucketMs;
  return Math.min(range.toMs, beforeMs);
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
export function sumsCacheOf(store: TenantStore): SumsCache {
  let cache = caches.get(store);
  if (cache === undefined) {
    cache = new SumsCache(store);
    caches.set(store, cache);
  }
  return cache;
}

export function sumsOf(store: TenantStore, query: SumsQuery): Promise<Map<number, OperationView>> {
  return sumsCacheOf(store).of(query);
}
