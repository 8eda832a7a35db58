import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import type {
  DetailAnswer,
  ReportAnswer,
  ReportRow,
  ServiceAnswer,
  ServicesAnswer,
} from '../../src/server/api-types.js';
import type { Attributes } from '../../src/protocol/types.js';
import {
  errorCode,
  removeDir,
  requestOf,
  sum,
  temporaryDir,
  TestServer,
  timingPoint,
  timings,
} from './server-harness.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Early in the day before yesterday, so that the hours asked for are over. */
const HOUR = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 2 * 86_400_000 + 3 * HOUR_MS;
const NOW_RANGE = `from=${HOUR}&to=${HOUR + HOUR_MS}`;
const SHOP: Attributes = {
  'service.name': 'shop',
  'service.version': '2.0.0',
  'service.instance.id': 'one',
  'host.name': 'web-1',
  'process.runtime.name': 'nodejs',
  'process.runtime.version': '20.20.0',
};
const CART = { 'http.request.method': 'GET', 'http.route': '/cart' };
const OF_CART = { 'retrace.endpoint': 'GET /cart' };
const OF_ORDERS = { 'retrace.endpoint': 'POST /orders' };

let dir: string;
let server: TestServer;
let base: string;

function query(table: string, operation = 'SELECT', more: Attributes = {}): Attributes {
  return {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'server.address': 'db.internal',
    'server.port': 5432,
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.summary': `${operation} ${table}`,
    'db.query.text':
      operation === 'SELECT' ? `SELECT a FROM ${table} WHERE id = ?` : `DELETE FROM ${table}`,
    ...more,
  };
}

const times = (us: number, calls: number): number[] => new Array<number>(calls).fill(us);

