import { existsSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalReport, type RunningAgent, startAgent } from '../../src/agent/index.js';
import type { AgentTuning } from '../../src/agent/start-agent.js';
import type { AgentConfig } from '../../src/config/types.js';
import {
  agentConfig,
  ask,
  type Ask,
  errorCode,
  REQUEST_POINT,
  makeBatch,
  send,
  simpleBatch,
  tempDir,
  until,
} from './agent-fixtures.js';

let dir: string;
let clean: () => void;
let agents: RunningAgent[] = [];
let log: string;

beforeEach(() => {
  ({ dir, clean } = tempDir());
  log = '';
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  agents = [];
  clean();
});

async function start(
  more: Partial<AgentConfig> = {},
  tuning: AgentTuning = {},
): Promise<RunningAgent> {
  const write = (line: string): void => void (log += line);
  const agent = await startAgent(agentConfig(dir, more), { write, ...tuning });
  agents.push(agent);
  return agent;
}

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

describe('the agent’s socket', () => {
  it('is 0660 in a 0700 folder, and gone after close', async () => {
    const agent = await start();
    expect(lstatSync(agent.socketPath).isSocket()).toBe(true);
    expect(lstatSync(agent.socketPath).mode & 0o777).toBe(0o660);
    expect(statSync(dirname(agent.socketPath)).mode & 0o777).toBe(0o700);
    await agent.close();
    expect(existsSync(agent.socketPath)).toBe(false);
  });

  it('replaces a stale socket', async () => {
    mkdirSync(join(dir, 'run'), { mode: 0o700 });
    const path = join(dir, 'run', 'agent.sock');
    const dead = net.createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    // Closing would unlink it; a second name of the same inode stays behind as a crash leaves it.
    const { linkSync, renameSync } = await import('node:fs');
    linkSync(path, `${path}.kept`);
    await new Promise((resolve) => dead.close(resolve));
    renameSync(`${path}.kept`, path);
    expect(lstatSync(path).isSocket()).toBe(true);
    const agent = await start();
    expect((await send(agent.socketPath, simpleBatch())).status).toBe(200);
  });

  it('never replaces one that answers: the second agent is refused with exit code 2', async () => {
    const first = await start();
    await expect(start({ spoolDir: join(dir, 'other') })).rejects.toMatchObject({
      exitCode: 2,
      variable: 'RETRACE_AGENT_SOCKET',
    });
    await expect(start({ socketPath: join(dir, 'b', 'agent.sock') })).rejects.toMatchObject({
      exitCode: 2,
      variable: 'RETRACE_SPOOL_DIR',
    });
    expect((await send(first.socketPath, simpleBatch())).status).toBe(200);
  });

  it('never replaces a file that is no socket', async () => {
    mkdirSync(join(dir, 'run'), { mode: 0o700 });
    writeFileSync(join(dir, 'run', 'agent.sock'), 'precious');
    await expect(start()).rejects.toMatchObject({ variable: 'RETRACE_AGENT_SOCKET' });
    expect(statSync(join(dir, 'run', 'agent.sock')).size).toBe(8);
  });

  it('refuses a folder that others may write to', async () => {
    mkdirSync(join(dir, 'run'));
    const { chmodSync } = await import('node:fs');
    chmodSync(join(dir, 'run'), 0o777);
    await expect(start()).rejects.toMatchObject({ variable: 'RETRACE_AGENT_SOCKET' });
  });
});

