import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/core/version.js';

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'dist/src/cli/main.js');

let folder = '';
const children = new Set<ChildProcess>();
beforeAll(() => {
  expect(existsSync(MAIN), 'npm run build:runtime first').toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'retrace-cli-'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Nothing of the caller's own configuration reaches the commands under test. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(RETRACE|OTEL)_/.test(name));
  return {
    ...Object.fromEntries(kept),
    RETRACE_DATA_DIR: join(folder, 'data'),
    RETRACE_AGENT_SOCKET: join(folder, 'agent', 'agent.sock'),
    RETRACE_SERVER_PORT: '0',
    RETRACE_DASHBOARD_PORT: '0',
    ...more,
  };
}

function retrace(
  args: string[],
  env: Record<string, string> = {},
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    env: environment(env),
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

/** Starts a command that stays, and waits for `text` on its stdout. */
async function start(
  args: string[],
  text: string,
): Promise<{ child: ChildProcess; out: () => string; exit: Promise<number | null> }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment({}) });
  children.add(child);
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exit = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => {
      children.delete(child);
      resolve(code);
    }),
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes(text)) resolve();
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
  return { child, out: () => out, exit };
}

describe('retrace', () => {
  it('prints its version and its help', () => {
    expect(retrace(['--version'])).toEqual({ code: 0, out: `retrace ${VERSION}\n`, err: '' });
    const help = retrace(['help']);
    expect(help.code).toBe(0);
    for (const command of ['up', 'agent', 'server', 'report', 'signature', '--version']) {
      expect(help.out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
    expect(retrace(['--help']).out).toBe(help.out);
    expect(retrace([]).code).toBe(2);
  });

  it.each([['unknown'], ['constructor'], ['--verbose']])('refuses %s with exit code 2', (name) => {
    const { code, out, err } = retrace([name]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^retrace: unknown command; .*help.*\n$/);
  });

  it.each(['up', 'agent', 'server', 'report', 'signature'])('%s has a help of its own', (name) => {
    const { code, out, err } = retrace([name, '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`retrace ${name}`);
  });

  it.each(['up', 'agent', 'server', 'report'])('%s refuses an unknown option', (name) => {
    expect(retrace([name, '--no-such-option']).code).toBe(2);
  });

  it.each([
    ['agent', 'RETRACE_SERVER_URL', 'http://secret-4711.example'],
    ['agent', 'RETRACE_SPOOL_MAX_BYTES', 'secret-4711'],
    ['server', 'RETRACE_SERVER_PORT', 'secret-4711'],
    ['up', 'RETRACE_RETENTION_DAYS', 'secret-4711'],
  ])('%s names a bad %s in one line and ends with 2', (command, variable, value) => {
    const { code, out, err } = retrace([command], { [variable]: value });
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`^retrace: ${variable}: [^\n]+\n$`));
    expect(err).not.toContain('4711');
  });

  it('refuses an address other than loopback without a certificate, naming the variable', () => {
    const { code, err } = retrace(['server'], { RETRACE_SERVER_HOST: '0.0.0.0' });
    expect(code).toBe(2);
    expect(err).toContain('RETRACE_TLS_CERT_FILE');
  });

  it('shows a signature', () => {
    const { code, out } = retrace(['signature', "select * from t where a = 'secret-4711'"]);
    expect(code).toBe(0);
    expect(out).toMatch(/select \* from t where a = \?/i);
    expect(out).not.toContain('4711');
  });
});

describe('retrace up', () => {
  it('starts both, prints link and command, hands out fresh links, and ends cleanly', async () => {
    const up = await start(['up'], 'Ctrl-C');
    const link = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(up.out())?.[0];
    expect(link).toBeDefined();
    expect((await fetch(link as string)).status).toBeLessThan(500);
    expect(up.out()).toContain(
      `RETRACE_AGENT_SOCKET=${join(folder, 'agent', 'agent.sock')} node --require retrace/register`,
    );
    const fresh = retrace(['server', 'login-link']);
    expect([fresh.code, fresh.err]).toEqual([0, '']);
    expect(fresh.out.trim()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+$/);
    expect(fresh.out.trim()).not.toBe(link);
    const status = retrace(['agent', 'status', '--json']);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.out)).toBeTypeOf('object');
    up.child.kill('SIGINT');
    expect(await up.exit).toBe(0);
    expect(retrace(['agent', 'status']).code).toBe(1);
  });
});
