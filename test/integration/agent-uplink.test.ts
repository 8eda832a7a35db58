import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAgent, startAgent } from '../../src/agent/index.js';
import type { AgentStatus } from '../../src/agent/index.js';
import type { AgentTuning } from '../../src/agent/start-agent.js';
import type { AgentConfig } from '../../src/config/types.js';
import { ATTR, METRIC, RESOURCE } from '../../src/core/semconv.js';
import { encodeMetricsRequest } from '../../src/protocol/index.js';
import {
  agentConfig,
  ask,
  type Authority,
  createAuthority,
  listen,
  makeBatch,
  send,
  simpleBatch,
  tempDir,
  TestProxy,
  TestServer,
  until,
  writeCa,
} from './agent-fixtures.js';

const INGEST_KEY = 'rt_test_key_0123456789';
const TUNING: AgentTuning = {
  retry: { firstMs: 20, maxMs: 100 },
  gatherMs: 0,
  attemptMs: 2_000,
  lossReportMs: 50,
};

let authority: Authority;
let tls: { key: string; cert: string };
let dir: string;
let clean: () => void;
let server: TestServer;
let log: string;
const agents: RunningAgent[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  tls = await authority.issue(['localhost', '127.0.0.1']);
});
beforeEach(async () => {
  ({ dir, clean } = tempDir());
  log = '';
  server = new TestServer(tls);
  await server.start();
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
  await server.stop();
  clean();
});
afterAll(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
});

async function start(
  more: Partial<AgentConfig> = {},
  tuning: AgentTuning = {},
): Promise<RunningAgent> {
  const config = agentConfig(dir, {
    serverUrl: server.url,
    ingestKey: INGEST_KEY,
    caFile: writeCa(dir, authority),
    ...more,
  });
  const write = (line: string): void => void (log += line);
  const agent = await startAgent(config, { ...TUNING, write, ...tuning });
  agents.push(agent);
  return agent;
}

/** recovered + received + own = committed + spooled + dropped, in batches and in records. */
function expectBalanced({ counts }: AgentStatus): void {
  const { recovered, received, own, committed, spooled, dropped } = counts;
  for (const unit of ['batches', 'records'] as const) {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count[unit], 0);
    const came = recovered[unit] + received[unit] + own[unit];
    expect(committed[unit] + spooled[unit] + lost, unit).toBe(came);
  }
}

function committed(agent: RunningAgent, batches: number): Promise<void> {
  return until(() => agent.status().counts.committed.batches >= batches, `${batches} committed`);
}

