import { setImmediate as nextTurn } from 'node:timers/promises';
import { Catalog } from './catalog.js';
import { FACTS, readChunk } from './chunk.js';
import { PendingMinutes } from './pending.js';
import { purgeSlice } from './retention.js';
import { pendingGroups, rollUpGroup } from './rollup.js';
import { KIND_CODE, LEVEL_PENDING, TENANT_SCHEMA } from './schema.js';
import { blobBytes, SqlDatabase } from './sqlite.js';
import type {
  Batch,
  CommitResult,
  MaintenanceResult,
  OperationRecord,
  Retention,
  SeriesKind,
  SeriesScan,
  SeriesView,
  ServiceRecord,
  TenantStore,
} from './store.js';

/** A minute is rolled up this long after its end: windows of 10 s and a slow link still meet it in memory. */
const SETTLE_MS = 30_000;
/** Longest time that maintenance or a report keeps the loop, and with it ingest, waiting. */
const SLICE_MS = 20;
const FREE_PAGES_PER_SLICE = 2000;

interface OperationRow {
  id: number;
  public_id: string;
  name: string;
  other: number;
  attributes: string;
  first_seen_ms: number;
  last_seen_ms: number;
}

const OPERATION_COLUMNS =
  'id, public_id, name, other, attributes, first_seen_ms, last_seen_ms' as const;

/** One tenant's data in one encrypted database. */
export class SqliteTenantStore implements TenantStore {
  private readonly db: SqlDatabase;
  private readonly catalog: Catalog;
  private readonly pending: PendingMinutes;
  private maintaining: Promise<MaintenanceResult> | undefined;
  private closed = false;

  constructor(file: string, dataKeyHex: string) {
    this.db = SqlDatabase.open(file, dataKeyHex, TENANT_SCHEMA);
    this.catalog = new Catalog(this.db);
    this.pending = new PendingMinutes(this.db, this.catalog);
  }

  async commit(batches: readonly Batch[]): Promise<CommitResult[]> {
    try {
      return this.db.transaction(() => {
        const results = batches.map((batch) => this.store(batch));
        this.pending.flush();
        return results;
      });
    } catch (error) {
      // Ids and sums of the failed transaction live on in memory otherwise.
      this.catalog.forget();
      this.pending.forget();
      throw error;
    }
  }

  private store(batch: Batch): CommitResult {
    if (batch.key !== undefined && !this.markSeen(batch.key, batch.receivedMs)) return 'duplicate';
    for (const write of batch.writes) {
      const service = this.catalog.service(write.service, write.instance.version, write.seenMs);
      this.catalog.instance(service, write.instance, write.seenMs);
      for (const point of write.points) this.pending.add(service, point, write.seenMs);
    }
    return 'stored';
  }

  /** @returns false when this batch was stored before. */
  private markSeen(key: { source: string; sequence: number }, nowMs: number): boolean {
    this.db.run('INSERT INTO batch_sources (name) VALUES (?) ON CONFLICT DO NOTHING', key.source);
    return (
      this.db.run(
        `INSERT INTO batches (source_id, sequence, seen_ms)
         SELECT id, ?, ? FROM batch_sources WHERE name = ? ON CONFLICT DO NOTHING`,
        key.sequence,
        nowMs,
        key.source,
      ).changes > 0
    );
  }

  async services(): Promise<ServiceRecord[]> {
    return this.db
      .all<{
        id: number;
        public_id: string;
        name: string;
        namespace: string;
        environment: string;
        agent: number;
        version: string;
        last_seen_ms: number;
      }>('SELECT * FROM services ORDER BY name, environment, namespace')
      .map((row) => ({
        id: row.id,
        publicId: row.public_id,
        name: row.name,
        namespace: row.namespace,
        environment: row.environment,
        agent: row.agent === 1,
        version: row.version,
        lastSeenMs: row.last_seen_ms,
      }));
  }

  async instances(sinceMs: number): Promise<Map<number, number>> {
    const rows = this.db.all<{ service_id: number; n: number }>(
      `SELECT service_id, count(*) AS n FROM instances WHERE last_seen_ms >= ? GROUP BY service_id`,
      sinceMs,
    );
    return new Map(rows.map((row) => [row.service_id, row.n]));
  }

  async agentsSeen(sinceMs: number): Promise<number> {
    const rows = this.db.all<{ name: string }>(
      `SELECT DISTINCT s.name AS name FROM batch_sources s
       WHERE EXISTS (SELECT 1 FROM batches b WHERE b.source_id = s.id AND b.seen_ms >= ?)`,
      sinceMs,
    );
    // `<agent id>:<boot id>`: one agent has a new boot id after each start.
    return new Set(rows.filter((row) => row.name.includes(':')).map((r) => r.name.split(':')[0]))
      .size;
  }

  async operations(service: number, kind: SeriesKind): Promise<Map<number, OperationRecord>> {
    const rows = this.db.iterate<OperationRow>(
      `SELECT ${OPERATION_COLUMNS} FROM operations WHERE service_id = ? AND kind = ?`,
      service,
      KIND_CODE[kind],
    );
    const records = new Map<number, OperationRecord>();
    for (const row of rows) records.set(row.id, toRecord(row, kind));
    return records;
  }

