import { KIND_CODE } from './schema.js';
import type { SqlDatabase } from './sqlite.js';
import type { OperationRecord, SeriesKind } from './store.js';

interface OperationRow {
  id: number;
  public_id: string;
  name: string;
  other: number;
  attributes: string;
  first_seen_ms: number;
  last_seen_ms: number;
}

const COLUMNS = 'id, public_id, name, other, attributes, first_seen_ms, last_seen_ms';

/** Records kept in memory before all are forgotten and read again. */
const MAX_RECORDS = 200_000;

/**
 * Operations by service and kind, read once and kept: reading and parsing 5,000 of them takes 40 ms, which every
 * report would pay. New ones are read by their rising ids, `seen` keeps the times right, `forget` follows a purge.
 */
export class OperationBook {
  private readonly pages = new Map<
    string,
    { last: number; records: Map<number, OperationRecord> }
  >();
  private readonly byId = new Map<number, OperationRecord>();

  constructor(private readonly db: SqlDatabase) {}

  of(service: number, kind: SeriesKind): ReadonlyMap<number, OperationRecord> {
    if (this.byId.size > MAX_RECORDS) this.forget();
    const key = `${service}.${kind}`;
    let page = this.pages.get(key);
    if (page === undefined) {
      page = { last: 0, records: new Map() };
      this.pages.set(key, page);
    }
    const newest =
      this.db.get<{ id: number | null }>('SELECT max(id) AS id FROM operations')?.id ?? 0;
    if (page.last >= newest) return page.records;
    const rows = this.db.iterate<OperationRow>(
      `SELECT ${COLUMNS} FROM operations WHERE service_id = ? AND kind = ? AND id > ? ORDER BY id`,
      service,
      KIND_CODE[kind],
      page.last,
    );
    for (const row of rows) {
      const record = toRecord(row, kind);
      page.records.set(row.id, record);
      this.byId.set(row.id, record);
    }
    page.last = newest;
    return page.records;
  }

  find(service: number, kind: SeriesKind, publicId: string): OperationRecord | undefined {
    const row = this.db.get<OperationRow>(
      `SELECT ${COLUMNS} FROM operations WHERE service_id = ? AND kind = ? AND public_id = ?`,
      service,
      KIND_CODE[kind],
      publicId,
    );
    return row === undefined ? undefined : toRecord(row, kind);
  }

  seen(id: number, atMs: number): void {
    const record = this.byId.get(id);
    if (record !== undefined && record.lastSeenMs < atMs) record.lastSeenMs = atMs;
  }

  forget(): void {
    this.pages.clear();
    this.byId.clear();
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
