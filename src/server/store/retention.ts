import { KIND_CODE } from './schema.js';
import type { SqlDatabase } from './sqlite.js';
import type { Retention } from './store.js';
import type { Waterfalls } from './waterfalls.js';

const DAY_MS = 86_400_000;
/** How long a batch's key is remembered: longer than any agent keeps retrying one batch. */
const BATCH_KEY_DAYS = 7;
/** Rows per statement, so that one purge never blocks ingest for long. */
const SLICE = 500;
/** Names outlive their last data by this much, so that no chunk ever refers to a name that is gone. */
const NAME_MARGIN_MS = 2 * DAY_MS;

/**
 * Deletes what is past its time: one slice of each table. With secure_delete the pages are overwritten, and
 * `SqlDatabase.compact` gives them back to the file system.
 * @returns rows deleted; call again while it is not 0.
 */
export function purgeSlice(
  db: SqlDatabase,
  waterfalls: Waterfalls,
  nowMs: number,
  retention: Retention,
): number {
  const minuteCutoff = Math.floor((nowMs - retention.minuteDays * DAY_MS) / 1000);
  const cutoffMs = nowMs - retention.days * DAY_MS;
  let deleted = 0;
  for (const [level, cutoff] of [
    [60, minuteCutoff],
    [3600, Math.floor(cutoffMs / 1000)],
    [86_400, Math.floor(cutoffMs / 1000)],
  ] as const) {
    // A bucket goes when all of it is past: its end, not its start, counts.
    deleted += db.run(
      `DELETE FROM chunks WHERE id IN
         (SELECT id FROM chunks WHERE level = ? AND period <= ? LIMIT ${SLICE})`,
      level,
      cutoff - level,
    ).changes;
    deleted += db.run(
      `DELETE FROM gauges WHERE (instance_id, level, period) IN
         (SELECT instance_id, level, period FROM gauges WHERE level = ? AND period <= ? LIMIT ${SLICE})`,
      level,
      cutoff - level,
    ).changes;
  }
  deleted += db.run(
    `DELETE FROM batches WHERE (source_id, sequence) IN
       (SELECT source_id, sequence FROM batches WHERE seen_ms < ? LIMIT ${SLICE})`,
    nowMs - BATCH_KEY_DAYS * DAY_MS,
  ).changes;
  deleted += db.run(
    `DELETE FROM batch_sources WHERE NOT EXISTS
       (SELECT 1 FROM batches WHERE batches.source_id = batch_sources.id)`,
  ).changes;
  deleted += db.run('DELETE FROM instances WHERE last_seen_ms < ?', cutoffMs).changes;
  const names = cutoffMs - NAME_MARGIN_MS;
  deleted += db.run('DELETE FROM operations WHERE last_seen_ms < ?', names).changes;
  // Only minutes know processes; their names go with them.
  deleted += db.run(
    `DELETE FROM operations WHERE id IN
       (SELECT id FROM operations WHERE kind = ? AND last_seen_ms < ? LIMIT ${SLICE})`,
    KIND_CODE.process,
    minuteCutoff * 1000 - NAME_MARGIN_MS,
  ).changes;
  deleted += db.run('DELETE FROM services WHERE last_seen_ms < ?', names).changes;
  deleted += waterfalls.purge(cutoffMs, SLICE);
  deleted += purgeHosts(db, cutoffMs, names);
  return deleted;
}

/** What is known of hosts themselves. Packages and processes go with their time or with their host. */
function purgeHosts(db: SqlDatabase, cutoffMs: number, names: number): number {
  let deleted = db.run('DELETE FROM hosts WHERE last_seen_ms < ?', names).changes;
  for (const table of ['host_packages', 'host_processes']) {
    deleted += db.run(
      `DELETE FROM ${table} WHERE seen_ms < ? OR host_id NOT IN (SELECT id FROM hosts)`,
      cutoffMs,
    ).changes;
  }
  return deleted;
}
