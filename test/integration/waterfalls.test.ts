/** Slow requests call by call: a real app, a real agent, a recording server over TLS. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentTuning, type RunningAgent, startAgent } from '../../src/agent/start-agent.js';
import type { AgentConfig } from '../../src/config/types.js';
import {
  encodeMetricsRequest,
  encodeTracesRequest,
  type Span,
  type TracesRequest,
} from '../../src/protocol/index.js';
import { type Child, startNode } from '../helpers/child.js';
import {
  agentConfig,
  ask,
  type Authority,
  createAuthority,
  makeBatch,
  REQUEST_POINT,
  send,
  simpleBatch,
  tempDir,
  TestServer,
  until,
  writeCa,
} from './agent-fixtures.js';
import { built, LAST_TURN, REGISTER } from './runtime-harness.js';

const PLANTED = ['kanari91827', 'deadbeefcafe'];

/**
 * Waits 50 ms, `/reports/…` 300 ms longer, calls two services one after the other (100 and 40 ms, the second fails),
 * and is done. Every id and query is planted.
 */
const APP = `
const http = require('node:http');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const peer = http.createServer(async (request, response) => {
  await sleep(request.url.startsWith('/charges') ? 100 : 40);
  response.statusCode = request.url.startsWith('/charges') ? 200 : 503;
  response.end('ok');
});
peer.listen(0, '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + peer.address().port;
  const server = http.createServer(async (request, response) => {
    if (request.url.startsWith('/reports/')) await sleep(300);
    await sleep(50);
    await (await fetch(url + '/charges/kanari91827?token=deadbeefcafe')).text();
    await (await fetch(url + '/stock/kanari91827', { headers: { 'x-key': 'deadbeefcafe' } })).text();
    response.end('done');
  });
  server.listen(0, '127.0.0.1', async () => {
    const own = 'http://127.0.0.1:' + server.address().port;
    for (const path of ['/orders/kanari91827', '/reports/kanari91827', '/reports/deadbeefcafe?x=kanari91827']) {
      await (await fetch(own + path)).text();
    }
    console.log('served');
    if (process.argv[2] === 'exit') process.exit(0);
    setInterval(() => undefined, 1000);
  });
});
`;

let dir: string;
let clean: () => void;
let authority: Authority;
let server: TestServer;
let caFile: string;
let file: string;
const children: Child[] = [];
const agents: RunningAgent[] = [];

beforeEach(async () => {
  ({ dir, clean } = tempDir());
  authority = await createAuthority();
  server = new TestServer(await authority.issue(['localhost']));
  await server.start();
  caFile = writeCa(dir, authority);
  file = join(dir, 'app.cjs');
  writeFileSync(file, APP);
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop('SIGKILL')));
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
  await server.stop();
  clean();
});

async function start(
  more: Partial<AgentConfig> = {},
  tuning: AgentTuning = {},
): Promise<RunningAgent> {
  const access = { serverUrl: server.url, ingestKey: 'key-4711', caFile };
  const agent = await startAgent(agentConfig(dir, { ...access, ...more }), {
    write: () => undefined,
    retry: { firstMs: 50, maxMs: 200 },
    lossReportMs: 100,
    gatherMs: 0,
    ...tuning,
  });
  agents.push(agent);
  return agent;
}

function run(env: Record<string, string>, ...args: string[]): Child {
  const child = startNode(['--require', REGISTER, file, ...args], {
    RETRACE_SERVICE_NAME: 'shop',
    RETRACE_EXPORT_INTERVAL_SECONDS: '1',
    RETRACE_AGENT_SOCKET: join(dir, 'run', 'agent.sock'),
    ...env,
  });
  children.push(child);
  return child;
}

const spansOf = (requests: readonly TracesRequest[]): Span[] =>
  requests.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ spans }) => spans));
const received = (): Span[] => spansOf(server.traces.map(({ request }) => request));
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const ms = (nanos: bigint): number => Number(nanos) / 1e6;

/** The first request of `/reports/…` that arrived, with its children. */
function slowRequest(spans: readonly Span[]): { root: Span; calls: Span[] } | undefined {
  const root = spans.find(({ name }) => name === 'GET /reports/*');
  if (root === undefined) return undefined;
  return {
    root,
    calls: spans.filter(({ parentSpanId }) => hex(parentSpanId) === hex(root.spanId)),
  };
}

