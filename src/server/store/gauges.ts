import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GaugePoint, GaugeScan, GaugeView } from './store.js';
import { blobBytes, type SqlDatabase } from './sqlite.js';
import { ByteReader, ByteWriter, CorruptChunkError } from './varint.js';

/**
 * Gauges: what was measured, not counted. One row holds all series of one instance (a process, a host) and bucket:
 *
 *   version = 1 | entry …
 *   entry = series - previous series (varint) | count (varint) | sum | min | max  (8 bytes each, little-endian)
 *
 * Every value is merged into its minute, hour and day at once: adding is the same whatever the order and however late
 * it comes, and a row of 20 series takes 0.5 KB, so there is nothing to roll up later.
 */
const VERSION = 1;
const LEVELS = [60, 3600, 86_400] as const;
/** The names come from closed lists; labels of devices and file systems may be many. Past it a label is "Other". */
const MAX_SERIES = 5000;
const OTHER_LABEL = 'Other';
/** Longest time that a report keeps the loop, and with it ingest, waiting. */
const SLICE_MS = 20;

interface Cell {
  count: number;
  sum: number;
  min: number;
  max: number;
}

interface SeriesName {
  metric: string;
  label: string;
}

export class Gauges {
  closed = false;
  private readonly ids = new Map<string, number>();
  private readonly names = new Map<number, SeriesName>();

  constructor(private readonly db: SqlDatabase) {}

  /** After a rollback: ids handed out in it do not exist. */
  forget(): void {
    this.ids.clear();
    this.names.clear();
  }

  /** Inside the caller's transaction. @param instance id of the instance that measured. */
  add(instance: number, points: readonly GaugePoint[]): void {
    for (const level of LEVELS) {
      const byPeriod = new Map<number, GaugePoint[]>();
      for (const point of points) {
        const seconds = Math.floor(point.minuteMs / 1000);
        const period = seconds - (seconds % level);
        const known = byPeriod.get(period);
        if (known === undefined) byPeriod.set(period, [point]);
        else known.push(point);
      }
      for (const [period, some] of byPeriod) this.merge(instance, level, period, some);
    }
  }

  private merge(
    instance: number,
    level: number,
    period: number,
    points: readonly GaugePoint[],
  ): void {
    const stored = this.db.get<{ data: ArrayBuffer }>(
      'SELECT data FROM gauges WHERE instance_id = ? AND level = ? AND period = ?',
      instance,
      level,
      period,
    );
    const cells = new Map<number, Cell>();
    if (stored !== undefined) {
      readCells(blobBytes(stored.data), (series, cell) => cells.set(series, { ...cell }));
    }
    for (const point of points) {
      const series = this.seriesOf(point.metric, point.label);
      const cell = cells.get(series);
      if (cell === undefined) {
        cells.set(series, { count: point.count, sum: point.sum, min: point.min, max: point.max });
        continue;
      }
      cell.count += point.count;
      cell.sum += point.sum;
      cell.min = Math.min(cell.min, point.min);
      cell.max = Math.max(cell.max, point.max);
    }
    this.db.run(
      `INSERT INTO gauges (instance_id, level, period, data) VALUES (?, ?, ?, ?)
       ON CONFLICT (instance_id, level, period) DO UPDATE SET data = excluded.data`,
      instance,
      level,
      period,
      encodeCells(cells),
    );
  }

  private seriesOf(metric: string, label: string): number {
    const key = `${metric}\0${label}`;
    let id = this.ids.get(key);
    if (id !== undefined) return id;
    id = this.db.get<{ id: number }>(
      'SELECT id FROM gauge_series WHERE metric = ? AND label = ?',
      metric,
      label,
    )?.id;
    if (id === undefined) {
      const count = this.db.get<{ n: number }>('SELECT count(*) AS n FROM gauge_series')?.n ?? 0;
      if (count >= MAX_SERIES && label !== OTHER_LABEL) return this.seriesOf(metric, OTHER_LABEL);
      id = this.db.run('INSERT INTO gauge_series (metric, label) VALUES (?, ?)', metric, label).id;
    }
    this.ids.set(key, id);
    return id;
  }

  private nameOf(id: number): SeriesName {
    let name = this.names.get(id);
    if (name === undefined) {
      const rows = this.db.iterate<SeriesName & { id: number }>(
        'SELECT id, metric, label FROM gauge_series',
      );
      for (const row of rows) this.names.set(row.id, { metric: row.metric, label: row.label });
      name = this.names.get(id) ?? { metric: '', label: '' };
    }
    return name;
  }

  /** Visits every series of every bucket of the range. */
  async scan(query: GaugeScan, visit: (view: GaugeView) => void): Promise<void> {
    const { fromMs, toMs, bucketSeconds } = query.range;
    const instances = this.db.all<{ id: number; instance_key: string }>(
      `SELECT id, instance_key FROM instances
       WHERE service_id = ? AND last_seen_ms >= ? AND first_seen_ms < ?`,
      query.service,
      fromMs,
      toMs,
    );
    let until = performance.now() + SLICE_MS;
    for (const { id, instance_key } of instances) {
      if (query.instance !== undefined && query.instance !== instance_key) continue;
      if (performance.now() > until) {
        await nextTurn();
        until = performance.now() + SLICE_MS;
      }
      if (this.closed) throw new Error('the store is closed');
      const rows = this.db.iterate<{ period: number; data: ArrayBuffer }>(
        `SELECT period, data FROM gauges
         WHERE instance_id = ? AND level = ? AND period >= ? AND period < ?`,
        id,
        bucketSeconds,
        fromMs / 1000,
        toMs / 1000,
      );
      for (const { period, data } of rows) {
        readCells(blobBytes(data), (series, cell) =>
          visit({
            instance: instance_key,
            bucketMs: period * 1000,
            ...this.nameOf(series),
            ...cell,
          }),
        );
      }
    }
  }
}

/** By series: one content has one encoding. */
function encodeCells(cells: ReadonlyMap<number, Cell>): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(VERSION);
  let previous = 0;
  const numbers = new Uint8Array(24);
  const view = new DataView(numbers.buffer);
  for (const [series, cell] of [...cells].sort(([a], [b]) => a - b)) {
    writer.varint(series - previous);
    previous = series;
    writer.varint(cell.count);
    view.setFloat64(0, cell.sum, true);
    view.setFloat64(8, cell.min, true);
    view.setFloat64(16, cell.max, true);
    writer.raw(numbers);
  }
  return writer.finish();
}

/** @throws CorruptChunkError */
function readCells(bytes: Uint8Array, visit: (series: number, cell: Cell) => void): void {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== VERSION) throw new CorruptChunkError('unknown version');
  let series = 0;
  while (!reader.done) {
    series += reader.varint();
    const count = reader.varint();
    const at = reader.skip(24);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 24);
    visit(series, {
      count,
      sum: view.getFloat64(0, true),
      min: view.getFloat64(8, true),
      max: view.getFloat64(16, true),
    });
  }
}
