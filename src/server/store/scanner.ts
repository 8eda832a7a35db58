import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Catalog } from './catalog.js';
import { FACTS, readChunk } from './chunk.js';
import { KIND_CODE, LEVEL_PENDING } from './schema.js';
import { blobBytes, type SqlDatabase } from './sqlite.js';
import type { SeriesScan, SeriesView } from './store.js';

/** Longest time that a report keeps the loop, and with it ingest, waiting. */
const SLICE_MS = 20;

/** A statement costs 0.1 ms before its first row: 1,000 operations share one. */
const SHARDS_PER_STATEMENT = 16;

/** The period decides first: a report reads few of the periods that are kept, but all shards of them. */
const CHUNKS = `SELECT period, data FROM chunks INDEXED BY chunks_by_range
  WHERE service_id = ? AND kind = ? AND level = ? AND period >= ? AND period < ?
    AND shard BETWEEN ? AND ?`;

/** Reads the chunks of a range: rolled-up buckets and the minutes that are not rolled up yet. */
export class ChunkScanner {
  closed = false;

  constructor(
    private readonly db: SqlDatabase,
    private readonly catalog: Catalog,
  ) {}

  async scan(query: SeriesScan, visit: (view: SeriesView) => void): Promise<void> {
    const { bucketSeconds } = query.range;
    const view: SeriesView = {
      bucketMs: 0,
      operation: 0,
      caller: 0,
      outcome: undefined,
      count: 0,
      sumUs: 0,
      facts: [],
      bytes: new Uint8Array(0),
      start: 0,
      end: 0,
    };
    const levels = levelsOf(query);
    let until = performance.now() + SLICE_MS;
    const [first, last] = this.shardsOf(query);
    for (let shard = first; shard <= last; shard += SHARDS_PER_STATEMENT) {
      // Only between shards: a roll-up moves minutes of one shard from one level to the other.
      if (performance.now() > until) {
        await nextTurn();
        until = performance.now() + SLICE_MS;
      }
      if (this.closed) throw new Error('the store is closed');
      for (const { level, fromMs, toMs } of levels) {
        const rows = this.db.iterate<{ period: number; data: ArrayBuffer }>(
          CHUNKS,
          query.service,
          KIND_CODE[query.kind],
          level,
          fromMs / 1000,
          toMs / 1000,
          shard,
          Math.min(last, shard + SHARDS_PER_STATEMENT - 1),
        );
        for (const row of rows) {
          view.bucketMs = (row.period - (row.period % bucketSeconds)) * 1000;
          this.visitChunk(blobBytes(row.data), query, view, visit);
        }
      }
    }
  }

  private visitChunk(
    bytes: Uint8Array,
    query: SeriesScan,
    view: SeriesView,
    visit: (view: SeriesView) => void,
  ): void {
    view.bytes = bytes;
    readChunk(bytes, (entry) => {
      if (query.operation !== undefined && entry.operation !== query.operation) return;
      if (query.caller !== undefined && entry.caller !== query.caller) return;
      view.operation = entry.operation;
      view.caller = entry.caller;
      view.outcome = entry.outcome === FACTS ? undefined : this.catalog.outcomeOf(entry.outcome);
      view.count = entry.count;
      view.sumUs = entry.sumUs;
      view.facts = entry.facts;
      view.start = entry.start;
      view.end = entry.end;
      visit(view);
    });
  }

  /** First and last; the last below the first when there is none. */
  private shardsOf(query: SeriesScan): [number, number] {
    if (query.operation !== undefined) {
      const row = this.db.get<{ shard: number }>(
        'SELECT shard FROM operations WHERE id = ?',
        query.operation,
      );
      return row === undefined ? [0, -1] : [row.shard, row.shard];
    }
    const row = this.db.get<{ last: number | null }>(
      'SELECT max(shard) AS last FROM operations WHERE service_id = ? AND kind = ?',
      query.service,
      KIND_CODE[query.kind],
    );
    return [0, row?.last ?? -1];
  }
}

/** Pending minutes belong to the rest wherever they lie: the next roll-up moves them. */
function levelsOf(query: SeriesScan): { level: number; fromMs: number; toMs: number }[] {
  const { fromMs, toMs, bucketSeconds } = query.range;
  const pending = { level: LEVEL_PENDING, fromMs, toMs };
  const stored = { level: bucketSeconds, fromMs, toMs };
  if (query.part === undefined) return [pending, stored];
  const border = Math.min(toMs, Math.max(fromMs, query.part.beforeMs));
  return query.part.of === 'finished'
    ? [{ ...stored, toMs: border }]
    : [pending, { ...stored, fromMs: border }];
}