describe('delivery', () => {
  it('brings every batch once, with its key, in order, stamped with the host', async () => {
    const agent = await start();
    for (let i = 1; i <= 20; i++) await send(agent.socketPath, simpleBatch(i), `i-1:${i}`);
    await committed(agent, 20);
    expect(server.taken.map(({ request }) => request.resourceMetrics[0]?.metrics[0])).toHaveLength(
      20,
    );
    expect(server.records()).toBe(210);
    const keys = server.taken.map(({ batchKey }) => batchKey);
    expect(keys.map((key) => key.split(':')[2])).toEqual(keys.map((_, i) => String(i + 1)));
    expect(keys.every((key) => /^[0-9a-f-]{36}:[0-9a-f]{16}:\d+$/.test(key))).toBe(true);
    expect(server.taken[0]?.authorization).toBe(`Bearer ${INGEST_KEY}`);
    expect(server.taken[0]?.path).toBe('/v1/metrics');
    expect(server.taken[0]?.request.resourceMetrics[0]?.resource[RESOURCE.hostName]).toBeTruthy();
    expectBalanced(agent.status());
  });

  it('goes on when the server comes back: everything once, one line in the log', async () => {
    const agent = await start();
    await send(agent.socketPath, simpleBatch(1), 'i-1:1');
    await committed(agent, 1);
    await server.stop();
    for (let i = 2; i <= 30; i++) await send(agent.socketPath, simpleBatch(1), `i-1:${i}`);
    await until(() => agent.status().uplink.consecutiveFailures > 3, 'some attempts failed');
    expect(agent.status().counts.spooled).toEqual({ batches: 29, records: 29 });
    await server.start();
    await committed(agent, 30);
    expect(server.records()).toBe(30);
    expect(log.match(/cannot be reached/g)).toHaveLength(1);
    expectBalanced(agent.status());
  });

  it('keeps what is undelivered over a restart of the agent', async () => {
    await server.stop();
    const first = await start();
    for (let i = 1; i <= 5; i++) await send(first.socketPath, simpleBatch(i), `i-1:${i}`);
    await first.close();
    const second = await start();
    await send(second.socketPath, simpleBatch(6), 'i-1:6');
    await server.start();
    await committed(second, 6);
    expect(server.records()).toBe(21);
    expectBalanced(second.status());
  });

  it('sends a batch again under the same key when its answer was lost', async () => {
    server.script = (count) => (count === 1 ? 'reset' : undefined);
    const agent = await start();
    await send(agent.socketPath, simpleBatch(3), 'i-1:1');
    await committed(agent, 1);
    expect(server.requests).toBe(2);
    expect(server.records()).toBe(3);
  });

  it('sends what is left at the end, within the stated time', async () => {
    const agent = await start();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(agent.socketPath, simpleBatch(1), `i-1:${i}`)),
    );
    const begun = Date.now();
    await agent.close();
    expect(server.records()).toBe(20);
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it('stops within 5 s when the server never answers, and loses nothing', async () => {
    server.script = () => 'hang';
    const first = await start({}, { attemptMs: 60_000 });
    await send(first.socketPath, simpleBatch(4), 'i-1:1');
    await until(() => server.requests === 1, 'the attempt is under way');
    const begun = Date.now();
    await first.close();
    expect(Date.now() - begun).toBeLessThan(5_000);
    server.script = () => undefined;
    const second = await start();
    await committed(second, 1);
    expect(server.records()).toBe(4);
  });
});

