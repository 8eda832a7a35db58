import { setImmediate as nextTurn } from 'node:timers/promises';
import { Catalog } from './catalog.js';
import { Directory } from './directory.js';
import { HostBook } from './host-book.js';
import { Gauges } from './gauges.js';
import { OperationBook } from './operation-book.js';
import { PendingMinutes } from './pending.js';
import { purgeSlice } from './retention.js';
import { pendingGroups, rollUpGroup, type Group } from './rollup.js';
import { ChunkScanner } from './scanner.js';
import { TENANT_SCHEMA } from './schema.js';
import { SqlDatabase } from './sqlite.js';
import { FINISHED_AFTER_MS } from './store.js';
import type {
  HostPackage,
  HostProcessSeen,
  HostRecord,
  GaugeScan,
  GaugeView,
  InstanceRecord,
  ReceivedAttributeRecord,
  ServiceSettingsRecord,
  Batch,
  CommitResult,
  MaintenanceResult,
  OperationRecord,
  Outcome,
  Retention,
  SeriesKind,
  SeriesScan,
  SeriesView,
  ServiceRecord,
  TenantStore,
} from './store.js';
import type {
  WaterfallQuery,
  WaterfallRecord,
  WaterfallTotals,
  WaterfallWithSpans,
} from './waterfall-types.js';
import { Waterfalls } from './waterfalls.js';

/** A minute is rolled up this long after its end: windows of 10 s and a slow link still meet it in memory. */
const SETTLE_MS = 30_000;
/** Longest time that maintenance keeps the loop, and with it ingest, waiting. */
const SLICE_MS = 20;
const FREE_PAGES_PER_SLICE = 2000;

/** One tenant's data in one encrypted database. */
export class SqliteTenantStore implements TenantStore {
  private readonly db: SqlDatabase;
  private readonly catalog: Catalog;
  private readonly pending: PendingMinutes;
  private readonly book: OperationBook;
  private readonly directory: Directory;
  private readonly hostBook: HostBook;
  private readonly scanner: ChunkScanner;
  private readonly gauges: Gauges;
  private readonly slow: Waterfalls;
  /** By service, see `lateChanges`. */
  private readonly late = new Map<number, number>();
  private purges = 0;
  private maintaining: Promise<MaintenanceResult> | undefined;
  private closed = false;

