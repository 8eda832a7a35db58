import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Histogram } from '../../src/histogram/index.js';
import type { ReportAnswer, ServicesAnswer } from '../../src/server/api-types.js';
import { startServer } from '../../src/server/index.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import type {
  Batch,
  BucketSeconds,
  SeriesKind,
  TenantStore,
} from '../../src/server/store/store.js';
import { translate } from '../../src/server/ingest/translate.js';
import {
  filesBelow,
  ORDERS_ENDPOINT,
  ORDERS_QUERY,
  optionsFor,
  removeDir,
  requestOf,
  SHOP,
  shopRequest,
  sum,
  temporaryDir,
  TestServer,
  timingPoint,
  timings,
} from './server-harness.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RETENTION = { minuteDays: 8, days: 400 };

let dir: string;

beforeEach(() => {
  dir = temporaryDir();
});

afterEach(() => removeDir(dir));

describe('on disk', () => {
  it('data survive a restart, unreadable without the key', async () => {
    let server = await TestServer.start(dir);
    const secrets = [
      'PlantedServiceName',
      'planted_table_name',
      '/planted-route-name',
      'planted-host-name',
      'PLANTED_BATCH',
    ];
    const resource = {
      ...SHOP,
      'service.name': 'PlantedServiceName',
      'host.name': secrets[3] ?? '',
    };
    await server.send(
      requestOf(resource, [
        timings('http.server.request.duration', [
          timingPoint({ ...ORDERS_ENDPOINT, 'http.route': '/planted-route-name' }, [5000]),
        ]),
        timings('db.client.operation.duration', [
          timingPoint(
            { ...ORDERS_QUERY, 'db.query.text': 'SELECT a FROM planted_table_name' },
            [5],
          ),
        ]),
      ]),
      { 'retrace-batch': 'PLANTED_BATCH:1' },
    );
    await server.login();
    const before = await server.json<ServicesAnswer>('/api/services');
    expect(before.services[0]?.name).toBe('PlantedServiceName');
    const { cookie } = server;
    // While it runs the write-ahead log is there too.
    expect(filesBelow(dir).some(({ path }) => path.endsWith('-wal'))).toBe(true);
    for (const file of filesBelow(dir)) expectNoPlaintext(file, secrets);
    await server.stop();
    for (const file of filesBelow(dir)) expectNoPlaintext(file, secrets);

    server = await TestServer.start(dir);
    server.cookie = cookie;
    const after = await server.json<ServicesAnswer>('/api/services');
    expect(after.services[0]?.requests).toEqual(before.services[0]?.requests);
    const id = after.services[0]?.id;
    const queries = await server.json<ReportAnswer>(`/api/services/${id}/queries`);
    expect(queries.rows[0]?.query?.text).toBe('SELECT a FROM planted_table_name');
    await server.stop();
  });

  function expectNoPlaintext(
    { path, bytes }: { path: string; bytes: Buffer },
    secrets: string[],
  ): void {
    for (const secret of secrets)
      expect(bytes.includes(secret), `${secret} in ${path}`).toBe(false);
    if (path.includes('.db')) {
      expect(bytes.includes('CREATE TABLE'), path).toBe(false);
      expect(bytes.includes('SQLite format 3'), path).toBe(false);
    }
  }

  it('secrets are readable by their owner only, and hashed in the database', async () => {
    const server = await TestServer.start(dir);
    for (const name of ['master.key', 'ingest.key', 'control.db', 'tls/ca.key', 'tls/server.key']) {
      expect(statSync(join(dir, name)).mode & 0o077, name).toBe(0);
    }
    expect(statSync(join(dir, 'tenants')).mode & 0o077).toBe(0);
    expect(readFileSync(join(dir, 'ingest.key'), 'utf8').trim()).toBe(server.running.ingestKey);
    await server.stop();
  });

  it('another master key is refused, and so is one that others may read', async () => {
    await (await TestServer.start(dir)).stop();
    const file = join(dir, 'master.key');
    const key = readFileSync(file);
    writeFileSync(file, Buffer.alloc(32, 7).toString('base64'));
    await expect(startServer(optionsFor(dir))).rejects.toThrow('master key');
    writeFileSync(file, key);
    chmodSync(file, 0o644);
    await expect(startServer(optionsFor(dir))).rejects.toThrow('chmod 600');
    chmodSync(file, 0o600);
    await (await TestServer.start(dir)).stop();
  });

  it('a second server is kept away from the folder, until the first is gone', async () => {
    const first = await TestServer.start(dir);
    await expect(startServer(optionsFor(dir))).rejects.toThrow('already uses the data folder');
    await first.stop();
    await (await TestServer.start(dir)).stop();
  });
});

