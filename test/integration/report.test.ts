import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalReport, type RunningAgent, startAgent } from '../../src/agent/index.js';
import { ATTR, METRIC } from '../../src/core/semconv.js';
import { encodeMetricsRequest } from '../../src/protocol/index.js';
import {
  agentConfig,
  makeBatch,
  type Reply,
  REQUEST_POINT,
  send,
  tempDir,
  until,
} from './agent-fixtures.js';

const MAIN = join(__dirname, '../../dist/src/cli/main.js');

let dir: string;
let clean: () => void;
let agent: RunningAgent | undefined;
const children: ChildProcess[] = [];

beforeEach(() => {
  ({ dir, clean } = tempDir());
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await agent?.close();
  agent = undefined;
  clean();
});

interface Run {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  exit: Promise<number | null>;
}

const socketPath = (): string => join(dir, 'run', 'agent.sock');

function report(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, 'report', ...args], {
    env: { PATH: process.env['PATH'], RETRACE_AGENT_SOCKET: socketPath() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exit = once(child, 'close').then(() => child.exitCode);
  return { child, stdout: () => stdout, stderr: () => stderr, exit };
}

const QUERY = {
  [ATTR.dbSystemName]: 'postgresql',
  [ATTR.dbNamespace]: 'shop',
  [ATTR.dbQueryText]: 'SELECT id FROM orders WHERE id = ?',
  [ATTR.dbQuerySummary]: 'SELECT orders',
  [ATTR.retraceEndpoint]: 'GET /orders/:id',
};

function shopBatch(service = 'shop', instance = 'i-1'): Uint8Array {
  const points = [
    { attributes: REQUEST_POINT, us: [20_000, 40_000] },
    {
      attributes: { ...REQUEST_POINT, [ATTR.httpResponseStatusCode]: 500, [ATTR.errorType]: '500' },
      us: [60_000],
    },
    { metric: METRIC.queryDuration, attributes: QUERY, us: [1_000, 2_000, 3_000] },
    {
      metric: METRIC.clientDuration,
      attributes: {
        [ATTR.httpRequestMethod]: 'POST',
        [ATTR.urlScheme]: 'https',
        [ATTR.serverAddress]: 'api.pay.example',
        [ATTR.serverPort]: 443,
        [ATTR.urlTemplate]: '/v1/charges',
        [ATTR.errorType]: 'ECONNREFUSED',
        [ATTR.retraceEndpoint]: 'GET /orders/:id',
      },
      us: [5_000],
    },
  ];
  return encodeMetricsRequest(makeBatch(points, { service, instance }));
}

async function deliver(body: Uint8Array, batchKey?: string): Promise<Reply> {
  const reply = await send(socketPath(), body, batchKey);
  expect(reply.status).toBe(200);
  return reply;
}

async function startOwnAgent(): Promise<void> {
  agent = await startAgent(agentConfig(dir, { logLevel: 'none' }));
}

describe('retrace report, with an agent', () => {
  it('prints the three reports with numbers, errors and callers', async () => {
    await startOwnAgent();
    await deliver(shopBatch(), 'i-1:1');
    await deliver(shopBatch('shop', 'i-2'), 'i-2:1');
    const run = report();
    expect(await run.exit).toBe(0);
    const text = run.stdout();
    const row = (name: string): string =>
      text.split('\n').find((line) => line.includes(`  ${name} `)) ?? '';
    expect(text).toMatch(/^shop .* 2 processes/);
    expect(row('GET /orders/:id')).toMatch(/ 6 .*40\.0 ms .*240 ms +100 % .* 2$/);
    expect(text).toContain('errors: 500 2×');
    expect(row('SELECT orders')).toMatch(/ 6 .*2\.00 ms .*3\.00 ms +12\.0 ms +100 % .* –$/);
    expect(text).toContain('    SELECT id FROM orders WHERE id = ?\n');
    expect(text).toContain('← GET /orders/:id · 6× · 100 % of its time\n');
    expect(row('POST api.pay.example/v1/charges')).toMatch(/ 2 .* 2$/);
    expect(text).toContain('errors: ECONNREFUSED 2×');
    // No terminal: no colours, and no line wider than the default.
    expect(text).not.toContain('\u001b');
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(120);
  });

  it('gives the data with --json, and one service with --service', async () => {
    await startOwnAgent();
    await deliver(shopBatch('shop', 'i-1'), 'i-1:1');
    await deliver(shopBatch('warehouse', 'i-2'), 'i-2:1');
    const all = report('--json');
    expect(await all.exit).toBe(0);
    const data = JSON.parse(all.stdout()) as LocalReport;
    expect(data.services.map(({ service }) => service)).toEqual(['shop', 'warehouse']);
    expect(data.services[0]?.endpoints.rows[0]).toMatchObject({
      calls: 3,
      errors: 1,
      totalUs: 120_000,
    });
    expect(data.services[0]?.queries.rows[0]?.callers).toMatchObject([
      { endpoint: 'GET /orders/:id', calls: 3, totalUs: 6_000, share: 1 },
    ]);
    const one = report('--service', 'warehouse');
    expect(await one.exit).toBe(0);
    expect(one.stdout()).toContain('warehouse');
    expect(one.stdout()).not.toContain('shop ');
    const none = report('--service', 'nobody');
    expect(await none.exit).toBe(0);
    expect(none.stdout()).toContain('shop, warehouse');
  });

  it('lists losses in words', async () => {
    await startOwnAgent();
    const now = BigInt(Date.now()) * 1_000_000n;
    const lost = {
      startTimeUnixNano: now,
      timeUnixNano: now,
      value: 12,
      integer: true,
      attributes: { [ATTR.retraceReason]: 'ring_full' },
    };
    const batch = makeBatch([{ attributes: REQUEST_POINT, us: [1] }], {
      extra: [
        {
          name: METRIC.dropped,
          unit: '{record}',
          kind: 'sum',
          temporality: 'delta',
          monotonic: true,
          points: [lost],
        },
      ],
    });
    await deliver(encodeMetricsRequest(batch));
    const run = report();
    await run.exit;
    expect(run.stdout()).toContain(
      '12 operations of shop: ring_full (the app was faster than the worker)',
    );
  });

  it('refuses what it does not know with exit code 2, without quoting it', async () => {
    for (const args of [['--secret=hunter2'], ['--minutes', '61'], ['--limit', 'x'], ['hunter2']]) {
      const run = report(...args);
      expect(await run.exit).toBe(2);
      expect(run.stderr()).not.toContain('hunter2');
    }
  });

  it('repeats with --watch until it is interrupted', async () => {
    await startOwnAgent();
    await deliver(shopBatch());
    const run = report('--watch');
    await until(() => run.stdout().includes('Endpoints'), 'the first report');
    await deliver(shopBatch('late'));
    await until(() => run.stdout().includes('late '), 'a second report with new data');
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(0);
  });
});

describe('retrace report, without an agent', () => {
  it('listens in its place, takes nothing away, prints once all have reported, cleans up', async () => {
    const run = report();
    await until(() => existsSync(socketPath()), 'it listens');
    const first = await deliver(shopBatch('shop', 'a'), 'a:1');
    expect([first.status, first.headers['retrace-peeked']]).toEqual([200, '1']);
    // The same batch again, and another process a little later.
    await deliver(shopBatch('shop', 'a'), 'a:1');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await deliver(shopBatch('shop', 'b'), 'b:7');
    expect(await run.exit).toBe(0);
    expect(run.stderr()).toContain('waiting for a runtime to report, every 10 s …');
    expect(run.stdout()).toMatch(/^shop .* 2 processes/);
    expect(run.stdout()).toMatch(/GET \/orders\/:id +6 /);
    expect(existsSync(socketPath())).toBe(false);
    expect(existsSync(join(dir, 'run', 'spool'))).toBe(false);
  });

  it('removes its socket when interrupted', async () => {
    const run = report();
    await until(() => run.stderr().includes('waiting'), 'it waits');
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(1);
    expect(existsSync(socketPath())).toBe(false);
  });
});