describe('what is no batch', () => {
  const secret = 'hunter2-4111111111111111';
  const cases: [string, Ask, number, string][] = [
    ['another path', { path: '/v1/profiles', headers: PROTOBUF }, 404, 'not_found'],
    [
      'traces that are none',
      { path: '/v1/traces', headers: PROTOBUF, body: Buffer.from(secret) },
      400,
      'malformed_body',
    ],
    ['a GET of logs', { path: '/v1/logs', method: 'GET' }, 405, 'method_not_allowed'],
    ['a path named as a property', { path: '/constructor', headers: PROTOBUF }, 404, 'not_found'],
    ['another method', { method: 'GET' }, 405, 'method_not_allowed'],
    ['a POST to a page', { path: '/v1/status' }, 405, 'method_not_allowed'],
    ['another type', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['no type', {}, 415, 'unsupported_media_type'],
    [
      'another encoding',
      { headers: { ...PROTOBUF, 'content-encoding': 'br' } },
      415,
      'unsupported_encoding',
    ],
    [
      'bytes that are no protobuf',
      { headers: PROTOBUF, body: Buffer.from(secret) },
      400,
      'malformed_body',
    ],
    [
      'JSON that is none',
      { headers: { 'content-type': 'application/json' }, body: Buffer.from(`{"${secret}`) },
      400,
      'malformed_body',
    ],
    [
      'JSON that is no OTLP',
      {
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(`{"resourceMetrics":"${secret}"}`),
      },
      400,
      'malformed_body',
    ],
    [
      'gzip that is none',
      { headers: { ...PROTOBUF, 'content-encoding': 'gzip' }, body: Buffer.from(secret) },
      400,
      'malformed_body',
    ],
    [
      'a truncated gzip',
      {
        headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(10_000)).subarray(0, 30),
      },
      400,
      'malformed_body',
    ],
    [
      'a body over the limit',
      { headers: PROTOBUF, body: Buffer.alloc(16 * 1024 * 1024 + 1) },
      413,
      'body_too_large',
    ],
    [
      'a gzip body over its limit',
      {
        headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
        body: Buffer.alloc(4 * 1024 * 1024 + 1),
      },
      413,
      'body_too_large',
    ],
    [
      'a zip bomb (1 GiB)',
      { headers: { ...PROTOBUF, 'content-encoding': 'gzip' }, body: zipBomb() },
      413,
      'body_too_large',
    ],
    [
      'a malformed batch key',
      { headers: { ...PROTOBUF, 'retrace-batch': secret } },
      400,
      'invalid_parameter',
    ],
    [
      'minutes out of range',
      { method: 'GET', path: '/v1/report?minutes=61' },
      400,
      'invalid_parameter',
    ],
  ];

  it.each(cases)('%s is a 4xx with a stable code', async (_name, what, status, code) => {
    const agent = await start();
    const reply = await ask(agent.socketPath, what);
    expect([reply.status, errorCode(reply)]).toEqual([status, code]);
    expect(reply.text + log).not.toContain('hunter2');
    expect(agent.status().refused).toEqual({ [code]: 1 });
    expect((await send(agent.socketPath, simpleBatch(3))).status).toBe(200);
    expect(agent.status().counts.received).toEqual({ batches: 1, records: 3 });
  });

  it('a chunked body over the limit is refused while it streams', async () => {
    const agent = await start();
    const reply = await rawExchange(agent.socketPath, async (socket) => {
      socket.write(
        'POST /v1/metrics HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      const chunk = Buffer.alloc(1024 * 1024);
      for (let i = 0; i < 17 && socket.writable; i++) {
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        await new Promise((resolve) => socket.write('\r\n', resolve));
      }
    });
    expect(reply).toContain('413');
    expect(reply).toContain('body_too_large');
  });

  it('a body that comes too slowly ends in 408, and others are served meanwhile', async () => {
    const agent = await start({}, { bodyTimeoutMs: 300 });
    const slow = rawExchange(agent.socketPath, (socket) => {
      socket.write(
        'POST /v1/metrics HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100\r\n\r\nx',
      );
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(drip));
      return Promise.resolve();
    });
    expect((await send(agent.socketPath, simpleBatch())).status).toBe(200);
    const reply = await slow;
    expect(reply).toContain('408');
    expect(reply).toContain('request_timeout');
  });

  it('headers that never end are cut off', async () => {
    const agent = await start({}, { bodyTimeoutMs: 300 });
    const reply = await rawExchange(agent.socketPath, (socket) => {
      socket.write('POST /v1/metrics HTTP/1.1\r\nhost: a\r\n');
      const drip = setInterval(() => socket.write('x: y\r\n'), 50);
      socket.on('close', () => clearInterval(drip));
      return Promise.resolve();
    });
    expect(reply).toContain('408');
  });

  it('what is not HTTP at all is answered 400 without an echo', async () => {
    const agent = await start();
    const reply = await rawExchange(agent.socketPath, (socket) => {
      socket.write(`${secret}\r\n\r\n`);
      return Promise.resolve();
    });
    expect(reply).toContain('400');
    expect(reply + log).not.toContain('hunter2');
  });
});

