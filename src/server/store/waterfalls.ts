import type { Catalog } from './catalog.js';
import type { OperationBook } from './operation-book.js';
import { blobBytes, type SqlDatabase } from './sqlite.js';
import type { Outcome } from './store.js';
import { ByteReader, ByteWriter } from './varint.js';
import {
  KEPT_PER_ENDPOINT_AND_DAY,
  type WaterfallQuery,
  type WaterfallRecord,
  type WaterfallTotals,
  type WaterfallWithSpans,
  type WaterfallWrite,
} from './waterfall-types.js';

const DAY_MS = 86_400_000;

/** As stored: ids instead of names. Four numbers per span: operation, outcome, start, duration. */
interface StoredSpan {
  operation: number;
  outcome: number;
  startUs: number;
  durationUs: number;
}

interface WaterfallRow {
  id: number;
  public_id: string;
  endpoint_public_id: string | null;
  endpoint_name: string | null;
  time_ms: number;
  duration_us: number;
  outcome_id: number;
  database_us: number;
  web_services_us: number;
  own_code_us: number;
  children: number;
  calls?: number;
  total_us?: number;
}

const SELECTED = `w.id, w.public_id, o.public_id AS endpoint_public_id, o.name AS endpoint_name, w.time_ms,
  w.duration_us, w.outcome_id, w.database_us, w.web_services_us, w.own_code_us, w.children`;
const WITH_ENDPOINT = 'LEFT JOIN operations o ON o.id = w.endpoint_id';

/** Slow requests as they went: the slowest of each endpoint and day (UTC). */
export class Waterfalls {
  constructor(
    private readonly db: SqlDatabase,
    private readonly catalog: Catalog,
    private readonly book: OperationBook,
  ) {}

  /** Inside the caller's transaction. What is kept does not depend on the order of arrival. */
  store(service: number, write: WaterfallWrite): void {
    const { publicId, timeMs, durationUs, split, spans, omitted } = write;
    const endpoint = this.catalog.operation(service, 'endpoint', write.endpoint, timeMs).id;
    const day = Math.floor(timeMs / DAY_MS);
    const kept = this.db.all<{ id: number; public_id: string; duration_us: number }>(
      `SELECT id, public_id, duration_us FROM waterfalls WHERE endpoint_id = ? AND day = ?
       ORDER BY duration_us DESC, public_id`,
      endpoint,
      day,
    );
    const last = kept[KEPT_PER_ENDPOINT_AND_DAY - 1];
    const slower =
      last === undefined ||
      durationUs > last.duration_us ||
      (durationUs === last.duration_us && publicId < last.public_id);
    if (!slower) return;
    const stored = spans.map(({ kind, operation, outcome, startUs, durationUs: us }) => ({
      operation: this.catalog.operation(service, kind, operation, timeMs).id,
      outcome: this.catalog.outcome(outcome),
      startUs,
      durationUs: us,
    }));
    const { id, changes } = this.db.run(
      `INSERT INTO waterfalls (public_id, service_id, endpoint_id, day, time_ms, duration_us, outcome_id,
         database_us, web_services_us, own_code_us, children, omitted, spans)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING`,
      publicId,
      service,
      endpoint,
      day,
      timeMs,
      durationUs,
      this.catalog.outcome(write.outcome),
      split.databaseUs,
      split.webServicesUs,
      split.ownCodeUs,
      spans.length + omitted,
      omitted,
      encodeSpans(stored),
    );
    if (changes === 0) return;
    this.storeOperations(id, timeMs, stored);
    this.seen(endpoint, timeMs);
    if (last !== undefined) this.remove(last.id);
  }

  /** Names must outlive what refers to them, also where the figures of the same time were lost. */
  private seen(operation: number, timeMs: number): void {
    this.db.run(
      'UPDATE operations SET last_seen_ms = ? WHERE id = ? AND last_seen_ms < ?',
      timeMs,
      operation,
      timeMs,
    );
    this.book.seen(operation, timeMs);
  }

  private storeOperations(id: number, timeMs: number, spans: readonly StoredSpan[]): void {
    const sums = new Map<number, { calls: number; totalUs: number }>();
    for (const { operation, durationUs } of spans) {
      const sum = sums.get(operation) ?? { calls: 0, totalUs: 0 };
      sum.calls += 1;
      sum.totalUs += durationUs;
      sums.set(operation, sum);
    }
    for (const [operation, { calls, totalUs }] of sums) {
      this.db.run(
        `INSERT INTO waterfall_operations (operation_id, time_ms, waterfall_id, calls, total_us)
         VALUES (?, ?, ?, ?, ?)`,
        operation,
        timeMs,
        id,
        calls,
        totalUs,
      );
      this.seen(operation, timeMs);
    }
  }

  /** With its entries under the operations that it names: those are found by what it says itself. */
  private remove(id: number): void {
    const row = this.db.get<{ time_ms: number; spans: ArrayBuffer }>(
      'SELECT time_ms, spans FROM waterfalls WHERE id = ?',
      id,
    );
    if (row === undefined) return;
    const spans = decodeSpans(blobBytes(row.spans));
    for (const operation of new Set(spans.map((span) => span.operation))) {
      this.db.run(
        'DELETE FROM waterfall_operations WHERE operation_id = ? AND time_ms = ? AND waterfall_id = ?',
        operation,
        row.time_ms,
        id,
      );
    }
    this.db.run('DELETE FROM waterfalls WHERE id = ?', id);
  }

