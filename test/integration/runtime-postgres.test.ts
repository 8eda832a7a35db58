import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import { cleanMetricsRequest } from '../../src/signature/outgoing.js';
import { built, FakeAgent } from './runtime-harness.js';

const HOST = process.env.PGHOST ?? '127.0.0.1';
const PORT = Number(process.env.PGPORT ?? 5432);

const reachable = await new Promise<boolean>((resolve) => {
  const socket = connect(PORT, HOST)
    .on('connect', () => resolve(true))
    .on('error', () => resolve(false));
  socket.on('connect', () => socket.destroy());
});
const required = process.env.RETRACE_REQUIRE_SERVICES === '1';

const NODE_MODULES = join(import.meta.dirname, '../../node_modules');

/** A page that runs the same statement once per item, a failing statement, and a call to another service. */
const APP = `
const http = require('node:http');
const { Pool } = require(${JSON.stringify(join(NODE_MODULES, 'pg'))});
const express = require(${JSON.stringify(join(NODE_MODULES, 'express'))});
const pool = new Pool({ host: ${JSON.stringify(HOST)}, port: ${PORT}, user: process.env.PGUSER ?? 'postgres',
  database: process.env.PGDATABASE ?? 'test', max: 3 });
const app = express();
app.get('/orders/:id', async (request, response) => {
  for (let i = 0; i < 6; i++) await pool.query('SELECT ' + i + "::int AS n, 'secret-" + i + "' AS t");
  await Promise.all([pool.query('SELECT pg_sleep(0.02)'), pool.query('SELECT pg_sleep(0.02)')]);
  await (await fetch('http://127.0.0.1:' + server.address().port + '/stock')).text();
  response.send('ok');
});
app.get('/broken', (request, response) => {
  pool.query('SELECT * FROM table_that_is_not_there', (error) => response.status(500).send(error.code));
});
app.get('/stock', (request, response) => response.send('1'));
const server = app.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  await Promise.all(Array.from({ length: 10 }, async (_, i) => (await fetch(url + '/orders/' + i)).text()));
  for (let i = 0; i < 4; i++) await (await fetch(url + '/broken')).text();
  await pool.end();
  console.log('done');
});
`;

const REQUESTS = 'http.server.request.duration';
const QUERIES = 'db.client.operation.duration';
const CALLS = 'http.client.request.duration';
const COMPONENTS = 'retrace.endpoint.component.time';

describe.skipIf(!built || !(reachable || required))(
  'Express, PostgreSQL and fetch in one app (skipped where no PostgreSQL answers)',
  () => {
    let agent: FakeAgent;
    beforeEach(() => {
      agent = new FakeAgent();
    });
    afterEach(() => agent.remove());

    it('counts everything exactly, under the right endpoint, with its time split', async () => {
      const file = join(agent.folder, 'app.cjs');
      writeFileSync(file, APP);
      // Through the socket, while the app is running: the end of a process is another test's subject.
      await agent.listen();
      const { stderr } = await agent.run({
        args: [file],
        env: { RETRACE_EXPORT_INTERVAL_SECONDS: '1' },
        onStdout: (_done, kill) =>
          void vi
            .waitFor(() => expect(agent.total('retrace.recorded')).toBe(24 + 84 + 24), 20_000)
            .finally(() => kill('SIGKILL')),
      });
      expect(stderr).toBe('');

      const orders = { 'retrace.endpoint': 'GET /orders/:id' };
      expect(agent.total(REQUESTS, { 'http.route': '/orders/:id' })).toBe(10);
      expect(agent.total(REQUESTS, { 'http.route': '/stock' })).toBe(10);
      expect(agent.total(REQUESTS, { 'http.route': '/broken', 'error.type': '500' })).toBe(4);
      expect(agent.total(REQUESTS)).toBe(24);

      expect(agent.total(QUERIES, orders)).toBe(80);
      expect(agent.total(QUERIES, { ...orders, 'db.system.name': 'postgresql' })).toBe(80);
      expect(agent.total(QUERIES, { 'error.type': '42P01' })).toBe(4);
      expect(agent.total(QUERIES, { 'retrace.endpoint': 'GET /broken' })).toBe(4);
      expect(agent.total(QUERIES)).toBe(84);
      expect(agent.total('retrace.query.repeated.requests', orders)).toBe(10);
      expect(agent.total('retrace.query.repeated.calls', orders)).toBe(60);

      // 10 inner calls under the endpoint; 14 that the app made outside any request.
      expect(agent.total(CALLS, orders)).toBe(10);
      expect(agent.total(CALLS, { 'retrace.endpoint': undefined })).toBe(14);
      expect(agent.total(CALLS)).toBe(24);

      // Two sleeps at a time count once: between 20 ms and the sum of both per request (waiting for the pool too).
      const database = agent.total(COMPONENTS, { ...orders, 'retrace.component': 'database' });
      expect(database).toBeGreaterThan(10 * 0.02);
      const all = agent.total(COMPONENTS, orders);
      expect(database).toBeLessThanOrEqual(all);
      expect(
        JSON.stringify(agent.batches(), (_, v: unknown) => (typeof v === 'bigint' ? 0 : v)),
      ).not.toContain('secret');
      expect(agent.total('retrace.recorded')).toBe(24 + 84 + 24);
    });

    it('sends nothing that is not on the list of what may leave', async () => {
      const file = join(agent.folder, 'app.cjs');
      writeFileSync(file, APP);
      await agent.listen();
      await agent.run({ args: [file], onStdout: (_done, kill) => kill('SIGTERM') });
      const batches = agent.batches();
      const names = batches.flatMap(({ resourceMetrics }) =>
        resourceMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
      );
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => !Object.values<string>(METRIC).includes(name))).toEqual([]);
      for (const batch of batches) {
        const { resourceMetrics, droppedAttributes } = cleanMetricsRequest(batch);
        expect(droppedAttributes).toBe(0);
        // What is clean stays as it is: the list's rules would change a value that may not go.
        expect(resourceMetrics).toEqual(batch.resourceMetrics);
      }
    });
  },
);