describe('batches', () => {
  it('are taken as protobuf and JSON, plain and gzip', async () => {
    const agent = await start();
    const body = simpleBatch(2);
    const json = Buffer.from(
      JSON.stringify({
        resourceMetrics: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'go-shop' } }] },
            scopeMetrics: [
              {
                scope: { name: 'otelhttp' },
                metrics: [
                  {
                    name: 'http.server.request.duration',
                    unit: 's',
                    histogram: {
                      aggregationTemporality: 1,
                      dataPoints: [
                        {
                          startTimeUnixNano: String(BigInt(Date.now() - 1000) * 1_000_000n),
                          timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
                          count: '3',
                          sum: 0.3,
                          bucketCounts: ['0', '3', '0'],
                          explicitBounds: [0.05, 0.2],
                          attributes: [
                            { key: 'http.request.method', value: { stringValue: 'GET' } },
                            { key: 'http.route', value: { stringValue: '/carts' } },
                          ],
                        },
                      ],
                    },
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
    for (const [type, bytes] of [
      ['application/x-protobuf', body],
      ['application/json; charset=utf-8', json],
    ] as const) {
      const plain = await ask(agent.socketPath, { body: bytes, headers: { 'content-type': type } });
      const packed = await ask(agent.socketPath, {
        body: gzipSync(bytes),
        headers: { 'content-type': type, 'content-encoding': 'gzip' },
      });
      expect([plain.status, packed.status]).toEqual([200, 200]);
      expect(plain.headers['content-type']).toBe(type.split(';')[0]);
    }
    expect(agent.status().counts.received).toEqual({ batches: 4, records: 10 });
    const reply = await ask(agent.socketPath, { method: 'GET', path: '/v1/report' });
    const report = JSON.parse(reply.text) as LocalReport;
    expect(report.services.map(({ service }) => service).sort()).toEqual(['go-shop', 'shop']);
  });

  it('with a key that was seen are acknowledged and ignored, also after a restart', async () => {
    const first = await start();
    const body = simpleBatch(5);
    await send(first.socketPath, body, 'i-1:1');
    const together = await Promise.all([1, 2, 3].map(() => send(first.socketPath, body, 'i-1:2')));
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200]);
    await send(first.socketPath, body, 'i-1:1');
    expect(first.status().counts).toMatchObject({
      received: { batches: 2, records: 10 },
      duplicates: 3,
    });
    await first.close();
    const second = await start();
    await send(second.socketPath, body, 'i-1:2');
    expect(second.status().counts).toMatchObject({
      recovered: { batches: 2, records: 10 },
      received: { batches: 0, records: 0 },
      duplicates: 1,
    });
  });

  it('of 500 senders at once are all taken', async () => {
    const agent = await start();
    const replies = await Promise.all(
      Array.from({ length: 500 }, (_, i) => send(agent.socketPath, simpleBatch(2), `i-${i}:1`)),
    );
    expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
    expect(agent.status().counts.received).toEqual({ batches: 500, records: 1000 });
    expect(agent.status().runtimes.heardOf).toBe(500);
  });

  it('come over loopback TCP when that is on, and only batches', async () => {
    const agent = await start({ otlpPort: 0 });
    const url = agent.otlpUrl as string;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await send(url, simpleBatch(1))).status).toBe(200);
    expect((await ask(url, { method: 'GET', path: '/v1/report' })).status).toBe(404);
    expect((await ask(url, { method: 'GET', path: '/v1/status' })).status).toBe(404);
  });
});

