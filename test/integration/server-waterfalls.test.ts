import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import { decodeRejectedDataPoints } from '../../src/protocol/index.js';
import type {
  PrivacyAnswer,
  ReportAnswer,
  ReportKind,
  ServicesAnswer,
  WaterfallAnswer,
  WaterfallsAnswer,
} from '../../src/server/api-types.js';
import {
  errorCode,
  filesBelow,
  ORDERS_ENDPOINT,
  ORDERS_QUERY,
  removeDir,
  requestOf,
  SHOP,
  sum,
  temporaryDir,
  TestServer,
  timingPoint,
  timings,
} from './server-harness.js';
import { slowRequest, tracesOf, type SlowShape } from './waterfall-requests.js';

const ORDERS = 'GET /orders/:id';
const DAY_MS = 86_400_000;
const SECRET = 'PlantedSecret4711';
const CHARGE = {
  'http.request.method': 'POST',
  'url.scheme': 'https',
  'server.address': 'api.pay.example',
  'server.port': 443,
  'url.template': '/v1/charges/*',
};
let dir: string;
let server: TestServer;

beforeAll(async () => {
  dir = temporaryDir();
  server = await TestServer.start(dir);
  await server.login();
});

afterAll(async () => {
  await server.stop();
  removeDir(dir);
});

async function serviceId(name: string): Promise<string> {
  const { services } = await server.json<ServicesAnswer>('/api/services');
  return services.find((service) => service.name === name)?.id ?? '';
}

async function list(name: string, more = ''): Promise<WaterfallsAnswer> {
  return server.json(`/api/services/${await serviceId(name)}/waterfalls?${more}`);
}

async function rowId(name: string, report: ReportKind): Promise<string> {
  const answer = await server.json<ReportAnswer>(
    `/api/services/${await serviceId(name)}/${report}`,
  );
  return answer.rows[0]?.id ?? '';
}

async function send(name: string, shapes: readonly SlowShape[], key?: string): Promise<number> {
  const request = tracesOf(shapes.flatMap(slowRequest), { ...SHOP, 'service.name': name });
  const answer = await server.sendTraces(
    request,
    key === undefined ? {} : { 'retrace-batch': key },
  );
  return answer.status;
}