function expectSlowRequest(spans: readonly Span[]): void {
  const { root, calls } = slowRequest(spans) as { root: Span; calls: Span[] };
  expect(root).toMatchObject({ kind: 'server', error: false });
  expect(root.parentSpanId).toBeUndefined();
  expect(root.attributes).toMatchObject({
    'retrace.endpoint': 'GET /reports/*',
    'http.response.status_code': 200,
    'retrace.waterfall.omitted': 0,
  });
  // 300 + 50 + 100 + 40 ms; timers are late on a busy machine and never early.
  expect(ms(root.endUnixNano - root.startUnixNano)).toBeGreaterThanOrEqual(489);
  expect(calls.map(({ name, kind, error }) => [name, kind, error])).toEqual([
    ['GET /charges/*', 'client', false],
    ['GET /*/*', 'client', true],
  ]);
  const [first, second] = calls as [Span, Span];
  expect(first.attributes).toMatchObject({
    'url.template': '/charges/*',
    'server.address': '127.0.0.1',
  });
  expect(second.attributes).toMatchObject({
    'error.type': '503',
    'http.response.status_code': 503,
  });
  const at = (nanos: bigint): number => ms(nanos - root.startUnixNano);
  expect(at(first.startUnixNano)).toBeGreaterThanOrEqual(349);
  expect(at(first.endUnixNano) - at(first.startUnixNano)).toBeGreaterThanOrEqual(99);
  // One after the other, within the request; durations are whole microseconds.
  expect(at(second.startUnixNano)).toBeGreaterThanOrEqual(at(first.endUnixNano) - 0.01);
  expect(at(second.endUnixNano) - at(second.startUnixNano)).toBeGreaterThanOrEqual(39);
  expect(at(second.endUnixNano)).toBeLessThanOrEqual(at(root.endUnixNano) + 0.01);
  expect(new Set([root, ...calls].map(({ traceId }) => hex(traceId))).size).toBe(1);
  const now = Date.now();
  expect(ms(root.startUnixNano)).toBeGreaterThan(now - 60_000);
  expect(ms(root.endUnixNano)).toBeLessThan(now);
}