async function send(metrics: Parameters<typeof requestOf>[1]): Promise<void> {
  const answer = await server.send(requestOf(SHOP, metrics));
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

beforeAll(async () => {
  dir = temporaryDir();
  server = await TestServer.start(dir);
  await server.login();
  const at = HOUR + 10 * MINUTE_MS;
  const before = at - HOUR_MS;
  const later = at + 5 * MINUTE_MS;
  await send([
    timings(METRIC.queryDuration, [
      timingPoint({ ...query('steady'), ...OF_CART }, times(1000, 50), before),
      timingPoint({ ...query('slowed'), ...OF_CART }, times(1000, 50), before),
      timingPoint({ ...query('quicker'), ...OF_CART }, times(9000, 50), before),
      timingPoint({ ...query('outlier'), ...OF_CART }, times(1000, 50), before),
      timingPoint({ ...query('rare'), ...OF_CART }, times(1000, 5), before),
      timingPoint({ ...query('vanished'), ...OF_CART }, times(2000, 40), before),
    ]),
  ]);
  await send([
    timings(METRIC.serverDuration, [
      timingPoint({ ...CART, ...OF_CART, 'http.response.status_code': 200 }, times(100_000, 6), at),
      timingPoint(
        { ...CART, ...OF_CART, 'http.response.status_code': 200 },
        times(900_000, 2),
        later,
      ),
      timingPoint({ ...CART, ...OF_CART, 'http.response.status_code': 200 }, [3_000_000], later),
      timingPoint(
        { ...CART, ...OF_CART, 'http.response.status_code': 500, 'error.type': '500' },
        [1000],
        later,
      ),
      timingPoint(
        {
          'http.request.method': 'POST',
          'http.route': '/orders',
          ...OF_ORDERS,
          'http.response.status_code': 201,
        },
        times(50_000, 5),
        at,
      ),
    ]),
    sum(METRIC.componentTime, { ...CART, ...OF_CART, 'retrace.component': 'database' }, 0.25, at),
    sum(METRIC.componentTime, { ...CART, ...OF_CART, 'retrace.component': 'own_code' }, 0.5, at),
    timings(METRIC.queryDuration, [
      timingPoint({ ...query('steady'), ...OF_CART }, times(1000, 50), at),
      timingPoint({ ...query('steady'), ...OF_ORDERS }, times(1000, 5), at),
      timingPoint({ ...query('slowed'), ...OF_CART }, times(2000, 50), at),
      timingPoint({ ...query('quicker'), ...OF_CART }, times(4000, 50), at),
      timingPoint({ ...query('outlier'), ...OF_CART }, [...times(1000, 49), 900_000], at),
      timingPoint({ ...query('rare'), ...OF_CART }, times(50_000, 5), at),
      timingPoint({ ...query('fresh', 'DELETE'), ...OF_CART }, times(500, 40), later),
      timingPoint(query('elsewhere'), times(100, 3), at),
    ]),
    sum(METRIC.repeatedRequests, { ...query('steady'), ...OF_CART }, 4, at),
    sum(METRIC.repeatedMax, { ...query('steady'), ...OF_CART }, 9, at),
    timings(METRIC.clientDuration, [
      call(200, '', times(1000, 7), at),
      call(302, '', times(1000, 1), at),
      call(404, '404', times(1000, 2), at),
      call(503, '503', times(1000, 3), at),
      call(0, 'ECONNREFUSED', times(1000, 4), at),
      call(0, 'UND_ERR_HEADERS_TIMEOUT', times(1000, 5), at),
      call(0, 'timeout', times(1000, 1), at),
    ]),
  ]);
  const { services } = await server.json<ServicesAnswer>(`/api/services?${NOW_RANGE}`);
  base = `/api/services/${services[0]?.id}`;
});

function call(
  status: number,
  errorType: string,
  durationsUs: number[],
  timeMs: number,
): ReturnType<typeof timingPoint> {
  return timingPoint(
    {
      'http.request.method': 'POST',
      'server.address': 'pay.example',
      'server.port': 443,
      'url.scheme': 'https',
      'url.template': '/v1/charges/*',
      ...(status === 0 ? {} : { 'http.response.status_code': status }),
      ...(errorType === '' ? {} : { 'error.type': errorType }),
      ...OF_ORDERS,
    },
    durationsUs,
    timeMs,
  );
}

afterAll(async () => {
  await server.stop();
  removeDir(dir);
});

const report = (kind: string, more = ''): Promise<ReportAnswer> =>
  server.json<ReportAnswer>(`${base}/${kind}?${NOW_RANGE}${more}`);
const names = ({ rows }: ReportAnswer): string[] =>
  rows.map(({ name }) => name.replace(/^(SELECT|DELETE) /, ''));
const rowNamed = ({ rows }: ReportAnswer, name: string): ReportRow | undefined =>
  rows.find((row) => row.name.endsWith(name));

describe('services', () => {
  it('tell satisfaction, errors, runtimes and where time went', async () => {
    const { services } = await server.json<ServicesAnswer>(`/api/services?${NOW_RANGE}`);
    expect(services[0]).toMatchObject({
      name: 'shop',
      errorRate: 1 / 15,
      // 500 ms: 6 + 5 within, 2 within four times that; one slower, and one that failed at once.
      apdex: { score: 12 / 15, thresholdMs: 500, satisfied: 11, tolerating: 2, frustrated: 2 },
      runtimes: [{ runtime: 'nodejs 20.20.0', version: '2.0.0', instances: 1, hosts: ['web-1'] }],
      split: { databaseUs: 250_000, webServicesUs: 0, ownCodeUs: 500_000 },
    });
  });

  it('one service over time', async () => {
    const answer = await server.json<ServiceAnswer>(`${base}?${NOW_RANGE}`);
    expect(answer.service.requests.calls).toBe(15);
    expect(answer.chart.map(({ calls, errors }) => [calls, errors])).toEqual([
      [11, 0],
      [4, 1],
    ]);
    expect(answer.components[0]).toEqual({
      timeMs: HOUR + 10 * MINUTE_MS,
      databaseUs: 250_000,
      webServicesUs: 0,
      ownCodeUs: 500_000,
    });
    expect(answer.settings).toEqual({ apdexThresholdMs: 500 });
  });

  it('the threshold is a setting of the service', async () => {
    const put = (body: string): ReturnType<TestServer['fetch']> =>
      server.fetch(`${server.dashboardUrl}${base}/settings`, {
        method: 'PUT',
        body,
        headers: { cookie: server.cookie, 'content-type': 'application/json' },
      });
    for (const body of [
      '{}',
      'null',
      '[]',
      '{"apdexThresholdMs":"500"}',
      '{"apdexThresholdMs":0}',
    ]) {
      const answer = await put(body);
      expect([answer.status, await errorCode(answer)], body).toEqual([400, 'invalid_parameter']);
    }
    expect((await put('{"apdexThresholdMs":60001}')).status).toBe(400);
    expect((await put('{')).status).toBe(400);
    expect((await put(`{"x":"${'y'.repeat(2000)}"}`)).status).toBe(413);
    const answer = await put('{"apdexThresholdMs":1000}');
    expect([answer.status, await answer.json()]).toEqual([200, { apdexThresholdMs: 1000 }]);
    const { service, settings } = await server.json<ServiceAnswer>(`${base}?${NOW_RANGE}`);
    expect(settings).toEqual({ apdexThresholdMs: 1000 });
    expect(service.apdex).toMatchObject({ satisfied: 13, tolerating: 1, frustrated: 1 });
    const cart = rowNamed(await report('endpoints'), '/cart');
    expect(cart?.endpoint?.apdex).toMatchObject({ score: 8.5 / 10, thresholdMs: 1000 });
    expect((await put('{"apdexThresholdMs":500}')).status).toBe(200);
    const foreign = await server.fetch(`${server.dashboardUrl}/api/services/none/settings`, {
      method: 'PUT',
      body: '{"apdexThresholdMs":1000}',
      headers: { cookie: server.cookie, 'content-type': 'application/json' },
    });
    expect(foreign.status).toBe(404);
    const stranger = await server.fetch(`${server.dashboardUrl}${base}/settings`, {
      method: 'PUT',
      body: '{"apdexThresholdMs":1000}',
      headers: { 'content-type': 'application/json' },
    });
    expect(stranger.status).toBe(401);
  });
});

describe('rows', () => {
  it('of endpoints', async () => {
    const cart = rowNamed(await report('endpoints'), '/cart');
    expect(cart).toMatchObject({
      calls: 10,
      errors: 1,
      endpoint: {
        route: '/cart',
        split: { databaseUs: 250_000, ownCodeUs: 500_000 },
        queriesPerRequest: 24.5,
        apdex: { score: 7 / 10 },
        statuses: { s2xx: 9, s5xx: 1 },
      },
    });
  });

  it('of queries: calls per request of the endpoints that make them', async () => {
    const answer = await report('queries');
    expect(rowNamed(answer, 'steady')).toMatchObject({
      calls: 55,
      callsPerRequest: 55 / 15,
      query: { operation: 'SELECT', collection: 'steady', address: 'db.internal:5432' },
    });
    expect(rowNamed(answer, 'slowed')?.callsPerRequest).toBe(5);
    expect(rowNamed(answer, 'elsewhere')?.callsPerRequest).toBeNull();
    expect(answer.facets).toMatchObject({ operations: ['DELETE', 'SELECT'] });
    expect(answer.facets.tables).toContain('fresh');
    const total = answer.rows.reduce((sum, row) => sum + row.totalUs, 0);
    expect(answer).toMatchObject({ totalUs: total, calls: 253, matched: 7, available: 7 });
  });

  it('of web services: classes of answers, failures by kind', async () => {
    const { rows } = await report('web-services');
    expect(rows[0]?.call).toMatchObject({
      statuses: { s2xx: 7, s3xx: 1, s4xx: 2, s5xx: 3, failed: 10 },
      failures: [
        { kind: 'timeout', type: 'UND_ERR_HEADERS_TIMEOUT', calls: 5 },
        { kind: 'refused', type: 'ECONNREFUSED', calls: 4 },
        { kind: 'timeout', type: 'timeout', calls: 1 },
      ],
    });
  });

  it('sorted by any column, cut by the limit', async () => {
    expect(names(await report('queries', '&sort=p95Us&limit=2'))).toEqual(['rare', 'quicker']);
    expect(names(await report('queries', '&sort=maxUs&limit=1'))).toEqual(['outlier']);
    expect(names(await report('queries', '&sort=calls&order=asc&limit=2'))).toEqual([
      'elsewhere',
      'rare',
    ]);
    expect(names(await report('queries', '&sort=name&limit=1'))).toEqual(['fresh']);
    const byRequest = names(await report('queries', '&sort=callsPerRequest&order=asc'));
    // Without a value: last, in either direction.
    expect([byRequest[0], byRequest.at(-1)]).toEqual(['rare', 'elsewhere']);
    expect(names(await report('queries', '&sort=callsPerRequest')).at(-1)).toBe('elsewhere');
    const cut = await report('queries', '&limit=2');
    expect(cut).toMatchObject({ matched: 7, calls: 253, sort: 'totalUs', order: 'desc' });
    expect(cut.rows).toHaveLength(2);
    const endpoints = await report('endpoints', '&sort=apdex&order=asc');
    expect(endpoints.rows.map(({ name }) => name)).toEqual(['GET /cart', 'POST /orders']);
  });

  it('filtered by text, operation, table and endpoint', async () => {
    expect(names(await report('queries', '&q=FRESH'))).toEqual(['fresh']);
    expect(names(await report('queries', `&q=${encodeURIComponent("' OR 1=1 --")}`))).toEqual([]);
    expect(names(await report('queries', '&q=%25'))).toEqual([]);
    expect(names(await report('queries', '&operation=delete'))).toEqual(['fresh']);
    expect(names(await report('queries', '&table=rare&operation=SELECT'))).toEqual(['rare']);
    const { rows } = await report('endpoints');
    const orders = rows.find(({ name }) => name === 'POST /orders')?.id;
    const ofOrders = await report('queries', `&endpoint=${orders}`);
    expect(ofOrders.rows).toMatchObject([{ calls: 5, share: 1, callsPerRequest: 1 }]);
    expect(ofOrders.totalUs).toBe(5000);
    expect((await server.api(`${base}/queries?${NOW_RANGE}&endpoint=none`)).status).toBe(404);
  });

  it.each([
    'sort=nothing',
    'sort=apdex',
    'sort=change',
    'order=up',
    'limit=0',
    'limit=5001',
    'limit=1e3',
    'compare=yesterday',
    'format=xlsx',
    'q=a&q=b',
    `q=${'x'.repeat(1001)}`,
  ])('refuse %s', async (parameters) => {
    const answer = await server.api(`${base}/queries?${NOW_RANGE}&${parameters}`);
    expect([answer.status, await errorCode(answer)]).toEqual([400, 'invalid_parameter']);
  });

  it('refuse filters that a report does not have', async () => {
    expect((await server.api(`${base}/endpoints?table=a`)).status).toBe(400);
    expect((await server.api(`${base}/endpoints?endpoint=a`)).status).toBe(400);
    expect((await server.api(`${base}/web-services?operation=GET`)).status).toBe(400);
  });
});

describe('compared with the period before', () => {
  it('each row says what changed', async () => {
    const answer = await report('queries', '&compare=previous');
    const changes = Object.fromEntries(
      answer.rows.map(({ name, change }) => [name.split(' ')[1], change]),
    );
    expect(changes).toEqual({
      steady: 'same',
      slowed: 'slower',
      quicker: 'faster',
      outlier: 'same',
      rare: 'few_calls',
      fresh: 'new',
      elsewhere: 'new',
      vanished: 'gone',
    });
    expect(answer.compare).toMatchObject({
      fromMs: HOUR - HOUR_MS,
      toMs: HOUR,
      received: true,
      calls: 245,
      changes: { same: 2, slower: 1, faster: 1, few_calls: 1, new: 2, gone: 1 },
    });
    expect(answer.matched).toBe(7);
    expect(rowNamed(answer, 'slowed')?.previous).toMatchObject({ calls: 50, averageUs: 1000 });
    expect(rowNamed(answer, 'fresh')?.previous).toBeUndefined();
    expect(rowNamed(answer, 'vanished')).toMatchObject({
      calls: 0,
      previous: { calls: 40, totalUs: 80_000, callsPerMinute: 40 / 60 },
    });
  });

  it('sorted by change, filtered, and silent about what nobody knows', async () => {
    const sorted = names(await report('queries', '&compare=previous&sort=change'));
    expect(sorted.slice(2, 4)).toEqual(['rare', 'outlier']);
    expect(new Set(sorted.slice(0, 2))).toEqual(new Set(['fresh', 'elsewhere']));
    expect(sorted.at(-1)).toBe('vanished');
    expect(names(await report('queries', '&compare=previous&table=vanished'))).toEqual([
      'vanished',
    ]);
    const calls = await report('web-services', '&compare=previous');
    expect(calls.compare?.received).toBe(false);
    expect(calls.rows[0]?.change).toBe('few_calls');
  });
});

describe('details', () => {
  async function detail(kind: string, name: string): Promise<DetailAnswer> {
    const row = rowNamed(await report(kind), name);
    return server.json<DetailAnswer>(`${base}/${kind}/${row?.id}?${NOW_RANGE}`);
  }

  it('of a query: heatmap, callers with their share, repetition', async () => {
    const steady = await detail('queries', 'steady');
    expect(
      steady.related.map(({ name, calls, callsPerRequest }) => [name, calls, callsPerRequest]),
    ).toEqual([
      ['GET /cart', 50, 5],
      ['POST /orders', 5, 1],
    ]);
    expect(steady.repeated).toMatchObject({
      requests: 4,
      maxInOneRequest: 9,
      endpoints: [{ name: 'GET /cart', requests: 4, maxInOneRequest: 9 }],
    });
    expect((await detail('queries', 'slowed')).repeated).toBeUndefined();
    const { heatmap } = await detail('queries', 'outlier');
    const { boundsUs, counts } = heatmap;
    expect(counts).toHaveLength(60);
    expect(boundsUs.length).toBeLessThanOrEqual(65);
    expect(counts[10]?.length).toBe(boundsUs.length - 1);
    expect(counts.flat().reduce((a, b) => a + b)).toBe(50);
    for (const [us, calls] of [
      [1000, 49],
      [900_000, 1],
    ] as const) {
      const band = boundsUs.findIndex((bound, i) => bound < us && us <= (boundsUs[i + 1] ?? 0));
      expect(counts[10]?.[band]).toBe(calls);
    }
  });

  it('of an endpoint: its components over time and what it calls', async () => {
    const cart = await detail('endpoints', '/cart');
    expect(cart.components.map(({ databaseUs }) => databaseUs)).toEqual([250_000, 0]);
    expect(cart.related).toHaveLength(6);
    expect(cart.related[0]).toMatchObject({ name: 'SELECT outlier', callsPerRequest: 5 });
    const orders = await detail('endpoints', '/orders');
    expect(orders.related.map(({ report: kind, calls }) => [kind, calls])).toEqual([
      ['web-services', 23],
      ['queries', 5],
    ]);
  });
});

it('long ranges say that they are answered from roll-ups', async () => {
  const to = Date.now();
  const days = await server.json<ReportAnswer>(
    `${base}/queries?from=${to - 30 * 86_400_000}&to=${to}`,
  );
  expect(days.range).toMatchObject({ bucketSeconds: 86_400, coarseBecause: 'long_range' });
  expect(days.calls).toBe(253 + 245);
});
