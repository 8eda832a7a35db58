import { afterEach, beforeEach, expect, it } from 'vitest';
import { Histogram } from '../../src/histogram/index.js';
import { translate } from '../../src/server/ingest/translate.js';
import { bucketsOf } from '../../src/server/queries/range.js';
import { sumsOf } from '../../src/server/queries/sums-cache.js';
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

async function add(timeMs: number): Promise<void> {
  const { writes } = translate(shopRequest(timeMs), { nowMs: NOW, oldestMs: 0 });
  await tenant.commit([{ key: undefined, receivedMs: NOW, writes }]);
}

/** Calls by the counters and by the merged histogram, which must agree with a scan of everything. */
async function calls(days: number): Promise<number> {
  const [service] = await tenant.services();
  const range = bucketsOf(NOW - days * DAY_MS, NOW, NOW, 8);
  const query = { service: service?.id ?? 0, kind: 'query', range, nowMs: NOW } as const;
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
