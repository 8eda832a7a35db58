import { connect } from 'node:tls';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import {
  decodeRejectedDataPoints,
  encodeMetricsRequest,
  MAX_BODY_BYTES,
  MAX_COMPRESSED_BODY_BYTES,
} from '../../src/protocol/index.js';
import type { DetailAnswer, ReportAnswer, ServicesAnswer } from '../../src/server/api-types.js';
import {
  errorCode,
  ORDERS_ENDPOINT,
  ORDERS_QUERY,
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

let dir: string;
let server: TestServer;

beforeAll(async () => {
  dir = temporaryDir();
  server = await TestServer.start(dir, { requestTimeoutMs: 1000 });
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

async function report(name: string, kind: string): Promise<ReportAnswer> {
  return server.json<ReportAnswer>(`/api/services/${await serviceId(name)}/${kind}`);
}

describe('what is delivered', () => {
  it('is reported with exact counts, once per batch key', async () => {
    for (const batch of ['a:b:1', 'a:b:2', 'a:b:2', 'a:b:1', 'a:c:1']) {
      const answer = await server.send(shopRequest(), { 'retrace-batch': batch });
      expect(answer.status).toBe(200);
      expect((await answer.arrayBuffer()).byteLength).toBe(0);
    }
    const { services } = await server.json<ServicesAnswer>('/api/services');
    const shop = services.find(({ name }) => name === 'shop');
    expect(shop).toMatchObject({ version: '1.2.3', environment: 'test', instances: 1 });
    expect(shop?.requests.calls).toBe(9);
    expect(shop?.sparkline.reduce((a, b) => a + b)).toBe(9);

    const endpoints = await report('shop', 'endpoints');
    expect(endpoints.rows).toHaveLength(1);
    expect(endpoints.rows[0]).toMatchObject({
      name: 'GET /orders/:id',
      calls: 9,
      errors: 0,
      totalUs: 180_000,
      averageUs: 20_000,
      maxUs: 40_000,
      share: 1,
      endpoint: { method: 'GET', route: '/orders/:id', queriesPerRequest: 2 },
    });
    const queries = await report('shop', 'queries');
    expect(queries.rows[0]).toMatchObject({
      name: 'SELECT orders',
      calls: 18,
      totalUs: 110_100,
      maxUs: 30_000,
      query: { text: 'SELECT * FROM orders WHERE id = ?', address: 'db.internal:5432' },
    });
    const p50 = queries.rows[0]?.p50Us ?? 0;
    expect(Math.abs(p50 - 1200) / 1200).toBeLessThan(0.0055);

    const detail = await server.json<DetailAnswer>(
      `/api/services/${await serviceId('shop')}/queries/${queries.rows[0]?.id}`,
    );
    expect(detail.chart.reduce((calls, point) => calls + point.calls, 0)).toBe(18);
    expect(detail.related).toMatchObject([
      { report: 'endpoints', name: 'GET /orders/:id', calls: 18, share: 1 },
    ]);
    const endpoint = await server.json<DetailAnswer>(
      `/api/services/${await serviceId('shop')}/endpoints/${endpoints.rows[0]?.id}`,
    );
    expect(endpoint.related).toMatchObject([{ report: 'queries', calls: 18 }]);
  });

  it('is counted exactly when many senders deliver at once', async () => {
    const resource = { ...SHOP, 'service.name': 'busy' };
    const sends = Array.from({ length: 60 }, (_, i) =>
      server.send(shopRequest(Date.now(), { ...resource, 'service.instance.id': `i${i % 7}` }), {
        'retrace-batch': `busy:boot:${i % 40}`,
      }),
    );
    for (const answer of await Promise.all(sends)) expect([200, 503]).toContain(answer.status);
    // Refused ones are sent again, as an agent does.
    for (let i = 0; i < 40; i++) {
      await server.send(shopRequest(Date.now(), resource), { 'retrace-batch': `busy:boot:${i}` });
    }
    expect((await report('busy', 'endpoints')).rows[0]?.calls).toBe(120);
  });

  it('keeps failures, statuses and the overflow row apart', async () => {
    const resource = { ...SHOP, 'service.name': 'calls' };
    const call = {
      'http.request.method': 'POST',
      'url.scheme': 'https',
      'server.address': 'api.pay.example',
      'server.port': 443,
      'url.template': '/v1/charges/*',
    };
    await server.send(
      requestOf(resource, [
        timings(METRIC.clientDuration, [
          timingPoint({ ...call, 'http.response.status_code': 201 }, [100, 100]),
          timingPoint({ ...call, 'http.response.status_code': 503, 'error.type': '503' }, [300]),
          timingPoint({ ...call, 'error.type': 'ECONNREFUSED' }, [50, 60, 70]),
          timingPoint({ 'otel.metric.overflow': true }, [10, 20]),
        ]),
      ]),
    );
    const { rows } = await report('calls', 'web-services');
    const row = rows.find(({ other }) => !other);
    expect(row).toMatchObject({
      name: 'POST api.pay.example/v1/charges/*',
      calls: 6,
      errors: 4,
      errorTypes: [
        { type: 'ECONNREFUSED', calls: 3 },
        { type: '503', calls: 1 },
      ],
      call: { statuses: { s2xx: 2, s3xx: 0, s4xx: 0, s5xx: 1, failed: 3 } },
    });
    expect(rows.find(({ other }) => other)).toMatchObject({ name: 'Other', calls: 2 });
  });

  it('splits an endpoint by component and shows repeated queries', async () => {
    const resource = { ...SHOP, 'service.name': 'parts' };
    const endpoint = { 'retrace.endpoint': 'GET /orders/:id' };
    await server.send(
      requestOf(resource, [
        timings(METRIC.serverDuration, [timingPoint(ORDERS_ENDPOINT, [1_000_000])]),
        timings(METRIC.queryDuration, [timingPoint({ ...ORDERS_QUERY, ...endpoint }, [700])]),
        sum(METRIC.componentTime, { ...endpoint, 'retrace.component': 'database' }, 0.6),
        sum(METRIC.componentTime, { ...endpoint, 'retrace.component': 'own_code' }, 0.4),
        sum(METRIC.repeatedRequests, { ...ORDERS_QUERY, ...endpoint }, 2),
        sum(METRIC.repeatedCalls, { ...ORDERS_QUERY, ...endpoint }, 19),
        sum(METRIC.repeatedMax, { ...ORDERS_QUERY, ...endpoint }, 12),
        sum(METRIC.repeatedMax, { ...ORDERS_QUERY, ...endpoint }, 7),
      ]),
    );
    expect((await report('parts', 'endpoints')).rows[0]?.endpoint?.split).toEqual({
      databaseUs: 600_000,
      webServicesUs: 0,
      ownCodeUs: 400_000,
    });
    expect((await report('parts', 'queries')).rows[0]?.query).toMatchObject({
      repeatedRequests: 2,
      repeatedMax: 12,
    });
  });

  it('is taken as OTLP/JSON of a foreign SDK: delta converted and cleaned, cumulative counted as lost', async () => {
    const point = {
      timeUnixNano: `${Date.now()}000000`,
      count: '4',
      sum: 0.4,
      bucketCounts: ['1', '3', '0'],
      explicitBounds: [0.05, 0.2],
      attributes: [
        { key: 'db.system.name', value: { stringValue: 'postgresql' } },
        {
          key: 'db.query.text',
          value: { stringValue: "SELECT a FROM people WHERE ssn='123-45-6789'" },
        },
      ],
    };
    const metric = (aggregationTemporality: number): unknown => ({
      name: METRIC.queryDuration,
      unit: 's',
      histogram: { aggregationTemporality, dataPoints: [point] },
    });
    const body = {
      resourceMetrics: [
        {
          resource: {
            attributes: [{ key: 'service.name', value: { stringValue: 'foreign' } }],
          },
          scopeMetrics: [{ metrics: [metric(1), metric(2)] }],
        },
      ],
    };
    const answer = await server.post(JSON.stringify(body), { 'content-type': 'application/json' });
    expect(answer.status).toBe(200);
    const told = (await answer.json()) as { partialSuccess: { rejectedDataPoints: string } };
    expect(told.partialSuccess.rejectedDataPoints).toBe('1');
    const { rows, losses } = await report('foreign', 'queries');
    expect(rows).toMatchObject([
      { calls: 4, totalUs: 400_000, query: { text: 'SELECT a FROM people WHERE ssn = ?' } },
    ]);
    expect(losses).toEqual([{ reason: 'unsupported', service: 'foreign', records: 1 }]);
  });

  it('shows the losses of runtimes and of the host agent, which is no service', async () => {
    const dropped = (reason: string, n: number) =>
      sum(METRIC.dropped, { 'retrace.reason': reason }, n);
    await server.send(requestOf({ ...SHOP, 'service.name': 'lossy' }, [dropped('ring_full', 5)]));
    await server.send(requestOf({ 'service.name': 'retrace-agent' }, [dropped('spool_full', 7)]));
    const { services, losses } = await server.json<ServicesAnswer>('/api/services');
    expect(services.map(({ name }) => name)).not.toContain('retrace-agent');
    expect(losses).toContainEqual({ reason: 'ring_full', service: 'lossy', records: 5 });
    expect(losses).toContainEqual({ reason: 'spool_full', service: 'retrace-agent', records: 7 });
  });

  it('keeps hostile names as text', async () => {
    const hostile = '<script>alert(1)</script>';
    const route = `/\u202Eevil/😀/${'x'.repeat(10_000)}`;
    const answer = await server.send(
      requestOf({ 'service.name': hostile }, [
        timings(METRIC.serverDuration, [
          timingPoint({ 'http.request.method': 'GET', 'http.route': route }, [1000]),
          timingPoint({ 'http.request.method': '__proto__', 'error.type': 'constructor' }, [1]),
        ]),
      ]),
    );
    expect(answer.status).toBe(200);
    const page = await server.api('/api/services');
    expect(page.headers.get('content-type')).toContain('application/json');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const { services } = (await page.json()) as ServicesAnswer;
    const calls = services.reduce((all, { requests }) => all + requests.calls, 0);
    expect(calls).toBeGreaterThanOrEqual(2);
    for (const { id } of services) {
      expect((await server.api(`/api/services/${id}/endpoints`)).status).toBe(200);
    }
  });
});

describe('what is refused', () => {
  const valid = (): Uint8Array =>
    encodeMetricsRequest(shopRequest(Date.now(), { ...SHOP, 'service.name': 'refused' }));

  it.each([
    ['no key', { authorization: '' }],
    ['another scheme', { authorization: 'Basic abc' }],
    ['a wrong key', { authorization: `Bearer rtk_000000000000_${'A'.repeat(43)}` }],
  ])('%s: 401', async (_what, headers) => {
    const answer = await server.post(valid(), headers);
    expect([answer.status, await errorCode(answer)]).toEqual([401, 'unauthorized']);
  });

  it('a key with one character changed: 401', async () => {
    const key = server.running.ingestKey as string;
    const last = key.endsWith('A') ? 'B' : 'A';
    const answer = await server.post(valid(), {
      authorization: `Bearer ${key.slice(0, -1)}${last}`,
    });
    expect(answer.status).toBe(401);
  });

  it.each([
    ['garbage', Buffer.from('PLANTED-IN-BODY garbage'), {}, 400, 'malformed_body'],
    ['truncated protobuf', valid().slice(0, -7), {}, 400, 'malformed_body'],
    [
      'broken JSON',
      Buffer.from('{"a'),
      { 'content-type': 'application/json' },
      400,
      'malformed_body',
    ],
    ['text', valid(), { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['brotli', valid(), { 'content-encoding': 'br' }, 415, 'unsupported_encoding'],
    ['no gzip', valid(), { 'content-encoding': 'gzip' }, 400, 'malformed_body'],
    ['a bad batch key', valid(), { 'retrace-batch': 'no-sequence' }, 400, 'invalid_parameter'],
    ['too large', Buffer.alloc(MAX_BODY_BYTES + 1), {}, 413, 'body_too_large'],
    [
      'a zip bomb',
      gzipSync(Buffer.alloc(MAX_BODY_BYTES * 8)),
      { 'content-encoding': 'gzip' },
      413,
      'body_too_large',
    ],
  ] as const)('%s', async (_what, body, headers, status, code) => {
    const answer = await server.post(body, headers);
    expect([answer.status, await errorCode(answer)]).toEqual([status, code]);
  });

  it('a body without stated length that grows past the limit: 413', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        if (sent > MAX_COMPRESSED_BODY_BYTES * 2) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
    });
    const answer = await server.post(endless as never, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
  });

  it('a sender that never finishes is cut off', async () => {
    const { hostname, port } = new URL(server.running.tlsUrl);
    const socket = connect({
      host: hostname,
      port: Number(port),
      ca: readFileSync(server.running.caFile as string),
    });
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('error', () => undefined);
    });
    socket.resume();
    socket.write(
      `POST /v1/metrics HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
        `authorization: Bearer ${server.running.ingestKey}\r\n` +
        'content-type: application/x-protobuf\r\ncontent-length: 1000\r\n\r\nx',
    );
    const trickle = setInterval(() => socket.write('x'), 100);
    await closed;
    clearInterval(trickle);
  });

  it('unknown paths and methods: 404 and 405', async () => {
    for (const path of ['/v1/metrics', '/v1/traces']) {
      const get = await server.fetch(`${server.running.tlsUrl}${path}`);
      expect([get.status, await errorCode(get)]).toEqual([405, 'method_not_allowed']);
    }
    for (const path of ['/v1/logs', '/api/none', '/x.js', '/..%2f..%2fetc/passwd']) {
      const answer = await server.fetch(`${server.running.tlsUrl}${path}`);
      expect([answer.status, await errorCode(answer)]).toEqual([404, 'not_found']);
    }
  });

  it('stored nothing and logged nothing', async () => {
    const { services } = await server.json<ServicesAnswer>('/api/services');
    expect(services.map(({ name }) => name)).not.toContain('refused');
    expect(server.logged).toEqual([]);
  });

  it('tells protobuf senders how many points it refused', async () => {
    const answer = await server.send(
      requestOf({ 'service.name': 'partial' }, [sum('some.other.metric', {}, 3)]),
    );
    expect(answer.status).toBe(200);
    expect(decodeRejectedDataPoints(new Uint8Array(await answer.arrayBuffer()))).toBe(1);
  });
});