  constructor(file: string, dataKeyHex: string) {
    this.db = SqlDatabase.open(file, dataKeyHex, TENANT_SCHEMA);
    this.catalog = new Catalog(this.db);
    this.pending = new PendingMinutes(this.db, this.catalog);
    this.book = new OperationBook(this.db);
    this.directory = new Directory(this.db);
    this.hostBook = new HostBook(this.db);
    this.scanner = new ChunkScanner(this.db, this.catalog);
    this.gauges = new Gauges(this.db);
    this.slow = new Waterfalls(this.db, this.catalog, this.book);
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
      this.gauges.forget();
      throw error;
    }
  }

  private store(batch: Batch): CommitResult {
    const { key } = batch;
    if (key !== undefined) {
      const { source, sequence: first, last = first } = key;
      const seen = this.markSeen(source, first, last, batch.receivedMs);
      if (seen > 0) return seen === last - first + 1 ? 'duplicate' : 'partial';
    }
    if (batch.received !== undefined) {
      this.directory.countReceived(batch.received, batch.receivedMs);
    }
    for (const write of batch.writes) {
      const service = this.catalog.service(write.service, write.version, write.seenMs);
      if (write.instance !== undefined) {
        const instance = this.catalog.instance(service, write.instance, write.seenMs);
        if (write.gauges !== undefined) this.gauges.add(instance, write.gauges);
      }
      for (const point of write.points) this.pending.add(service, point, write.seenMs);
    }
    for (const write of batch.hosts ?? []) {
      const host = this.hostBook.store(write, batch.receivedMs);
      if (host === undefined) continue;
      for (const point of write.points) this.pending.add(host, point, batch.receivedMs);
    }
    for (const write of batch.waterfalls ?? []) {
      const service = this.catalog.service(write.service, write.version, write.timeMs);
      this.slow.store(service, write);
    }
    return 'stored';
  }

  /** Marks all as seen unless some were. @returns how many were stored before. */
  private markSeen(source: string, first: number, last: number, nowMs: number): number {
    this.db.run('INSERT INTO batch_sources (name) VALUES (?) ON CONFLICT DO NOTHING', source);
    const known = this.db.get<{ n: number }>(
      `SELECT count(*) AS n FROM batches
       WHERE source_id = (SELECT id FROM batch_sources WHERE name = ?) AND sequence BETWEEN ? AND ?`,
      source,
      first,
      last,
    );
    if ((known?.n ?? 0) > 0) return known?.n ?? 0;
    for (let sequence = first; sequence <= last; sequence++) {
      this.db.run(
        `INSERT INTO batches (source_id, sequence, seen_ms)
         SELECT id, ?, ? FROM batch_sources WHERE name = ?`,
        sequence,
        nowMs,
        source,
      );
    }
    return 0;
  }

  async services(): Promise<ServiceRecord[]> {
    return this.directory.services();
  }

  async instances(sinceMs: number, limit: number): Promise<InstanceRecord[]> {
    return this.directory.instances(sinceMs, limit);
  }

  async agentsSeen(sinceMs: number): Promise<number> {
    return this.directory.agentsSeen(sinceMs);
  }

  async settings(): Promise<Map<string, ServiceSettingsRecord>> {
    return this.directory.settings();
  }

  async saveSettings(publicId: string, settings: ServiceSettingsRecord): Promise<void> {
    this.directory.saveSettings(publicId, settings);
  }

  async outcomes(): Promise<Outcome[]> {
    return this.directory.outcomes();
  }

  async receivedAttributes(): Promise<ReceivedAttributeRecord[]> {
    return this.directory.receivedAttributes();
  }

  async hosts(sinceMs: number): Promise<HostRecord[]> {
    return this.hostBook.list(sinceMs);
  }

  async hostPackages(host: number): Promise<HostPackage[]> {
    return this.hostBook.packages(host);
  }

  async hostProcesses(host: number, sinceMs: number): Promise<HostProcessSeen[]> {
    return this.hostBook.processes(host, sinceMs);
  }

  async operations(
    service: number,
    kind: SeriesKind,
  ): Promise<ReadonlyMap<number, OperationRecord>> {
    return this.book.of(service, kind);
  }

  async findOperation(
    service: number,
    kind: SeriesKind,
    publicId: string,
  ): Promise<OperationRecord | undefined> {
    return this.book.find(service, kind, publicId);
  }

  scan(query: SeriesScan, visit: (view: SeriesView) => void): Promise<void> {
    return this.scanner.scan(query, visit);
  }

  scanGauges(query: GaugeScan, visit: (view: GaugeView) => void): Promise<void> {
    return this.gauges.scan(query, visit);
  }

  async waterfalls(
    query: WaterfallQuery,
  ): Promise<{ records: WaterfallRecord[]; matched: number }> {
    return this.slow.list(query);
  }

  async findWaterfall(service: number, publicId: string): Promise<WaterfallWithSpans | undefined> {
    return this.slow.find(service, publicId);
  }

  async waterfallTotals(): Promise<WaterfallTotals> {
    return this.slow.totals();
  }

  lateChanges(service: number): number {
    return this.purges + (this.late.get(service) ?? 0);
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
          rolledUp += this.rollUp(group, before, nowMs);
        } while (performance.now() < until);
      });
      this.pending.forget();
      await nextTurn();
    }
    let purged = 0;
    while (!this.closed) {
      const deleted = this.db.transaction(() => purgeSlice(this.db, this.slow, nowMs, retention));
      if (deleted === 0) break;
      purged += deleted;
      this.catalog.forget();
      this.book.forget();
      this.purges += 1;
      await nextTurn();
    }
    if (purged > 0) await this.giveBackFreePages();
    return { rolledUp, purged };
  }

  private rollUp(group: Group, before: number, nowMs: number): number {
    const { minutes, oldest } = rollUpGroup(this.db, group, before, (id, atMs) =>
      this.book.seen(id, atMs),
    );
    const hourEndMs = (oldest - (oldest % 3600) + 3600) * 1000;
    // The hour ends before the day it is in: late for the day is late for the hour too.
    if (minutes > 0 && hourEndMs + FINISHED_AFTER_MS <= nowMs) {
      this.late.set(group.service_id, (this.late.get(group.service_id) ?? 0) + 1);
    }
    return minutes;
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
    this.scanner.closed = true;
    this.gauges.closed = true;
    this.db.close();
  }
}
