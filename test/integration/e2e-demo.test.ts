/** `npm run demo`: the link, data soon after, and no process left behind whatever ends it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bareEnv, ROOT } from '../helpers/child.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';

/** Nothing listens there: the demo starts a PostgreSQL of its own. */
const NO_POSTGRES = { PGHOST: '127.0.0.1', PGPORT: '1' };
const found = await requireService('postgres');
const LOCAL_POSTGRES = found.service?.env ?? {};
/** From the start to the link, without installing: a minute is promised with it. */
const LINK_MS = 45_000;
/** A window of ten seconds, and this machine may be busy. */
const DATA_MS = 25_000;

interface Demo {
  child: ChildProcess;
  output(): string;
  exit: Promise<number | string>;
}

const demos: Demo[] = [];

function startDemo(args: string[], env: Record<string, string>): Demo {
  const child = spawn(process.execPath, [path.join(ROOT, 'demo/run.mjs'), ...args], {
    cwd: ROOT,
    env: bareEnv(env),
    // A group of its own stands for the terminal's foreground group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const exit = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1));
  });
  const demo = { child, output: () => text, exit };
  demos.push(demo);
  return demo;
}

function link(demo: Demo): Promise<string> {
  return until(
    `the demo prints its link\n${demo.output()}`,
    () => {
      if (demo.child.exitCode !== null) throw new Error(`the demo ended:\n${demo.output()}`);
      return /Ctrl-C stops everything/.test(demo.output())
        ? /https?:\/\/\S+\/login#\S+/.exec(demo.output())?.[0]
        : undefined;
    },
    LINK_MS,
  );
}

/** Every process below `pid`, by id and command. */
function descendants(pid: number): { pid: number; command: string }[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
      return match === null
        ? []
        : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }];
    });
  const below = new Set([pid]);
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const row of rows) if (below.has(row.parent)) below.add(row.pid);
  }
  // `ps` itself is one of ours, and gone by now.
  return rows.filter(
    (row) => row.pid !== pid && below.has(row.pid) && !row.command.startsWith('ps '),
  );
}

/** Running, that is: not gone, and no zombie that only waits to be collected. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return !state.startsWith('Z');
  } catch {
    return false;
  }
}

async function allGone(pids: { pid: number; command: string }[]): Promise<void> {
  await until(
    'every process of the demo has ended',
    () => pids.every(({ pid }) => !isAlive(pid)),
    15_000,
  );
}

function folderOf(demo: Demo): string {
  return /data in (\S+)/.exec(demo.output())?.[1] ?? '';
}

afterEach(async () => {
  for (const demo of demos.splice(0)) {
    if (demo.child.exitCode === null && demo.child.signalCode === null) demo.child.kill('SIGKILL');
    await demo.exit;
  }
});

const reason = process.platform === 'win32' ? 'needs ps and process groups' : found.reason;

describe.skipIf(reason)('npm run demo', () => {
  it('shows data within a window, and Ctrl-C stops every process', async () => {
    const demo = startDemo([], LOCAL_POSTGRES);
    const address = new URL(await link(demo));
    expect(demo.output()).toContain('literals: never sent');
    const login = await fetch(`${address.origin}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address.origin },
      body: JSON.stringify({ token: address.hash.slice(1) }),
    });
    expect(login.status).toBe(200);
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    await until(
      'the shop shows in the report',
      async () => {
        const range = `from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`;
        const answer = await fetch(`${address.origin}/api/services?${range}`, {
          headers: { cookie },
        });
        const { services } = (await answer.json()) as { services: { name: string }[] };
        return services.some(({ name }) => name === 'shop');
      },
      DATA_MS,
    );
    const started = descendants(demo.child.pid as number);
    // Reaper, two services, `retrace up`, shop.
    expect(started.length).toBeGreaterThanOrEqual(5);
    expect(existsSync(folderOf(demo))).toBe(true);
    process.kill(-(demo.child.pid as number), 'SIGINT');
    expect(await demo.exit).toBe(0);
    await allGone(started);
    expect(existsSync(folderOf(demo))).toBe(false);
  });

  it('brings its own PostgreSQL where none answers; SIGTERM stops that as well', async () => {
    const demo = startDemo([], NO_POSTGRES);
    await link(demo);
    expect(demo.output()).toContain('PostgreSQL (embedded)');
    const started = descendants(demo.child.pid as number);
    expect(started.some(({ command }) => command.includes('postgres'))).toBe(true);
    demo.child.kill('SIGTERM');
    expect(await demo.exit).toBe(143);
    await allGone(started);
  });

  it('killed outright, it still leaves nothing behind', async () => {
    const demo = startDemo([], NO_POSTGRES);
    await link(demo);
    const started = descendants(demo.child.pid as number);
    const folder = folderOf(demo);
    demo.child.kill('SIGKILL');
    expect(await demo.exit).toBe('SIGKILL');
    await allGone(started);
    await until('its folder is removed', () => !existsSync(folder));
  });

  it('a part that dies ends the demo, with its last words and exit code 1', async () => {
    const demo = startDemo([], LOCAL_POSTGRES);
    await link(demo);
    const started = descendants(demo.child.pid as number);
    const shop = started.find(({ command }) => command.includes('shop/server.cjs'));
    process.kill(shop?.pid as number, 'SIGKILL');
    expect(await demo.exit).toBe(1);
    expect(demo.output()).toContain('shop ended with SIGKILL');
    await allGone(started);
  });
});

describe.skipIf(reason)('npm run demo -- --smoke', () => {
  // Its shop ends with SIGTERM and 50 ms for the last window: more than a starved machine may give (see e2e-exit).
  it('passes', { retry: 2 }, async () => {
    const demo = startDemo(['--smoke'], LOCAL_POSTGRES);
    expect(await demo.exit, demo.output()).toBe(0);
    expect(demo.output()).toMatch(/45 rows compared.*; 0 differences/);
  });

  it('fails when a count is off by one', { retry: 2 }, async () => {
    const demo = startDemo(['--smoke', '--sabotage=count'], LOCAL_POSTGRES);
    expect(await demo.exit, demo.output()).toBe(1);
    expect(demo.output()).toMatch(/✗ endpoint GET \/health\n\s+calls: expected 13\n\s+reported 12/);
    expect(demo.output()).toContain('; 1 differences');
  });

  it('fails when five characters of a planted value are in a log', { retry: 2 }, async () => {
    const demo = startDemo(['--smoke', '--sabotage=leak'], LOCAL_POSTGRES);
    expect(await demo.exit, demo.output()).toBe(1);
    expect(demo.output()).toContain('; 0 differences');
    expect(demo.output()).toMatch(
      /✗ {2}stdout and stderr of every process .* a value planted as .*, hex/,
    );
  });
});