function expectNothingPlanted(): void {
  const sent = server.bodies.map((body) => gunzipSync(body).toString('latin1')).join('\n');
  expect(sent).toMatch(/GET \/(orders|reports)\//);
  for (const planted of [...PLANTED, 'key-4711']) expect(sent).not.toContain(planted);
}

describe.skipIf(!built)('a slow request of an app', LAST_TURN, () => {
  it('arrives call by call, with starts and durations and without a value, counted in no book', async () => {
    const agent = await start();
    run({});
    await until(() => slowRequest(received()) !== undefined, 'the slow request arrives');
    expectSlowRequest(received());
    expectNothingPlanted();
    const resources = server.traces.map(({ request }) => request.resourceSpans[0]?.resource);
    expect(resources[0]).toMatchObject({ 'service.name': 'shop', 'telemetry.sdk.name': 'retrace' });
    expect(server.traces[0]?.batchKey).toMatch(/^[\w-]+:[0-9a-f]{16}\.traces:\d+(-\d+)?$/);
    await until(() => agent.status().counts.spooled.batches === 0, 'all is sent');
    const { counts } = agent.status();
    expect(counts.received.records).toBe(counts.committed.records);
    expect(counts.received.records).toBe(server.records());
    const roots = received().filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(counts.received.waterfalls).toBe(roots.length);
    expect(counts.committed.waterfalls).toBe(roots.length);
    expect(counts.dropped).toEqual({});
  });

  it('is handed over at the end of a process, and taken by the agent that comes later', async () => {
    const child = run({ RETRACE_EXPORT_INTERVAL_SECONDS: '60' }, 'exit');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    const folder = join(dir, 'run', 'handover');
    const left = readdirSync(folder).filter((name) => name.endsWith('.traces.otlp'));
    expect(left).toHaveLength(1);
    await start();
    await until(() => slowRequest(received()) !== undefined, 'the slow request arrives');
    expectSlowRequest(received());
    expectNothingPlanted();
    await until(() => !existsSync(join(folder, left[0] as string)), 'the file is gone');
  });

  it('goes straight to the server where no agent is; one that stores none makes it a counted loss', async () => {
    const env = {
      TMPDIR: dir,
      RETRACE_AGENT_SOCKET: '',
      RETRACE_SERVER_URL: server.url,
      RETRACE_INGEST_KEY: 'key-4711',
      RETRACE_CA_FILE: caFile,
    };
    run(env);
    await until(() => slowRequest(received()) !== undefined, 'the slow request arrives');
    expectSlowRequest(received());
    expect(server.traces[0]?.batchKey).toMatch(/^[\w-]+:\d+$/);
    // OTLP's partial success: spans refused.
    server.script = (_, request) =>
      request.url === '/v1/traces' ? { status: 200, body: '\x0a\x02\x08\x09' } : undefined;
    const before = lostWaterfalls();
    expect(before).toBe(0);
    run(env);
    await until(() => lostWaterfalls() > 0, 'the loss is stated');
  });
});

/** Stated by runtimes. */
function lostWaterfalls(): number {
  let lost = 0;
  for (const { request } of server.taken) {
    for (const { metrics } of request.resourceMetrics) {
      for (const metric of metrics) {
        if (metric.name !== 'retrace.dropped' || metric.kind !== 'sum') continue;
        for (const { attributes, value } of metric.points) {
          if (attributes['retrace.kind'] === 'waterfall') lost += value;
        }
      }
    }
  }
  return lost;
}

let lastSpan = 0;

/** Waterfalls as a runtime sends them, `count` in one batch. */
function waterfalls(count: number, scopeName = 'retrace', template = '/charges/*'): Buffer {
  const spans = Array.from({ length: count }, (): Span[] => {
    lastSpan += 1;
    const traceId = new Uint8Array(16).fill(lastSpan);
    const spanId = new Uint8Array(8).fill(lastSpan);
    const times = { startUnixNano: 1_000_000n, endUnixNano: 2_000_000n, error: false };
    return [
      {
        ...times,
        traceId,
        spanId,
        name: `GET /kanari91827`,
        kind: 'server',
        attributes: { ...REQUEST_POINT, 'retrace.waterfall.omitted': 0, 'user.id': 'kanari91827' },
      },
      {
        ...times,
        traceId,
        spanId: new Uint8Array(8).fill(lastSpan + 100),
        parentSpanId: spanId,
        name: 'deadbeefcafe',
        kind: 'client',
        attributes: { 'http.request.method': 'GET', 'url.template': template },
      },
    ];
  }).flat();
  const [sender] = makeBatch([]).resourceMetrics;
  const { resource = {}, scopeVersion = '' } = sender ?? {};
  return Buffer.from(
    encodeTracesRequest({ resourceSpans: [{ resource, scopeName, scopeVersion, spans }] }),
  );
}

const sendSpans = (to: string, body: Uint8Array, batchKey?: string): ReturnType<typeof ask> =>
  ask(to, {
    path: '/v1/traces',
    body,
    headers: {
      'content-type': 'application/x-protobuf',
      ...(batchKey === undefined ? {} : { 'retrace-batch': batchKey }),
    },
  });

describe('the agent', () => {
  it('cleans waterfalls, counts each batch once, and refuses the spans of others beside them', async () => {
    const agent = await start({ otlpPort: 0 });
    const dirty = waterfalls(2, 'retrace', '/charges/kanari91827');
    const reply = await sendSpans(agent.socketPath, dirty, 'i-1:1');
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect((await sendSpans(agent.socketPath, dirty, 'i-1:1')).status).toBe(200);
    const foreign = waterfalls(3, 'kanari91827');
    const refused = await sendSpans(
      agent.socketPath,
      Buffer.concat([waterfalls(1), foreign]),
      'i-1:2',
    );
    expect(refused.text).toContain('spans are counted and dropped');
    // On the loopback port nobody is our runtime.
    expect((await sendSpans(agent.otlpUrl as string, waterfalls(1))).text).toContain('dropped');
    await until(() => received().length === 6, 'all is sent');
    expectNothingPlanted();
    expect(received().map(({ name }) => name)).toEqual([
      'GET /orders/:id',
      'GET /charges/*',
      'GET /orders/:id',
      'GET /charges/*',
      'GET /orders/:id',
      'GET /charges/*',
    ]);
    const { counts } = agent.status();
    expect(counts.received).toEqual({ batches: 3, records: 6 + 2, waterfalls: 3 });
    expect(counts.dropped).toEqual({ unsupported_signal: { batches: 1, records: 8 } });
    expect(counts.duplicates).toBe(1);
  });

  it('sends mixed batches as one request of each kind, under keys of their own, and again after a failure', async () => {
    const local = await start({ serverUrl: undefined });
    for (let i = 1; i <= 6; i += 2) {
      await send(local.socketPath, simpleBatch(i), `i-1:${i}`);
      await sendSpans(local.socketPath, waterfalls(i), `i-1:${i + 1}`);
    }
    await local.close();
    server.script = (count) => (count === 2 ? { status: 503 } : undefined);
    const agent = await start();
    expect(agent.status().counts.recovered).toEqual({ batches: 6, records: 9, waterfalls: 9 });
    await until(() => agent.status().counts.spooled.batches === 0, 'all is sent');
    // Metrics, traces refused for now, metrics once more, traces.
    expect(server.requests).toBe(4);
    const [metrics, ...more] = server.taken.map(({ batchKey }) => batchKey);
    expect(more).toEqual([]);
    expect(metrics).toMatch(/:[0-9a-f]{16}:1-6$/);
    const ofTraces = server.traces.map(({ batchKey }) => batchKey);
    expect(ofTraces).toEqual([(metrics as string).replace(/:1-6$/, '.traces:1-6')]);
    expect(received()).toHaveLength(18);
    expect(server.records()).toBe(9);
    expect(agent.status().counts.committed).toEqual({ batches: 6, records: 9, waterfalls: 9 });
    expect(agent.status().counts.dropped).toEqual({});
  });

  it('counts waterfalls that the spool drops, and reports them apart from operations', async () => {
    server.script = () => ({ status: 503 });
    const agent = await start({ spoolMaxBytes: 700 * 1024 });
    const random = (bytes: number): string =>
      Array.from({ length: bytes }, () => 'abcdefghijklmnop'[Math.floor(Math.random() * 16)]).join(
        '',
      );
    let waterfallsSent = 0;
    let recordsSent = 0;
    for (let i = 1; i <= 50; i++) {
      // Random ids do not compress: the spool's bound is reached soon.
      const groups = Array.from({ length: 100 }, () =>
        makeBatch([{ attributes: REQUEST_POINT, us: [5] }], { instance: random(120) }),
      );
      const request = { resourceMetrics: groups.flatMap(({ resourceMetrics }) => resourceMetrics) };
      await send(agent.socketPath, encodeMetricsRequest(request), `i-1:${2 * i}`);
      await sendSpans(agent.socketPath, waterfalls(2), `i-1:${2 * i + 1}`);
      waterfallsSent += 2;
      recordsSent += 100;
    }
    const dropped = agent.status().counts.dropped['spool_full'];
    expect(dropped?.waterfalls).toBeGreaterThan(0);
    server.script = () => undefined;
    await until(() => agent.status().counts.spooled.batches === 0, 'all is sent');
    const lost = (kind?: 'waterfall'): number => server.losses(kind)['spool_full'] ?? 0;
    // Reports go one after the other, and can be lost themselves.
    await until(() => received().length / 2 + lost('waterfall') === waterfallsSent, 'waterfalls');
    await until(() => server.records() + lost() === recordsSent, 'operations');
    expect(lost('waterfall')).toBe(agent.status().counts.dropped['spool_full']?.waterfalls);
    expect(lost()).toBeGreaterThan(0);
  });

  it('counts waterfalls as lost when the server refuses the batch, or says that it took none of it', async () => {
    const agent = await start();
    server.script = (_, request) => (request.url === '/v1/traces' ? { status: 400 } : undefined);
    await sendSpans(agent.socketPath, waterfalls(3), 'i-1:1');
    await until(() => server.losses('waterfall')['rejected'] === 3, 'reported');
    // OTLP's partial success: nine spans refused.
    server.script = (_, request) =>
      request.url === '/v1/traces' ? { status: 200, body: '\x0a\x02\x08\x09' } : undefined;
    await sendSpans(agent.socketPath, waterfalls(2), 'i-1:2');
    await until(() => server.losses('waterfall')['rejected'] === 5, 'reported');
    expect(server.losses()['rejected'] ?? 0).toBe(0);
    const { counts } = agent.status();
    expect(counts.committed.waterfalls ?? 0).toBe(0);
    expect(counts.dropped['rejected']).toEqual({ batches: 1, records: 0, waterfalls: 5 });
  });
});
