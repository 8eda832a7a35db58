import { Chunk, readChunk } from './chunk.js';
import { factRule } from './pending.js';
import { KIND_CODE, LEVEL_PENDING } from './schema.js';
import { blobBytes, type SqlDatabase } from './sqlite.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export interface Group {
  service_id: number;
  kind: number;
  shard: number;
  day: number;
}

/**
 * Takes finished minutes over into minute, hour and day buckets. Each pending minute is added to each level
 * exactly once, in one transaction that also removes it from the pending ones; because merging is integer
 * addition, the result equals a recomputation from the minutes, whatever the order and however late they came.
 */
export function pendingGroups(db: SqlDatabase, beforePeriod: number): Group[] {
  return db.all<Group>(
    `SELECT DISTINCT service_id, kind, shard, period / ${DAY} AS day
     FROM chunks WHERE level = ${LEVEL_PENDING} AND period < ?`,
    beforePeriod,
  );
}

/**
 * Rolls one group up; inside the caller's transaction.
 * @param seen is told of each operation that has data and when it ended.
 * @returns how many minutes were taken over, and the first of them.
 */
export function rollUpGroup(
  db: SqlDatabase,
  group: Group,
  beforePeriod: number,
  seen: (operation: number, atMs: number) => void,
): { minutes: number; oldest: number } {
  const rule = factRule(group.kind);
  const dayStart = group.day * DAY;
  const pending = db.all<{ id: number; period: number; data: ArrayBuffer }>(
    `SELECT id, period, data FROM chunks
     WHERE service_id = ? AND kind = ? AND level = ${LEVEL_PENDING} AND shard = ?
       AND period >= ? AND period < ?`,
    group.service_id,
    group.kind,
    group.shard,
    dayStart,
    Math.min(dayStart + DAY, beforePeriod),
  );
  const coarse = new Map<string, { level: number; period: number; chunk: Chunk }>();
  const lastSeen = new Map<number, number>();
  for (const row of pending) {
    const data = blobBytes(row.data);
    for (const level of group.kind === KIND_CODE.process ? [] : [HOUR, DAY]) {
      const period = row.period - (row.period % level);
      const key = `${level}.${period}`;
      let target = coarse.get(key);
      if (target === undefined) {
        target = { level, period, chunk: new Chunk() };
        const stored = readStored(db, group, level, period);
        if (stored !== undefined) target.chunk.mergeEncoded(blobBytes(stored.data), rule);
        coarse.set(key, target);
      }
      target.chunk.mergeEncoded(data, rule);
    }
    readChunk(data, ({ operation, caller }) => {
      for (const id of caller === 0 ? [operation] : [operation, caller]) {
        if ((lastSeen.get(id) ?? 0) < row.period) lastSeen.set(id, row.period);
      }
    });
    settleMinute(db, group, row);
  }
  for (const { level, period, chunk } of coarse.values()) {
    db.run(
      `INSERT INTO chunks (service_id, kind, level, shard, period, data) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (service_id, kind, level, shard, period) DO UPDATE SET data = excluded.data`,
      group.service_id,
      group.kind,
      level,
      group.shard,
      period,
      chunk.encode(),
    );
  }
  for (const [id, period] of lastSeen) {
    const endMs = (period + MINUTE) * 1000;
    db.run(
      'UPDATE operations SET last_seen_ms = ? WHERE id = ? AND last_seen_ms < ?',
      endMs,
      id,
      endMs,
    );
    seen(id, endMs);
  }
  const oldest = pending.reduce((least, row) => Math.min(least, row.period), Infinity);
  return { minutes: pending.length, oldest };
}

/** The pending minute becomes the minute, or is added to the one that an earlier roll-up left. */
function settleMinute(
  db: SqlDatabase,
  group: Group,
  row: { id: number; period: number; data: ArrayBuffer },
): void {
  const stored = readStored(db, group, MINUTE, row.period);
  if (stored === undefined) {
    db.run(`UPDATE chunks SET level = ${MINUTE} WHERE id = ?`, row.id);
    return;
  }
  const chunk = new Chunk();
  chunk.mergeEncoded(blobBytes(stored.data), factRule(group.kind));
  chunk.mergeEncoded(blobBytes(row.data), factRule(group.kind));
  db.run('UPDATE chunks SET data = ? WHERE id = ?', chunk.encode(), stored.id);
  db.run('DELETE FROM chunks WHERE id = ?', row.id);
}

function readStored(
  db: SqlDatabase,
  group: Group,
  level: number,
  period: number,
): { id: number; data: ArrayBuffer } | undefined {
  return db.get<{ id: number; data: ArrayBuffer }>(
    `SELECT id, data FROM chunks
     WHERE service_id = ? AND kind = ? AND level = ? AND shard = ? AND period = ?`,
    group.service_id,
    group.kind,
    level,
    group.shard,
    period,
  );
}