  async findOperation(
    service: number,
    kind: SeriesKind,
    publicId: string,
  ): Promise<OperationRecord | undefined> {
    const row = this.db.get<OperationRow>(
      `SELECT ${OPERATION_COLUMNS} FROM operations
       WHERE service_id = ? AND kind = ? AND public_id = ?`,
      service,
      KIND_CODE[kind],
      publicId,
    );
    return row === undefined ? undefined : toRecord(row, kind);
  }

  async scan(query: SeriesScan, visit: (view: SeriesView) => void): Promise<void> {
    const { fromMs, toMs, bucketSeconds } = query.range;
    let encoded: Uint8Array = new Uint8Array(0);
    const view: SeriesView = {
      bucketMs: 0,
      operation: 0,
      caller: 0,
      outcome: undefined,
      count: 0,
      sumUs: 0,
      facts: [],
      mergeInto: (into) => into.mergeEncoded(encoded),
    };
    let until = performance.now() + SLICE_MS;
    for (const shard of this.shardsOf(query)) {
      // Only between shards: a roll-up moves minutes of one shard from one level to the other.
      if (performance.now() > until) {
        await nextTurn();
        if (this.closed) throw new Error('the store is closed');
        until = performance.now() + SLICE_MS;
      }
      for (const level of [LEVEL_PENDING, bucketSeconds]) {
        const rows = this.db.iterate<{ period: number; data: ArrayBuffer }>(
          `SELECT period, data FROM chunks
           WHERE service_id = ? AND kind = ? AND level = ? AND shard = ?
             AND period >= ? AND period < ?`,
          query.service,
          KIND_CODE[query.kind],
          level,
          shard,
          fromMs / 1000,
          toMs / 1000,
        );
        for (const row of rows) {
          view.bucketMs = (row.period - (row.period % bucketSeconds)) * 1000;
          readChunk(blobBytes(row.data), (entry) => {
            if (query.operation !== undefined && entry.operation !== query.operation) return;
            view.operation = entry.operation;
            view.caller = entry.caller;
            view.outcome =
              entry.outcome === FACTS ? undefined : this.catalog.outcomeOf(entry.outcome);
            view.count = entry.count;
            view.sumUs = entry.sumUs;
            view.facts = entry.facts;
            encoded = entry.encoded;
            visit(view);
          });
        }
      }
    }
  }

  private shardsOf(query: SeriesScan): number[] {
    if (query.operation !== undefined) {
      const row = this.db.get<{ shard: number }>(
        'SELECT shard FROM operations WHERE id = ?',
        query.operation,
      );
      return row === undefined ? [] : [row.shard];
    }
    const row = this.db.get<{ last: number | null }>(
      'SELECT max(shard) AS last FROM operations WHERE service_id = ? AND kind = ?',
      query.service,
      KIND_CODE[query.kind],
    );
    return Array.from({ length: (row?.last ?? -1) + 1 }, (_, shard) => shard);
  }

  maintain(nowMs: number, retention: Retention): Promise<MaintenanceResult> {
    this.maintaining ??= this.runMaintenance(nowMs, retention).finally(() => {
      this.maintaining = undefined;
    });
    return this.maintaining;
  }

  private async runMaintenance(nowMs: number, retention: Retention): Promise<MaintenanceResult> {
    const before = Math.floor((nowMs - SETTLE_MS) / 60_000) * 60;
    const groups = pendingGroups(this.db, before);
    let rolledUp = 0;
    while (groups.length > 0 && !this.closed) {
      const until = performance.now() + SLICE_MS;
      this.db.transaction(() => {
        do {
          const group = groups.pop();
          if (group === undefined) break;
          rolledUp += rollUpGroup(this.db, group, before);
        } while (performance.now() < until);
      });
      this.pending.forget();
      await nextTurn();
    }
    let purged = 0;
    while (!this.closed) {
      const deleted = this.db.transaction(() => purgeSlice(this.db, nowMs, retention));
      if (deleted === 0) break;
      purged += deleted;
      this.catalog.forget();
      await nextTurn();
    }
    if (purged > 0) await this.giveBackFreePages();
    return { rolledUp, purged };
  }

  private async giveBackFreePages(): Promise<void> {
    while (!this.closed) {
      this.db.compact(FREE_PAGES_PER_SLICE);
      if (
        (this.db.get<{ freelist_count: number }>('PRAGMA freelist_count')?.freelist_count ?? 0) ===
        0
      )
        return;
      await nextTurn();
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.db.close();
  }
}

function toRecord(row: OperationRow, kind: SeriesKind): OperationRecord {
  return {
    id: row.id,
    kind,
    publicId: row.public_id,
    name: row.name,
    other: row.other === 1,
    attributes: JSON.parse(row.attributes) as OperationRecord['attributes'],
    firstSeenMs: row.first_seen_ms,
    lastSeenMs: row.last_seen_ms,
  };
}