  /** Removes up to `limit` that began before. @returns how many. */
  purge(beforeMs: number, limit: number): number {
    const rows = this.db.all<{ id: number }>(
      'SELECT id FROM waterfalls WHERE time_ms < ? LIMIT ?',
      beforeMs,
      limit,
    );
    for (const { id } of rows) this.remove(id);
    return rows.length;
  }

  list(query: WaterfallQuery): { records: WaterfallRecord[]; matched: number } {
    const { operation, endpoint, limit } = query;
    const [from, ...parameters] =
      operation === undefined
        ? chosenByEndpoint(query, endpoint)
        : chosenByOperation(query, operation);
    const order = operation === undefined ? 'w.duration_us DESC' : 'm.total_us DESC';
    const more = operation === undefined ? '' : ', m.calls, m.total_us';
    const matched =
      this.db.get<{ n: number }>(`SELECT count(*) AS n ${from}`, ...parameters)?.n ?? 0;
    const rows = this.db.all<WaterfallRow>(
      `SELECT ${SELECTED}${more} ${from} ORDER BY ${order}, w.public_id LIMIT ?`,
      ...parameters,
      limit,
    );
    return { records: rows.map((row) => this.toRecord(row)), matched };
  }

  find(service: number, publicId: string): WaterfallWithSpans | undefined {
    const row = this.db.get<WaterfallRow & { omitted: number; spans: ArrayBuffer }>(
      `SELECT ${SELECTED}, w.omitted, w.spans FROM waterfalls w ${WITH_ENDPOINT}
       WHERE w.service_id = ? AND w.public_id = ?`,
      service,
      publicId,
    );
    if (row === undefined) return undefined;
    const queries = this.book.of(service, 'query');
    const calls = this.book.of(service, 'call');
    return {
      ...this.toRecord(row),
      omitted: row.omitted,
      spans: decodeSpans(blobBytes(row.spans)).map((span) => ({
        operation: queries.get(span.operation) ?? calls.get(span.operation),
        outcome: this.catalog.outcomeOf(span.outcome),
        startUs: span.startUs,
        durationUs: span.durationUs,
      })),
    };
  }

  totals(): WaterfallTotals {
    const sums = this.db.get<{ n: number; starts: number; durations: number }>(
      `SELECT count(*) AS n, count(DISTINCT time_ms) AS starts, count(DISTINCT duration_us) AS durations
       FROM waterfalls`,
    );
    const last = this.db.get<{ public_id: string; time_ms: number }>(
      'SELECT public_id, time_ms FROM waterfalls ORDER BY time_ms DESC LIMIT 1',
    );
    return {
      waterfalls: sums?.n ?? 0,
      starts: sums?.starts ?? 0,
      durations: sums?.durations ?? 0,
      lastPublicId: last?.public_id ?? '',
      lastTimeMs: last?.time_ms ?? 0,
    };
  }

  private toRecord(row: WaterfallRow): WaterfallRecord {
    const outcome: Outcome = this.catalog.outcomeOf(row.outcome_id);
    return {
      publicId: row.public_id,
      endpoint: { publicId: row.endpoint_public_id ?? '', name: row.endpoint_name ?? '' },
      timeMs: row.time_ms,
      durationUs: row.duration_us,
      outcome,
      split: {
        databaseUs: row.database_us,
        webServicesUs: row.web_services_us,
        ownCodeUs: row.own_code_us,
      },
      children: row.children,
      ...(row.calls !== undefined && {
        matched: { calls: row.calls, totalUs: row.total_us ?? 0 },
      }),
    };
  }
}

/** FROM and WHERE with their parameters. With an endpoint its days lead the way, else the time. */
function chosenByEndpoint(
  { service, fromMs, toMs }: WaterfallQuery,
  endpoint: number | undefined,
): [string, ...number[]] {
  const chosen = `FROM waterfalls w ${WITH_ENDPOINT}
    WHERE w.service_id = ? AND w.time_ms >= ? AND w.time_ms < ?`;
  if (endpoint === undefined) return [chosen, service, fromMs, toMs];
  return [
    `${chosen} AND w.endpoint_id = ? AND w.day BETWEEN ? AND ?`,
    service,
    fromMs,
    toMs,
    endpoint,
    Math.floor(fromMs / DAY_MS),
    Math.floor(toMs / DAY_MS),
  ];
}

function chosenByOperation(
  { service, fromMs, toMs }: WaterfallQuery,
  operation: number,
): [string, ...number[]] {
  return [
    `FROM waterfall_operations m JOIN waterfalls w ON w.id = m.waterfall_id ${WITH_ENDPOINT}
     WHERE m.operation_id = ? AND m.time_ms >= ? AND m.time_ms < ? AND w.service_id = ?`,
    operation,
    fromMs,
    toMs,
    service,
  ];
}

function encodeSpans(spans: readonly StoredSpan[]): Uint8Array {
  const writer = new ByteWriter(16 * spans.length + 16);
  for (const { operation, outcome, startUs, durationUs } of spans) {
    writer.varint(operation);
    writer.varint(outcome);
    writer.varint(startUs);
    writer.varint(durationUs);
  }
  return writer.finish();
}

function decodeSpans(bytes: Uint8Array): StoredSpan[] {
  const reader = new ByteReader(bytes);
  const spans: StoredSpan[] = [];
  while (!reader.done) {
    spans.push({
      operation: reader.varint(),
      outcome: reader.varint(),
      startUs: reader.varint(),
      durationUs: reader.varint(),
    });
  }
  return spans;
}
