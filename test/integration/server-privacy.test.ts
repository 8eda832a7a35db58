import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import type { PrivacyAnswer, ReportAnswer, ServicesAnswer } from '../../src/server/api-types.js';
import {
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

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SECRET = 'PlantedSecret4711';
let dir: string;
let server: TestServer;
/** What the server takes for the time; tests move it on. */
let nowMs = Date.now();

beforeAll(async () => {
  dir = temporaryDir();
  server = await TestServer.start(dir, { now: () => nowMs });
  await server.login();
});

afterAll(async () => {
  await server.stop();
  removeDir(dir);
});

describe('what was received', () => {
  it('is told field by field, with losses and without values', async () => {
    await server.send(shopRequest());
    await server.send(
      requestOf({ ...SHOP, 'telemetry.sdk.name': 'retrace', 'user.email': SECRET }, [
        timings(METRIC.serverDuration, [
          timingPoint({ ...ORDERS_ENDPOINT, 'url.full': `https://shop/?token=${SECRET}` }, [5000]),
        ]),
        timings(METRIC.queryDuration, [
          timingPoint(
            {
              ...ORDERS_QUERY,
              'db.query.text': `SELECT * FROM customers WHERE name = '${SECRET}'`,
            },
            [700],
          ),
          timingPoint({ 'otel.metric.overflow': true }, [100, 200]),
        ]),
        sum(METRIC.dropped, { 'retrace.reason': 'ring_full' }, 12),
      ]),
    );
    const answer = await server.json<PrivacyAnswer>('/api/privacy');
    const field = (name: string): PrivacyAnswer['fields'][number] | undefined =>
      answer.fields.find((one) => one.name === name);
    expect(field('service.name')).toMatchObject({
      scope: 'resource',
      received: 2,
      distinct: 1,
      example: 'shop',
    });
    expect(field('db.query.text')).toMatchObject({ scope: 'data_point', received: 2, distinct: 1 });
    expect(field('db.query.text')?.example).toContain('= ?');
    expect(field('telemetry.sdk.name')).toMatchObject({
      received: 1,
      distinct: null,
      example: null,
    });
    expect(field('url.template')).toMatchObject({ received: 0, lastReceivedMs: null, distinct: 0 });
    expect(answer.fields.every(({ meaning }) => meaning.length > 4)).toBe(true);
    expect(answer.refusedAttributes).toBe(2);
    expect(answer.signatures).toMatchObject({ queries: 1, endpoints: 1, webServices: 0 });
    expect(answer.signatures.maskedPlaces).toBeGreaterThan(0);
    expect(answer.other).toEqual([{ report: 'queries', service: 'shop', calls: 2 }]);
    expect(answer.drops).toMatchObject([{ reason: 'ring_full', service: 'shop', records: 12 }]);
    expect(answer.drops[0]?.points.reduce((all, { records }) => all + records, 0)).toBe(12);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  it('needs a session', async () => {
    for (const path of ['/api/privacy', '/api/privacy?format=csv', '/api/services?format=csv']) {
      expect((await server.fetch(server.dashboardUrl + path)).status, path).toBe(401);
    }
  });
});

describe('tables as CSV', () => {
  it('download as files with units in the headings', async () => {
    const hostile = { ...SHOP, 'service.name': '=HYPERLINK("x")\r\nSet-Cookie: a' };
    await server.send(shopRequest(Date.now(), hostile));
    const { services } = await server.json<ServicesAnswer>('/api/services');
    const file = await server.api('/api/services?format=csv');
    expect(file.headers.get('content-type')).toContain('text/csv');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
    expect(file.headers.get('cache-control')).toBe('no-store');
    const text = await file.text();
    expect(text.split('\r\n')[0]).toContain('Average (ms)');
    expect(text).toContain(`"'=HYPERLINK(""x"")`);

    const id = services.find(({ name }) => name.startsWith('=HYPER'))?.id;
    for (const report of ['queries', 'endpoints', 'web-services']) {
      const answer = await server.api(`/api/services/${id}/${report}?format=csv&compare=previous`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-disposition')).toMatch(/filename="[\w.-]+\.csv"$/);
      const lines = (await answer.text()).trimEnd().split('\r\n');
      expect(lines[0]).toContain('p95 (ms)');
      expect(lines[0]).toContain('Average before (ms)');
      expect(lines).toHaveLength(report === 'web-services' ? 1 : 2);
    }
    const queries = await (await server.api(`/api/services/${id}/queries?format=csv`)).text();
    expect(queries.split('\r\n')[1]).toContain('SELECT orders,SELECT * FROM orders WHERE id = ?,');
    expect(await (await server.api('/api/privacy?format=csv')).text()).toContain('db.query.text');
  });
});

describe('kept sums', () => {
  it('are as if everything was read again: late data, the next hour, a purge', async () => {
    const resource = { ...SHOP, 'service.name': 'kept' };
    const hour = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
    await server.send(shopRequest(hour - 3 * HOUR_MS, resource));
    const { services } = await server.json<ServicesAnswer>('/api/services?from=' + (hour - DAY_MS));
    const id = services.find(({ name }) => name === 'kept')?.id;
    const calls = async (report = 'queries'): Promise<number> => {
      const path = `/api/services/${id}/${report}?from=${nowMs - DAY_MS}&to=${nowMs}`;
      const answer = await server.json<ReportAnswer>(path);
      const row = answer.rows[0];
      // Totals, sparkline and histogram are kept apart: they must agree.
      expect(row?.sparkline.reduce((a, b) => a + b, 0) ?? 0).toBe(answer.calls);
      expect(row?.calls ?? 0).toBe(answer.calls);
      return answer.calls;
    };
    expect(await calls()).toBe(6);
    expect(await calls()).toBe(6);
    // Into a finished hour: before it is rolled up, and (maintenance runs meanwhile) after.
    for (let i = 2; i <= 4; i++) {
      await server.send(shopRequest(hour - 3 * HOUR_MS + i * 60_000, resource));
      expect(await calls()).toBe(6 * i);
      expect(await calls('endpoints')).toBe(3 * i);
    }
    nowMs += HOUR_MS;
    expect(await calls()).toBe(24);
    await server.send(shopRequest(nowMs, resource));
    expect(await calls()).toBe(30);
    nowMs += 22 * HOUR_MS;
    // Only what came last lies within the last day.
    expect(await calls()).toBe(6);
  });
});