describe('answers', () => {
  it.each([500, 502, 503, 429, 408, 302, 407])('%s: tried again', async (status) => {
    server.script = (count) => (count <= 2 ? { status } : undefined);
    const agent = await start();
    await send(agent.socketPath, simpleBatch(2));
    await committed(agent, 1);
    expect(server.requests).toBe(3);
    expect(agent.status().counts.dropped).toEqual({});
  });

  it.each([401, 403])('%s: kept, one warning without the key', async (status) => {
    server.script = () => ({ status });
    const agent = await start();
    await send(agent.socketPath, simpleBatch(2));
    await until(() => agent.status().uplink.consecutiveFailures > 2, 'refused a few times');
    expect(agent.status().counts.spooled).toEqual({ batches: 1, records: 2 });
    expect(log).toContain('ingest key');
    expect(log).not.toContain(INGEST_KEY);
    expect(log.trim().split('\n')).toHaveLength(2);
    server.script = () => undefined;
    await committed(agent, 1);
  });

  it.each([400, 413, 415, 422])('%s: dropped, counted, and reported upwards', async (status) => {
    server.script = (count) => (count === 1 ? { status } : undefined);
    const agent = await start();
    await send(agent.socketPath, simpleBatch(7));
    await until(() => server.losses()['rejected'] !== undefined, 'the loss is reported');
    expect(server.losses()).toEqual({ rejected: 7 });
    await send(agent.socketPath, simpleBatch(1));
    await committed(agent, 2);
    expect(server.records()).toBe(1);
    expectBalanced(agent.status());
  });

  it('a 200 or 404 that is not OTLP (a portal, a wrong path): kept', async () => {
    const html = { headers: { 'content-type': 'text/html' }, body: '<html>welcome</html>' };
    server.script = (count) =>
      count === 1 ? { status: 200, ...html } : count === 2 ? { status: 404, ...html } : undefined;
    const agent = await start();
    await send(agent.socketPath, simpleBatch(2));
    await committed(agent, 1);
    expect(server.records()).toBe(2);
  });

  it('honours Retry-After', async () => {
    server.script = (count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
    const agent = await start();
    const begun = Date.now();
    await send(agent.socketPath, simpleBatch(1));
    await committed(agent, 1);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
    expect(server.requests).toBe(2);
  });

  it('a server that never answers is given up after the deadline of the attempt', async () => {
    server.script = (count) => (count === 1 ? 'hang' : undefined);
    const agent = await start({}, { attemptMs: 200 });
    await send(agent.socketPath, simpleBatch(1));
    await committed(agent, 1);
    expect(server.requests).toBe(2);
  });
});

describe('servers that are none', () => {
  /** Puts a TLS server of its own behaviour in the place of the real one until `release`. */
  async function impostor(onSocket: (socket: Socket) => void): Promise<() => Promise<void>> {
    const { port } = server;
    await server.stop();
    const sockets = new Set<Socket>();
    const stranger = createTlsServer(tls, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    await listen(stranger, port);
    return async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => stranger.close(resolve));
      await server.start(port);
    };
  }

  it.each([
    ['garbage', '\u0000\u0001 hello \r\n\r\n', /^HPE_/],
    ['an answer that never ends', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', /^TIMEOUT$/],
    ['an answer cut short', 'cut', /^ECONNRESET$/],
  ])('%s: the batch is kept and sent again', async (_name, answer, failure) => {
    const release = await impostor((socket) => {
      socket.once('data', () => {
        if (answer === 'cut') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx');
        else socket.write(answer);
      });
    });
    const agent = await start({}, { attemptMs: 300 });
    await send(agent.socketPath, simpleBatch(4));
    await until(() => agent.status().uplink.consecutiveFailures > 0, 'an attempt fails');
    expect(agent.status().uplink.lastFailure).toMatch(failure);
    await release();
    await committed(agent, 1);
    expect(server.records()).toBe(4);
    expectBalanced(agent.status());
  });

  it('an answer of one byte a time is given up after the deadline', async () => {
    const release = await impostor((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const agent = await start({}, { attemptMs: 300 });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 0, 'an attempt fails');
    expect(agent.status().uplink.lastFailure).toBe('TIMEOUT');
    await release();
    await committed(agent, 1);
  });
});

describe('the bound of the spool', () => {
  it('drops the oldest, counts exactly, and reports the loss when the server is back', async () => {
    await server.stop();
    const agent = await start({ spoolMaxBytes: 1024 * 1024 });
    const random = (): string => Math.random().toString(36).slice(2, 10);
    let sent = 0;
    for (let i = 1; i <= 120; i++) {
      // Incompressible enough to fill the spool: many series with invented operation names.
      const points = Array.from({ length: 250 }, () => ({
        attributes: {
          [ATTR.retraceEndpoint]: `GET /${'abcdefghij'[i % 10]}`,
          [ATTR.httpRequestMethod]: 'GET',
        },
        us: Array.from({ length: 3 }, () => 1 + Math.floor(Math.random() * 1e7)),
      }));
      const batch = makeBatch(points, { instance: random() });
      await send(agent.socketPath, encodeMetricsRequest(batch), `i-1:${i}`);
      sent += 750;
    }
    const { counts, spool } = agent.status();
    expect(counts.dropped['spool_full']?.records).toBeGreaterThan(0);
    expect(spool.bytes).toBeLessThanOrEqual(1024 * 1024);
    expectBalanced(agent.status());
    await server.start();
    await until(() => agent.status().counts.spooled.batches === 0, 'the spool is delivered');
    // One report is outstanding at a time: what was lost after the first was written follows in a second one.
    const accounted = (): number => server.records() + (server.losses()['spool_full'] ?? 0);
    await until(() => accounted() >= sent, 'every record is delivered or reported as lost');
    await until(() => agent.status().counts.spooled.batches === 0, 'the reports are delivered');
    expect(accounted()).toBe(sent);
    expect(server.losses()['spool_full']).toBeGreaterThan(0);
    expectBalanced(agent.status());
  });
});

describe('TLS', () => {
  async function failure(more: Partial<AgentConfig> = {}): Promise<string> {
    const agent = await start(more);
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(server.requests).toBe(0);
    expect(agent.status().counts.spooled.batches).toBe(1);
    return agent.status().uplink.lastFailure;
  }

  async function serveWith(certificate: { key: string; cert: string }): Promise<void> {
    await server.stop();
    server = new TestServer(certificate);
    await server.start();
  }

  it('refuses a server of an unknown authority', async () => {
    const other = await createAuthority('Other CA');
    expect(await failure({ caFile: writeCa(dir, other, 'other.pem') })).toBe(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });

  it('refuses it with NODE_TLS_REJECT_UNAUTHORIZED=0 too', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await failure({ caFile: undefined })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('refuses a certificate for another host', async () => {
    await serveWith(await authority.issue(['elsewhere.example']));
    expect(await failure()).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('refuses an expired certificate', async () => {
    const now = Date.now();
    await serveWith(await authority.issue(['localhost'], now - 7_200_000, now - 3_600_000));
    expect(await failure()).toBe('CERT_HAS_EXPIRED');
  });

  it('accepts a server that is addressed by its IP', async () => {
    const agent = await start({ serverUrl: `https://127.0.0.1:${server.port}` });
    await send(agent.socketPath, simpleBatch(1));
    await committed(agent, 1);
  });

  it.each([
    [{ serverUrl: 'http://localhost:1' }, 'RETRACE_SERVER_URL'],
    [{ caFile: '/nonexistent/ca.pem' }, 'RETRACE_CA_FILE'],
    [{ httpsProxy: 'socks5://proxy:1' }, 'RETRACE_HTTPS_PROXY'],
  ] as const)('does not start with %j: exit code 2 naming %s', async (more, variable) => {
    await expect(start(more)).rejects.toMatchObject({ exitCode: 2, variable });
  });
});

describe('a proxy', () => {
  let proxy: TestProxy;
  beforeEach(async () => {
    proxy = new TestProxy();
    await proxy.start();
    proxy.target.port = server.port;
    await server.stop();
    // A name that resolves nowhere: only the proxy can reach it.
    server = new TestServer(await authority.issue(['collect.retrace.invalid']));
    await server.start(proxy.target.port);
  });
  afterEach(() => proxy.stop());

  const URL = 'https://collect.retrace.invalid/base';

  it('is used with its credentials, TLS goes through it end to end', async () => {
    const httpsProxy = `http://user:p%40ss@127.0.0.1:${proxy.port}`;
    const agent = await start({ serverUrl: URL, httpsProxy });
    for (let i = 1; i <= 5; i++) await send(agent.socketPath, simpleBatch(1), `i-1:${i}`);
    await committed(agent, 5);
    expect(server.taken[0]?.path).toBe('/base/v1/metrics');
    // One tunnel for all: the connection is kept.
    expect(proxy.connects).toEqual([
      {
        authority: 'collect.retrace.invalid:443',
        authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      },
    ]);
  });

  it.each([407, 502])('that answers %s is never bypassed', async (status) => {
    proxy.refuse = status;
    const httpsProxy = `http://user:secret@127.0.0.1:${proxy.port}`;
    const agent = await start({ serverUrl: URL, httpsProxy });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(agent.status().uplink.lastFailure).toBe(`PROXY_${status}`);
    expect(log).not.toContain('secret');
    proxy.refuse = undefined;
    await committed(agent, 1);
  });

  it('that never answers is given up after the deadline', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await listen(silent, 0);
    const { port } = silent.address() as AddressInfo;
    const config = { serverUrl: URL, httpsProxy: `http://127.0.0.1:${port}` };
    const agent = await start(config, { attemptMs: 100 });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(agent.status().uplink.lastFailure).toBe('TIMEOUT');
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('that is gone is never bypassed, loopback servers excepted', async () => {
    const httpsProxy = 'http://127.0.0.1:1';
    const agent = await start({ serverUrl: URL, httpsProxy });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(agent.status().uplink.lastFailure).toBe('ECONNREFUSED');
    expect(server.requests).toBe(0);
  });

  it('cannot read along: the certificate is checked through the tunnel', async () => {
    await server.stop();
    const other = await createAuthority('Interceptor');
    const before = server.port;
    server = new TestServer(await other.issue(['collect.retrace.invalid']));
    await server.start(before);
    const agent = await start({ serverUrl: URL, httpsProxy: `http://127.0.0.1:${proxy.port}` });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(agent.status().uplink.lastFailure).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(server.requests).toBe(0);
  });

  it('is left out for hosts in NO_PROXY', async () => {
    const agent = await start({
      serverUrl: URL,
      httpsProxy: `http://127.0.0.1:${proxy.port}`,
      noProxy: ['.retrace.invalid'],
    });
    await send(agent.socketPath, simpleBatch(1));
    await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
    expect(proxy.connects).toEqual([]);
    expect(agent.status().uplink.lastFailure).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('privacy', () => {
  const SECRET = 'Kx9-alice.miller-4111111111111111';

  it('a literal in any attribute of a foreign SDK is in no file, no byte sent, no log', async () => {
    const agent = await start({ otlpPort: 0, logLevel: 'debug' });
    const point = (attributes: Record<string, string>) => ({
      metric: METRIC.queryDuration,
      attributes,
      us: [1000],
    });
    const batch = makeBatch(
      [
        point({
          [ATTR.dbSystemName]: 'postgresql',
          [ATTR.dbQueryText]: `SELECT * FROM users WHERE email = '${SECRET}'`,
          [ATTR.dbQuerySummary]: `SELECT users ${SECRET}`,
          [ATTR.errorType]: `duplicate key ${SECRET}`,
          [ATTR.retraceEndpoint]: `GET /users/${SECRET}`,
          'enduser.id': SECRET,
          'http.request.header.authorization': SECRET,
        }),
        {
          metric: METRIC.clientDuration,
          attributes: {
            [ATTR.httpRequestMethod]: 'GET',
            [ATTR.serverAddress]: 'api.example',
            [ATTR.urlTemplate]: `/v1/users/${SECRET}?token=${SECRET}`,
            'url.full': `https://api.example/${SECRET}`,
          },
          us: [2000],
        },
      ],
      { service: 'foreign', sdk: 'opentelemetry', resource: { 'process.command_line': SECRET } },
    );
    const body = encodeMetricsRequest(batch);
    expect(Buffer.from(body).includes(SECRET)).toBe(true);
    await send(agent.otlpUrl as string, body);
    // One that claims to be ours is cleaned just the same.
    const claimed = makeBatch([
      { attributes: { [ATTR.retraceEndpoint]: `GET /${SECRET}` }, us: [1] },
    ]);
    await send(agent.socketPath, encodeMetricsRequest(claimed), 'i-1:1');
    // Refused ones too.
    await send(agent.socketPath, Buffer.from(SECRET));
    await ask(agent.socketPath, { path: `/${SECRET}` });
    await committed(agent, 2);
    expect(server.records()).toBe(3);
    const report = await ask(agent.socketPath, { method: 'GET', path: '/v1/report' });
    await agent.close();

    const secrets = [SECRET, '4111111111111111', 'alice.miller'];
    const sent = server.bodies.map((bytes) => gunzipSync(bytes).toString('latin1')).join('\n');
    const files = filesBelow(join(dir, 'run')).map((path) => readFileSync(path, 'latin1'));
    for (const secret of secrets) {
      expect(sent).not.toContain(secret);
      expect(report.text).not.toContain(secret);
      expect(log).not.toContain(secret);
      expect(files.filter((content) => content.includes(secret))).toEqual([]);
    }
    expect(sent).toContain('foreign');
  });

  it('nothing readable is on disk even of what may be sent', async () => {
    await server.stop();
    const agent = await start();
    await send(agent.socketPath, simpleBatch(1, { service: 'very-recognisable-service' }));
    await agent.close();
    const files = filesBelow(join(dir, 'run'));
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      expect(readFileSync(path, 'latin1'), path).not.toContain('recognisable');
      expect(statSync(path).mode & 0o077, path).toBe(0);
    }
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