describe('roll-ups and retention', () => {
  /** Midnight of a day that is over. */
  const start = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
  let store: EmbeddedStore;
  let tenant: TenantStore;
  let sequence: number;

  beforeEach(() => {
    sequence = 0;
    store = new EmbeddedStore(dir);
    tenant = store.tenant(store.control.createTenant('t').id);
  });

  afterEach(() => store.close());

  function batchAt(timeMs: number, durationsUs: number[], errorType = ''): Batch {
    const attributes =
      errorType === '' ? ORDERS_ENDPOINT : { ...ORDERS_ENDPOINT, 'error.type': errorType };
    const request = requestOf(SHOP, [
      timings('http.server.request.duration', [timingPoint(attributes, durationsUs, timeMs)]),
      timings('db.client.operation.duration', [
        timingPoint(
          { ...ORDERS_QUERY, 'retrace.endpoint': 'GET /orders/:id' },
          durationsUs,
          timeMs,
        ),
      ]),
      sum('retrace.query.repeated.max', ORDERS_QUERY, durationsUs[0] ?? 0, timeMs),
      sum('retrace.dropped', { 'retrace.reason': 'ring_full' }, 2, timeMs),
    ]);
    const { writes } = translate(request, { nowMs: Date.now(), oldestMs: 0 });
    return { key: { source: 'a:b', sequence: ++sequence }, receivedMs: Date.now(), writes };
  }

  async function totals(
    kind: SeriesKind,
    bucketSeconds: BucketSeconds,
    fromMs = start,
    toMs = start + 2 * DAY_MS,
  ): Promise<Record<string, string>> {
    const series = new Map<string, { timings: Histogram; facts: number[] }>();
    const [service] = await tenant.services();
    if (service === undefined) return {};
    await tenant.scan(
      { service: service.id, kind, range: { fromMs, toMs, bucketSeconds } },
      (view) => {
        const key = `${view.operation}.${view.caller}.${view.outcome?.status}.${view.outcome?.errorType}`;
        const entry = series.get(key) ?? { timings: new Histogram(), facts: [] };
        series.set(key, entry);
        if (view.outcome !== undefined)
          entry.timings.mergeEncoded(view.bytes, view.start, view.end);
        view.facts.forEach((fact, i) => {
          const known = entry.facts[i] ?? 0;
          entry.facts[i] = kind === 'query' && i === 2 ? Math.max(known, fact) : known + fact;
        });
      },
    );
    return Object.fromEntries(
      [...series].map(([key, { timings: t, facts }]) => [
        key,
        `${Buffer.from(t.encode()).toString('hex')} ${facts.join()}`,
      ]),
    );
  }

  it('hours and days equal the sum of the minutes, late data included', async () => {
    for (let i = 0; i < 150; i++) {
      // Scattered over two days, out of order.
      const timeMs = start + ((i * 7919) % 2880) * MINUTE_MS + 30_000;
      await tenant.commit([
        batchAt(timeMs, [100 + i, 5000 * (i % 9) + 1], i % 11 === 0 ? '500' : ''),
      ]);
      if (i % 40 === 0) await tenant.maintain(Date.now(), RETENTION);
    }
    const check = async (): Promise<void> => {
      for (const kind of ['endpoint', 'query', 'counter'] as const) {
        const minutes = await totals(kind, 60);
        expect(Object.keys(minutes).length).toBeGreaterThan(0);
        expect(await totals(kind, 3600)).toEqual(minutes);
        expect(await totals(kind, 86_400)).toEqual(minutes);
      }
    };
    await check();
    const { rolledUp } = await tenant.maintain(Date.now(), RETENTION);
    expect(rolledUp).toBeGreaterThan(0);
    await check();
    // Late: its minute was rolled up before.
    await tenant.commit([batchAt(start + 30_000, [77])]);
    await check();
    await tenant.maintain(Date.now(), RETENTION);
    expect((await tenant.maintain(Date.now(), RETENTION)).rolledUp).toBe(0);
    await check();
    const counter = Object.values(await totals('counter', 86_400));
    expect(counter[0]?.endsWith(` ${151 * 2}`)).toBe(true);
  });

  it('a batch that cannot be stored leaves no trace, and its neighbours are stored', async () => {
    const good = batchAt(start, [10]);
    good.writes.push(...batchAt(start, [30, 40]).writes);
    const bad = batchAt(start, [20]);
    const write = bad.writes[0];
    if (write === undefined) throw new Error('no write');
    bad.writes = [write, { ...write, service: { ...write.service, name: null as never } }];
    await expect(tenant.commit([good, bad])).rejects.toThrow();
    expect(await tenant.services()).toEqual([]);
    expect(await tenant.commit([good])).toEqual(['stored']);
    expect(await tenant.commit([good])).toEqual(['duplicate']);
    const stored = new Histogram();
    for (const us of [10, 30, 40]) stored.record(us);
    expect(Object.values(await totals('endpoint', 60))).toEqual([
      `${Buffer.from(stored.encode()).toString('hex')} `,
    ]);
  });

  it('bounds names and series, and still counts every call', async () => {
    const calls = { query: 0, endpoint: 0 };
    for (let part = 0; part < 3; part++) {
      const endpoints = [];
      const queries = [];
      for (let i = 0; i < 4500; i++) {
        const route = `/r${'abcdefghij'[i % 10]}${part}/${i.toString(36).replace(/\d/g, 'z')}`;
        const endpoint = `GET ${route}${i}`;
        endpoints.push(timingPoint({ 'retrace.endpoint': endpoint }, [5], start));
        queries.push(timingPoint({ ...ORDERS_QUERY, 'retrace.endpoint': endpoint, 'error.type': `E${i}` }, [5], start)); // prettier-ignore
      }
      // Straight to the store: the cleaning of what is received would already fold most of it.
      const request = requestOf(SHOP, [
        timings('http.server.request.duration', endpoints),
        timings('db.client.operation.duration', queries),
      ]);
      const { writes } = translate(request, { nowMs: Date.now(), oldestMs: 0 });
      await tenant.commit([{ key: undefined, receivedMs: Date.now(), writes }]);
      calls.endpoint += endpoints.length;
      calls.query += queries.length;
    }
    const [service] = await tenant.services();
    const id = service?.id ?? 0;
    expect((await tenant.operations(id, 'endpoint')).size).toBeLessThanOrEqual(2001);
    const range = { fromMs: start, toMs: start + DAY_MS, bucketSeconds: 60 as const };
    for (const kind of ['endpoint', 'query'] as const) {
      let seen = 0;
      let series = 0;
      await tenant.scan({ service: id, kind, range }, (view) => {
        seen += view.count;
        series += 1;
      });
      expect(seen).toBe(calls[kind]);
      expect(series).toBeLessThanOrEqual(10_010);
    }
  });

  it('purges what is past its time and gives the bytes back', async () => {
    for (let minute = 0; minute < 600; minute++) {
      await tenant.commit([batchAt(start + minute * MINUTE_MS, [1, 10, 100, 1000, minute + 1])]);
    }
    await tenant.maintain(Date.now(), RETENTION);
    const days = await totals('endpoint', 86_400);
    const sizeBefore = databaseBytes();

    // Nine days on: minutes are gone, hours and days are whole.
    const later = start + 10 * DAY_MS;
    expect((await tenant.maintain(later, RETENTION)).purged).toBeGreaterThan(600);
    expect(await totals('endpoint', 60)).toEqual({});
    expect(await totals('endpoint', 3600)).toEqual(days);
    expect(await totals('endpoint', 86_400)).toEqual(days);
    expect(databaseBytes()).toBeLessThan(sizeBefore / 2);

    // Beyond the retention of everything, names included.
    await tenant.maintain(start + 410 * DAY_MS, RETENTION);
    expect(await tenant.services()).toEqual([]);
    // An empty schema with its shared-memory file.
    expect(databaseBytes()).toBeLessThan(200_000);
  });

  function databaseBytes(): number {
    return filesBelow(join(dir, 'tenants')).reduce((all, { bytes }) => all + bytes.length, 0);
  }

  it('keeps the edges of retention', async () => {
    const minute = start;
    await tenant.commit([batchAt(minute, [5])]);
    await tenant.maintain(Date.now(), RETENTION);
    const endOfMinute = minute + MINUTE_MS + RETENTION.minuteDays * DAY_MS;
    await tenant.maintain(endOfMinute - 1000, RETENTION);
    expect(await totals('endpoint', 60)).not.toEqual({});
    await tenant.maintain(endOfMinute, RETENTION);
    expect(await totals('endpoint', 60)).toEqual({});
    expect(await totals('endpoint', 3600, start, start + HOUR_MS)).not.toEqual({});
  });
});

describe('long ranges', () => {
  it('are answered from roll-ups and say so', async () => {
    const server = await TestServer.start(dir);
    const now = Date.now();
    await server.send(shopRequest(now - 20 * DAY_MS));
    await server.send(shopRequest(now - 2 * HOUR_MS));
    await server.send(shopRequest(now));
    await server.login();
    const calls = async (fromMs: number): Promise<[number | undefined, number]> => {
      const { range, services } = await server.json<ServicesAnswer>(
        `/api/services?from=${fromMs}&to=${now}`,
      );
      return [services[0]?.requests.calls, range.bucketSeconds];
    };
    expect(await calls(now - HOUR_MS)).toEqual([3, 60]);
    expect(await calls(now - DAY_MS)).toEqual([6, 3600]);
    expect(await calls(now - 30 * DAY_MS)).toEqual([9, 86_400]);
    await server.stop();
  });
});