describe('a slow request', () => {
  const timeMs = Date.now() - 60_000;
  const shape: SlowShape = {
    endpoint: ORDERS,
    timeMs,
    durationUs: 900_000,
    error: true,
    attributes: {
      'http.response.status_code': 502,
      'error.type': '502',
      'retrace.waterfall.omitted': 3,
    },
    children: [
      { attributes: ORDERS_QUERY, startUs: 10_000, durationUs: 100_000 },
      { attributes: ORDERS_QUERY, startUs: 60_000, durationUs: 100_000 },
      {
        attributes: { ...CHARGE, 'http.response.status_code': 503, 'error.type': '503' },
        startUs: 400_000,
        durationUs: 300_000,
        error: true,
      },
    ],
  };

  it('is told as it went, under the rows of the reports', async () => {
    const resource = { ...SHOP, 'service.name': 'told' };
    await server.send(
      requestOf(resource, [
        timings(METRIC.serverDuration, [timingPoint(ORDERS_ENDPOINT, [900_000])]),
        timings(METRIC.queryDuration, [
          timingPoint({ ...ORDERS_QUERY, 'retrace.endpoint': ORDERS }, [100_000, 100_000]),
        ]),
        timings(METRIC.clientDuration, [
          timingPoint({ ...CHARGE, 'retrace.endpoint': ORDERS }, [300_000]),
        ]),
      ]),
    );
    expect(await send('told', [shape])).toBe(200);
    const ids = {
      endpoint: await rowId('told', 'endpoints'),
      query: await rowId('told', 'queries'),
      'web-service': await rowId('told', 'web-services'),
    };
    const all = await list('told');
    expect(all).toMatchObject({ matched: 1, keptPerEndpointAndDay: 10, service: { name: 'told' } });
    const [first] = all.waterfalls;
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      timeMs,
      endpoint: { id: ids.endpoint, name: ORDERS },
      durationUs: 900_000,
      status: 502,
      errorType: '502',
      children: 6,
      // Queries that overlap count once.
      databaseUs: 150_000,
      webServicesUs: 300_000,
      ownCodeUs: 450_000,
    });
    for (const [filter, id] of Object.entries(ids)) {
      const { waterfalls } = await list('told', `${filter}=${id}`);
      expect(
        waterfalls.map((one) => one.id),
        filter,
      ).toEqual([first?.id]);
    }
    expect((await list('told', `query=${ids.query}`)).waterfalls[0]?.matched).toEqual({
      calls: 2,
      totalUs: 200_000,
    });
    const one = await server.json<WaterfallAnswer>(
      `/api/services/${await serviceId('told')}/waterfalls/${first?.id}`,
    );
    expect(one).toEqual({
      service: { id: await serviceId('told'), name: 'told' },
      waterfall: first,
      omitted: 3,
      spans: [
        {
          report: 'queries',
          id: ids.query,
          name: 'SELECT orders',
          text: 'SELECT * FROM orders WHERE id = ?',
          startUs: 10_000,
          durationUs: 100_000,
          status: 0,
          errorType: '',
        },
        expect.objectContaining({ report: 'queries', startUs: 60_000 }),
        {
          report: 'web-services',
          id: ids['web-service'],
          name: 'POST api.pay.example/v1/charges/*',
          text: '',
          startUs: 400_000,
          durationUs: 300_000,
          status: 503,
          errorType: '503',
        },
      ],
    });
  });

  it('is outside of other ranges and services', async () => {
    await send('elsewhere', [{ ...shape, endpoint: 'GET /status' }]);
    expect((await list('elsewhere')).waterfalls.map(({ endpoint }) => endpoint.name)).toEqual([
      'GET /status',
    ]);
    const { waterfalls } = await list('told', `from=${timeMs - 2 * DAY_MS}&to=${timeMs - DAY_MS}`);
    expect(waterfalls).toEqual([]);
    const [told] = (await list('told')).waterfalls;
    const path = `/api/services/${await serviceId('elsewhere')}/waterfalls/${told?.id}`;
    expect((await server.api(path)).status).toBe(404);
  });

  it('counts once per batch key, in one sequence with metrics', async () => {
    const slow = (durationUs: number): SlowShape => ({ ...shape, durationUs });
    const resource = { ...SHOP, 'service.name': 'keys' };
    const metrics = requestOf(resource, [
      timings(METRIC.serverDuration, [timingPoint(ORDERS_ENDPOINT, [5])]),
    ]);
    expect((await server.send(metrics, { 'retrace-batch': 'k:b:1' })).status).toBe(200);
    expect(await send('keys', [slow(1000)], 'k:b:1')).toBe(200);
    expect((await list('keys')).waterfalls).toEqual([]);
    for (let i = 0; i < 2; i++) expect(await send('keys', [slow(2000)], 'k:b:2')).toBe(200);
    expect((await list('keys')).matched).toBe(1);
    expect(await send('keys', [slow(3000)], 'k:b:2-3')).toBe(409);
    expect(await send('keys', [slow(4000), slow(5000)], 'k:b:3-4')).toBe(200);
    expect((await list('keys')).waterfalls.map((one) => one.durationUs)).toEqual([
      5000, 4000, 2000,
    ]);
  });
});

