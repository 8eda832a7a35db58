import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Histogram } from '../../src/histogram/index.js';
import { translate } from '../../src/server/ingest/translate.js';
import { bucketsOf } from '../../src/server/queries/range.js';
import { sumsCacheOf, sumsOf } from '../../src/server/queries/sums-cache.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import type { TenantStore } from '../../src/server/store/store.js';
import { removeDir, shopRequest, temporaryDir } from './server-harness.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RETENTION = { minuteDays: 8, days: 400 };
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 7.5 * HOUR_MS;

let dir: string;
let store: EmbeddedStore;
let tenant: TenantStore;

beforeEach(() => {
  dir = temporaryDir();
  store = new EmbeddedStore(dir);
  tenant = store.tenant(store.control.createTenant('t').id);
});

afterEach(() => {
  store.close();
  removeDir(dir);
});

async function add(timeMs: number, nowMs = NOW): Promise<void> {
  const { writes } = translate(shopRequest(timeMs), { nowMs, oldestMs: 0 });
  await tenant.commit([{ key: undefined, receivedMs: nowMs, writes }]);
}

/** Calls by the counters and by the merged histogram, which must agree with a scan of everything. */
async function calls(days: number, nowMs = NOW): Promise<number> {
  const [service] = await tenant.services();
  const range = bucketsOf(nowMs - days * DAY_MS, nowMs, nowMs, 8);
  const query = { service: service?.id ?? 0, kind: 'query', range, nowMs } as const;
  let scanned = 0;
  await tenant.scan(query, (view) => (scanned += view.count));
  let counted = 0;
  const timings = new Histogram();
  for (const view of (await sumsOf(tenant, query)).values()) {
    counted += view.calls;
    view.mergeAll(timings);
  }
  expect([counted, timings.count]).toEqual([scanned, scanned]);
  return counted;
}

it.each([1, 30])('sums of %i days follow late data through roll-up and purge', async (days) => {
  const late = NOW - 20 * HOUR_MS;
  await add(late);
  expect(await calls(days)).toBe(6);
  for (let round = 2; round <= 5; round++) {
    await tenant.maintain(NOW, RETENTION);
    expect(await calls(days)).toBe(6 * (2 * round - 3));
    await add(late + round * MINUTE_MS);
    expect(await calls(days)).toBe(6 * (2 * round - 2));
    await add(NOW - MINUTE_MS);
    expect(await calls(days)).toBe(6 * (2 * round - 1));
  }
  await tenant.maintain(NOW, RETENTION);
  expect(await calls(days)).toBe(54);
  // All of it is past its time: the kept sums must not outlive it.
  await tenant.maintain(NOW + 10 * DAY_MS, { minuteDays: 1, days: 2 });
  await add(NOW - MINUTE_MS);
  expect(await calls(days)).toBe(6);
});

it('roll-ups while reports are read lose and double nothing', async () => {
  let sent = 0;
  for (let i = 0; i < 30; i++) {
    await add(NOW - 10 * HOUR_MS + i * 7 * MINUTE_MS);
    sent += 6;
    const results = await Promise.all([
      calls(1),
      tenant.maintain(NOW, RETENTION).then(() => calls(1)),
      calls(30),
    ]);
    expect(results).toEqual([sent, sent, sent]);
  }
});

it.each([
  [1, HOUR_MS, NOW + 0.4 * HOUR_MS],
  [30, DAY_MS, NOW + 16.4 * HOUR_MS],
])('of %i days the next range is ready before it begins', async (days, bucketMs, beforeMs) => {
  for (let t = NOW - 3 * HOUR_MS; t < NOW; t += HOUR_MS) await add(t);
  await tenant.maintain(NOW, RETENTION);
  expect(await calls(days)).toBe(18);
  await sumsCacheOf(tenant).tend(beforeMs);
  const scan = vi.spyOn(tenant, 'scan');
  const finished = (): number =>
    scan.mock.calls.filter(([query]) => query.part?.of === 'finished').length;
  const next = Math.ceil(NOW / bucketMs) * bucketMs;
  const kept = 18;
  expect(await calls(days, next + MINUTE_MS)).toBe(kept);
  expect(finished()).toBe(0);
  // What has finished since is added to what is kept, once.
  await add(next - MINUTE_MS, next);
  await tenant.maintain(next + 2 * MINUTE_MS, RETENTION);
  await sumsCacheOf(tenant).tend(next + 6 * MINUTE_MS);
  expect(finished()).toBe(1);
  expect(await calls(days, next + 7 * MINUTE_MS)).toBe(kept + 6);
  expect(finished()).toBe(1);
});
