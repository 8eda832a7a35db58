import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { translateTraces } from '../../src/server/ingest/traces.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import { SqlDatabase } from '../../src/server/store/sqlite.js';
import type { Batch, CommitResult } from '../../src/server/store/store.js';
import { ORDERS_QUERY, removeDir, SHOP, temporaryDir } from './server-harness.js';
import { slowRequest, tracesOf } from './waterfall-requests.js';

const DAY_MS = 86_400_000;
const RETENTION = { minuteDays: 8, days: 400 };
/** Yesterday's, so that a second more is the same day. */
const NOON_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
const TABLES = ['waterfalls', 'waterfall_operations'] as const;
let dir: string;
let store: EmbeddedStore;
let tenantId: string;

beforeEach(() => {
  dir = temporaryDir();
  store = new EmbeddedStore(dir);
  tenantId = store.control.createTenant('t').id;
});

afterEach(() => {
  store.close();
  removeDir(dir);
});

function batchAt(timeMs: number, requests: number, source?: string): Batch {
  const spans = Array.from({ length: requests }, (_, i) =>
    slowRequest({
      endpoint: `GET /${'abcdefgh'[i % 8]}`,
      timeMs: timeMs + i,
      durationUs: 1000 + i,
      children: [{ attributes: ORDERS_QUERY, startUs: 1, durationUs: 9 }],
    }),
  ).flat();
  const options = { nowMs: Date.now(), oldestMs: 0 };
  const { waterfalls } = translateTraces(tracesOf(spans, SHOP).resourceSpans, options);
  const key = source === undefined ? undefined : { source, sequence: 1 };
  return { key, receivedMs: Date.now(), writes: [], waterfalls };
}

async function commit(batch: Batch): Promise<CommitResult | undefined> {
  return (await store.tenant(tenantId).commit([batch]))[0];
}

async function kept(): Promise<number> {
  return (await store.tenant(tenantId).waterfallTotals()).waterfalls;
}

/** The same file, while no store has it open. */
function withDatabase<T>(work: (db: SqlDatabase) => T): T {
  const key = store.control.dataKey(tenantId);
  store.close();
  const db = SqlDatabase.open(join(dir, 'tenants', `${tenantId}.db`), key, '');
  try {
    return work(db);
  } finally {
    db.close();
    store = new EmbeddedStore(dir);
  }
}

const rowsOf = (table: string): number =>
  withDatabase((db) => db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? -1);

it('purges them with everything else of their time, entries under operations included', async () => {
  const now = NOON_MS;
  await commit(batchAt(now - 3 * DAY_MS, 80));
  await commit(batchAt(now, 16));
  // Slower ones of the same day take the place of others.
  await commit(batchAt(now + 1000, 80));
  expect(await kept()).toBe(160);
  expect(TABLES.map(rowsOf)).toEqual([160, 160]);
  await store.tenant(tenantId).maintain(now + 398 * DAY_MS, RETENTION);
  expect(await kept()).toBe(80);
  expect(TABLES.map(rowsOf)).toEqual([80, 80]);
  await store.tenant(tenantId).maintain(now + 410 * DAY_MS, RETENTION);
  expect(TABLES.map(rowsOf)).toEqual([0, 0]);
  expect(await store.tenant(tenantId).services()).toEqual([]);
});

it('keeps the names they refer to as long as they are kept', async () => {
  const now = NOON_MS;
  await commit(batchAt(now - 100 * DAY_MS, 1));
  await commit(batchAt(now, 1));
  await store.tenant(tenantId).maintain(now + 350 * DAY_MS, RETENTION);
  const tenant = store.tenant(tenantId);
  const [service] = await tenant.services();
  const range = { fromMs: now - DAY_MS, toMs: now + DAY_MS, limit: 5 };
  const { records } = await tenant.waterfalls({ service: service?.id ?? 0, ...range });
  const found = await tenant.findWaterfall(service?.id ?? 0, records[0]?.publicId ?? '');
  expect(found?.endpoint.name).toBe('GET /a');
  expect(found?.spans[0]?.operation?.name).toBe('SELECT orders');
});

it('leaves no trace of a batch that cannot be stored, and stores it once afterwards', async () => {
  const good = batchAt(Date.now(), 3, 'a:b');
  const bad = batchAt(Date.now(), 3, 'a:c');
  const [first] = bad.waterfalls ?? [];
  if (first !== undefined)
    first.endpoint = { ...first.endpoint, name: null as never, publicId: 'x' };
  await expect(store.tenant(tenantId).commit([good, bad])).rejects.toThrow();
  expect(await kept()).toBe(0);
  expect(await commit(good)).toBe('stored');
  expect(await commit(good)).toBe('duplicate');
  expect(await kept()).toBe(3);
});

it('come into a database that an older version made', async () => {
  await commit(batchAt(Date.now(), 1));
  withDatabase((db) => {
    for (const table of TABLES) db.exec(`DROP TABLE ${table}`);
  });
  expect(await kept()).toBe(0);
  expect(await commit(batchAt(Date.now(), 4))).toBe('stored');
  expect(await kept()).toBe(4);
});