describe('what is kept', () => {
  it('are the ten slowest of each endpoint and day, in whatever order they come', async () => {
    const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
    const durations = Array.from({ length: 25 }, (_, i) => 1000 * (1 + ((i * 7) % 25)));
    const children = [{ attributes: ORDERS_QUERY, startUs: 0, durationUs: 500 }];
    for (const [day, endpoint] of [
      [0, ORDERS],
      [1, ORDERS],
      [0, 'GET /search'],
    ] as const) {
      const shapes = durations.map((durationUs, i) => {
        return { endpoint, durationUs, children, timeMs: noon - day * DAY_MS + i * 1000 };
      });
      for (let at = 0; at < shapes.length; at += 4) await send('kept', shapes.slice(at, at + 4));
    }
    const range = `from=${noon - 3 * DAY_MS}&to=${noon + DAY_MS}&limit=200`;
    const { waterfalls, matched } = await list('kept', range);
    expect([waterfalls.length, matched]).toEqual([30, 30]);
    const slowest = Array.from({ length: 10 }, (_, i) => 1000 * (25 - i));
    const of = (endpoint: string): number[] =>
      waterfalls.filter((one) => one.endpoint.name === endpoint).map((one) => one.durationUs);
    expect(of('GET /search')).toEqual(slowest);
    expect(of(ORDERS)).toEqual(slowest.flatMap((us) => [us, us]));
    const short = await list('kept', `${range.replace('limit=200', 'limit=3')}`);
    expect([short.waterfalls.length, short.matched]).toEqual([3, 30]);
  });

  it('lists the 200 longest queries and counts the others', async () => {
    const children = Array.from({ length: 230 }, (_, i) => ({
      attributes: ORDERS_QUERY,
      startUs: i * 10,
      durationUs: 230 - i,
    }));
    await send('many', [{ endpoint: ORDERS, durationUs: 5000, children }]);
    const [one] = (await list('many')).waterfalls;
    const { spans, omitted } = await server.json<WaterfallAnswer>(
      `/api/services/${await serviceId('many')}/waterfalls/${one?.id}`,
    );
    expect([spans.length, omitted, one?.children]).toEqual([200, 30, 230]);
    expect(spans.map(({ startUs }) => startUs)).toEqual(
      Array.from({ length: 200 }, (_, i) => i * 10),
    );
  });

  it('holds no value and nothing readable on disk', async () => {
    const attributes = {
      ...ORDERS_QUERY,
      'db.query.text': `SELECT a FROM planted_waterfall_table WHERE name = '${SECRET}'`,
      'db.statement': `SELECT '${SECRET}'`,
    };
    await send('private', [
      {
        endpoint: ORDERS,
        durationUs: 70_000,
        attributes: { 'url.full': `https://shop/?token=${SECRET}` },
        children: [{ attributes, startUs: 5, durationUs: 60_000 }],
      },
    ]);
    const [first] = (await list('private')).waterfalls;
    const one = await server.json<WaterfallAnswer>(
      `/api/services/${await serviceId('private')}/waterfalls/${first?.id}`,
    );
    expect(one.spans[0]?.text).toBe('SELECT a FROM planted_waterfall_table WHERE name = ?');
    expect(JSON.stringify(one)).not.toContain(SECRET);
    for (const { path, bytes } of filesBelow(dir)) {
      for (const text of [SECRET, 'planted_waterfall_table', first?.id ?? '']) {
        expect(bytes.includes(text), `${text} in ${path}`).toBe(false);
      }
    }
  });
});