describe('the hand-over folder', () => {
  it('is emptied into the spool: files that wait, files that come, malformed ones, links', async () => {
    const folder = join(dir, 'run', 'handover');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(join(dir, 'elsewhere'));
    writeFileSync(join(dir, 'elsewhere', 'secret.otlp'), simpleBatch(50));
    writeFileSync(join(folder, 'i-1.1.otlp'), simpleBatch(1));
    writeFileSync(join(folder, 'i-1.2.otlp'), simpleBatch(2));
    writeFileSync(join(folder, 'i-1.3.otlp.tmp'), 'half');
    writeFileSync(join(folder, 'i-2.1.otlp'), 'garbage');
    const { symlinkSync } = await import('node:fs');
    symlinkSync(join(dir, 'elsewhere', 'secret.otlp'), join(folder, 'i-3.1.otlp'));
    const agent = await start();
    const left = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.otlp'));
    await until(() => left().length === 0, 'waiting files are taken');
    writeFileSync(join(folder, 'x.tmp'), simpleBatch(4));
    const { renameSync } = await import('node:fs');
    renameSync(join(folder, 'x.tmp'), join(folder, 'i-1.4.otlp'));
    // The same batch as a request: counted once.
    await send(agent.socketPath, simpleBatch(2), 'i-1:2');
    await until(() => left().length === 0, 'a new file is taken');
    const { counts, handover } = agent.status();
    expect(counts).toMatchObject({ received: { batches: 3, records: 7 }, duplicates: 1 });
    expect(handover).toEqual({ taken: 3, malformed: 2, missing: 0 });
    expect(existsSync(join(dir, 'elsewhere', 'secret.otlp'))).toBe(true);
  });
});

describe('local mode', () => {
  it('says so in one line and keeps data for the report', async () => {
    const agent = await start();
    await send(agent.socketPath, simpleBatch(3));
    expect(log.trim().split('\n')).toHaveLength(1);
    expect(log).toContain('RETRACE_SERVER_URL');
    const reply = await ask(agent.socketPath, { method: 'GET', path: '/v1/report?minutes=15' });
    const report = JSON.parse(reply.text) as LocalReport;
    expect(report.services[0]?.endpoints).toMatchObject({ calls: 3, errors: 0 });
    expect(report.services[0]?.endpoints.rows[0]?.name).toBe('GET /orders/:id');
    expect(agent.status()).toMatchObject({ mode: 'local', uplink: { state: 'off' } });
  });

  it('adds windows of several processes up exactly', async () => {
    const agent = await start();
    const batch = (instance: string, us: number[]): Buffer => {
      const spec = { attributes: REQUEST_POINT, us };
      return Buffer.from(encode(makeBatch([spec], { instance })));
    };
    const { encodeMetricsRequest: encode } = await import('../../src/protocol/index.js');
    await send(agent.socketPath, batch('a', [100, 200, 300]), 'a:1');
    await send(agent.socketPath, batch('b', [400, 50_000]), 'b:1');
    const reply = await ask(agent.socketPath, { method: 'GET', path: '/v1/report' });
    const service = (JSON.parse(reply.text) as LocalReport).services[0];
    expect(service?.instances).toBe(2);
    expect(service?.endpoints.rows[0]).toMatchObject({
      calls: 5,
      totalUs: 51_000,
      maxUs: 50_000,
      averageUs: 10_200,
      share: 1,
    });
  });
});

function zipBomb(): Buffer {
  // 1 GiB of zeros: gzip members may follow one another (RFC 1952 §2.2), and each inflates on its own.
  const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  return Buffer.concat(Array.from({ length: 64 }, () => member));
}

/** Writes raw bytes and gives back everything that was answered until the other side closed. */
function rawExchange(
  socketPath: string,
  write: (socket: net.Socket) => Promise<void>,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.on('connect', () => void write(socket));
  });
}
