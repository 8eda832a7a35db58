import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../src/agent/index.js';
import { encodeMetricsRequest } from '../../src/protocol/index.js';
import {
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

const MAIN = join(__dirname, '../../dist/src/cli/main.js');

let authority: Authority;
let dir: string;
let clean: () => void;
let server: TestServer;
const children: ChildProcess[] = [];

beforeAll(async () => {
  authority = await createAuthority();
});
beforeEach(async () => {
  ({ dir, clean } = tempDir());
  server = new TestServer(await authority.issue(['localhost']));
  await server.start();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await server.stop();
  clean();
});

interface Agent {
  child: ChildProcess;
  output: () => string;
}

const socketPath = (): string => join(dir, 'run', 'agent.sock');

function spawnAgent(more: Record<string, string> = {}, args: string[] = []): Agent {
  const child = spawn(process.execPath, [MAIN, 'agent', ...args], {
    env: {
      PATH: process.env['PATH'],
      RETRACE_AGENT_SOCKET: socketPath(),
      RETRACE_SERVER_URL: server.url,
      RETRACE_INGEST_KEY: 'rt_key',
      RETRACE_CA_FILE: writeCa(dir, authority),
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function ready(agent: Agent): Promise<Agent> {
  await until(() => agent.output().includes('listens on'), 'the agent listens');
  return agent;
}

async function status(): Promise<AgentStatus> {
  const reply = await ask(socketPath(), { method: 'GET', path: '/v1/status' });
  return JSON.parse(reply.text) as AgentStatus;
}

async function exitOf(agent: Agent): Promise<number | null> {
  if (agent.child.exitCode === null && agent.child.signalCode === null) {
    await once(agent.child, 'exit');
  }
  return agent.child.exitCode;
}

describe('retrace agent', () => {
  it('killed with -9 at any moment and restarted loses nothing it acknowledged', async () => {
    await server.stop();
    let acknowledged = 0;
    let sequence = 0;
    for (let round = 0; round < 4; round++) {
      const agent = await ready(spawnAgent());
      if (round === 2) await server.start();
      let stop = false;
      // Three senders; each repeats a batch under its key until it is acknowledged, as the runtime does.
      const senders = [0, 1, 2].map(async () => {
        while (!stop) {
          sequence += 1;
          const key = `i-1:${sequence}`;
          const body = simpleBatch(3);
          const reply = await send(socketPath(), body, key).catch(() => undefined);
          if (reply?.status === 200) acknowledged += 3;
          else unanswered.push({ key, body });
        }
      });
      const target = sequence + 60;
      await until(() => sequence >= target, 'batches are sent');
      agent.child.kill('SIGKILL');
      stop = true;
      await Promise.all(senders);
      await exitOf(agent);
    }
    await ready(spawnAgent());
    for (const { key, body } of unanswered.splice(0)) {
      expect((await send(socketPath(), body, key)).status).toBe(200);
      acknowledged += 3;
    }
    await until(async () => (await status()).counts.spooled.batches === 0, 'all is delivered');
    expect(server.records()).toBe(acknowledged);
    expect((await status()).counts.dropped).toEqual({});
  });

  it('recorded = committed + dropped, exactly, over faults, kill -9 and a full spool', async () => {
    const pick = randomSource(7);
    const small = { RETRACE_SPOOL_MAX_BYTES: '1048576', RETRACE_LOG_LEVEL: 'none' };
    let acknowledged = 0;
    let sequence = 0;
    const open: { key: string; body: Buffer; records: number }[] = [];
    for (let round = 0; round < 5; round++) {
      const agent = spawnAgent(small);
      await until(
        () =>
          status().then(
            () => true,
            () => false,
          ),
        'the agent answers',
      );
      // Mostly away, now and then there, with every kind of answer.
      server.script = () => {
        const dice = pick(10);
        if (dice < 2) return { status: 503 };
        if (dice < 3) return { status: 429, headers: { 'retry-after': '0' } };
        if (dice < 4) return 'reset';
        if (dice < 5) return { status: 400 };
        return dice < 8 ? 'unanswered' : undefined;
      };
      if (round % 2 === 0) await server.stop();
      const target = sequence + 60;
      const killAfter = sequence + 30 + pick(30);
      while (sequence < target) {
        const again = open.pop();
        const next = again ?? {
          key: `i-1:${(sequence += 1)}`,
          body: bulkyBatch(pick),
          records: 300,
        };
        const reply = await send(socketPath(), next.body, next.key).catch(() => undefined);
        if (reply?.status === 200) acknowledged += next.records;
        else open.push(next);
        if (sequence === killAfter) agent.child.kill('SIGKILL');
        if (reply === undefined) break;
      }
      agent.child.kill('SIGKILL');
      await exitOf(agent);
      if (round % 2 === 0) await server.start();
    }
    server.script = () => undefined;
    spawnAgent(small);
    await until(
      () =>
        status().then(
          () => true,
          () => false,
        ),
      'the agent answers',
    );
    for (const { key, body, records } of open) {
      expect((await send(socketPath(), body, key)).status).toBe(200);
      acknowledged += records;
    }
    const lost = (): number => Object.values(server.losses()).reduce((sum, n) => sum + n, 0);
    // Two reports of losses may be due, 10 s apart.
    const accounted = (): boolean => server.records() + lost() >= acknowledged;
    await until(accounted, 'everything is accounted for', 45_000);
    expect(server.records() + lost()).toBe(acknowledged);
    expect(server.losses()['spool_full']).toBeGreaterThan(0);
    expect(server.losses()['spool_corrupt']).toBeUndefined();
  });

  it('stops on SIGTERM: sends what it has, removes its socket, exit code 0', async () => {
    const agent = await ready(spawnAgent());
    for (let i = 1; i <= 10; i++) await send(socketPath(), simpleBatch(1), `i-1:${i}`);
    const begun = Date.now();
    agent.child.kill('SIGTERM');
    expect(await exitOf(agent)).toBe(0);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(server.records()).toBe(10);
    expect(existsSync(socketPath())).toBe(false);
  });

  it('refuses a second agent with exit code 2 and a clear line', async () => {
    await ready(spawnAgent());
    const second = spawnAgent();
    expect(await exitOf(second)).toBe(2);
    expect(second.output()).toMatch(/another agent/);
    expect(second.output()).toMatch(/RETRACE_(SPOOL_DIR|AGENT_SOCKET)/);
    expect(second.output().trim().split('\n')).toHaveLength(1);
  });

  it('refuses http:// with exit code 2 naming the variable', async () => {
    const agent = spawnAgent({ RETRACE_SERVER_URL: 'http://localhost:4318' });
    expect(await exitOf(agent)).toBe(2);
    expect(agent.output()).toContain('RETRACE_SERVER_URL');
    expect(existsSync(socketPath())).toBe(false);
  });

  it('trusts NODE_EXTRA_CA_CERTS, alone and together with another RETRACE_CA_FILE', async () => {
    const other = writeCa(dir, await createAuthority('Other'), 'other.pem');
    const extra = writeCa(dir, authority, 'extra.pem');
    for (const RETRACE_CA_FILE of ['', other]) {
      const before = server.records();
      const agent = await ready(spawnAgent({ RETRACE_CA_FILE, NODE_EXTRA_CA_CERTS: extra }));
      await send(socketPath(), simpleBatch(1));
      await until(() => server.records() === before + 1, 'the batch arrives');
      agent.child.kill('SIGTERM');
      await exitOf(agent);
    }
  });

  it('says in one line that it keeps data here when no server is configured', async () => {
    const agent = await ready(spawnAgent({ RETRACE_SERVER_URL: '', RETRACE_INGEST_KEY: '' }));
    await send(socketPath(), simpleBatch(1));
    expect(agent.output().trim().split('\n')).toHaveLength(1);
    expect(agent.output()).toContain('stays on this host');
  });

  it('tells its status', async () => {
    const none = spawnAgent({}, ['status']);
    expect(await exitOf(none)).toBe(1);
    await ready(spawnAgent());
    await send(socketPath(), simpleBatch(5));
    await until(() => server.records() === 5, 'the batch arrives');
    const some = spawnAgent({}, ['status']);
    expect(await exitOf(some)).toBe(0);
    expect(some.output()).toMatch(/received +5 operations in 1 batch/);
    const json = spawnAgent({}, ['status', '--json']);
    expect(await exitOf(json)).toBe(0);
    expect((JSON.parse(json.output()) as AgentStatus).counts.received.records).toBe(5);
  });
});

/** Reproducible numbers below n (mulberry32). */
function randomSource(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

/** 300 operations that do not compress well: about 20 KB. */
function bulkyBatch(pick: (n: number) => number): Buffer {
  const points = Array.from({ length: 150 }, () => ({
    attributes: REQUEST_POINT,
    us: [1 + pick(10_000_000), 1 + pick(10_000_000)],
  }));
  return Buffer.from(encodeMetricsRequest(makeBatch(points)));
}

const unanswered: { key: string; body: Buffer }[] = [];