describe('what is refused', () => {
  it('is told in OTLP’s way: spans of others, counted under their service', async () => {
    const spans = slowRequest({ endpoint: ORDERS, durationUs: 900 });
    const resource = { 'service.name': 'foreign', 'telemetry.sdk.name': 'opentelemetry' };
    for (const request of [tracesOf(spans, resource), tracesOf(spans, resource, 'my-library')]) {
      const answer = await server.sendTraces(request);
      expect(answer.status).toBe(200);
      expect(decodeRejectedDataPoints(new Uint8Array(await answer.arrayBuffer()))).toBe(1);
    }
    const json = await server.post(
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] }),
      { 'content-type': 'application/json' },
      '/v1/traces',
    );
    expect(await json.json()).toMatchObject({ partialSuccess: { rejectedSpans: '2' } });
    const { losses } = await server.json<ServicesAnswer>('/api/services');
    const reason = 'unsupported_signal';
    expect(losses).toContainEqual({ reason, service: 'foreign', records: 2 });
    expect(losses).toContainEqual({ reason, service: 'unknown_service', records: 2 });
    expect((await list('foreign')).waterfalls).toEqual([]);
  });

  it('cannot be a waterfall: no root, or older than anything that is kept', async () => {
    const [, ...orphans] = slowRequest({
      endpoint: ORDERS,
      durationUs: 900,
      children: [{ attributes: ORDERS_QUERY, startUs: 0, durationUs: 10 }],
    });
    const old = slowRequest({ endpoint: ORDERS, durationUs: 900, timeMs: 1000 });
    const resource = { ...SHOP, 'service.name': 'odd' };
    const answer = await server.sendTraces(tracesOf([...orphans, ...old], resource));
    expect(decodeRejectedDataPoints(new Uint8Array(await answer.arrayBuffer()))).toBe(2);
    const { losses } = await server.json<ServicesAnswer>('/api/services');
    expect(losses).toContainEqual({
      reason: 'unsupported',
      kind: 'waterfall',
      service: 'odd',
      records: 2,
    });
  });

  it.each([
    ['no key', { authorization: '' }, 401, 'unauthorized'],
    ['text', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['a bad batch key', { 'retrace-batch': 'no-sequence' }, 400, 'invalid_parameter'],
  ])('%s', async (_what, headers, status, code) => {
    const answer = await server.sendTraces(tracesOf([]), headers);
    expect([answer.status, await errorCode(answer)]).toEqual([status, code]);
  });

  it('garbage, and parameters that make no sense', async () => {
    const garbage = await server.post(Buffer.from('PLANTED garbage'), {}, '/v1/traces');
    expect([garbage.status, await errorCode(garbage)]).toEqual([400, 'malformed_body']);
    const at = `/api/services/${await serviceId('told')}/waterfalls`;
    const query = await rowId('told', 'queries');
    for (const [more, status] of [
      [`?query=${query}&endpoint=a`, 400],
      ['?limit=0', 400],
      ['?limit=201', 400],
      ['?query=unknown', 404],
      [`?endpoint=${query}`, 404],
      ['/unknown', 404],
    ] as const) {
      expect((await server.api(at + more)).status, more).toBe(status);
    }
    expect((await server.fetch(server.dashboardUrl + at)).status).toBe(401);
    expect(server.logged).toEqual([]);
  });
});

describe('losses and fields', () => {
  it('shows lost waterfalls apart from lost records, wherever losses are shown', async () => {
    const dropped = (kind: string, n: number) =>
      sum(METRIC.dropped, { 'retrace.reason': 'runtime_backlog', 'retrace.kind': kind }, n);
    const resource = { ...SHOP, 'service.name': 'lossy' };
    await server.send(requestOf(resource, [dropped('query', 5), dropped('waterfall', 3)]));
    const expected = [
      { reason: 'runtime_backlog', service: 'lossy', records: 5 },
      { reason: 'runtime_backlog', kind: 'waterfall', service: 'lossy', records: 3 },
    ];
    const { losses } = await server.json<ServicesAnswer>('/api/services');
    expect(losses.filter(({ service }) => service === 'lossy')).toEqual(expected);
    const report = `/api/services/${await serviceId('lossy')}/queries`;
    expect((await server.json<ReportAnswer>(report)).losses).toEqual(expected);
    const { drops } = await server.json<PrivacyAnswer>('/api/privacy');
    expect(drops.filter(({ service }) => service === 'lossy')).toMatchObject(expected);
  });

  it('tells what was received of spans, field by field', async () => {
    const { fields } = await server.json<PrivacyAnswer>('/api/privacy');
    const ofSpans = fields.filter(({ scope }) => scope === 'span');
    const field = (name: string) => ofSpans.find((one) => one.name === name);
    expect(field('trace_id')?.example).toMatch(/^[0-9a-f]{32}$/);
    expect(field('trace_id')?.distinct).toBeGreaterThan(30);
    expect(field('parent_span_id')?.received).toBeGreaterThan(200);
    expect(field('start_time_unix_nano')?.example).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(field('db.query.text')?.received).toBeGreaterThan(200);
    expect(field('retrace.waterfall.omitted')?.received).toBeGreaterThan(0);
    // Counted apart: of series it came once.
    const ofSeries = fields.find(
      (one) => one.scope === 'data_point' && one.name === 'db.query.text',
    );
    expect(ofSeries?.received).toBe(1);
    expect(ofSpans.every(({ meaning }) => meaning.length > 4)).toBe(true);
    expect(JSON.stringify(fields)).not.toContain(SECRET);
  });
});
