/** `retrace doctor` against real sockets, proxies and TLS servers: each fault is named, with one fix, and no secret. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PENDING_DIR, pendingFileName } from '../../src/protocol/delivery.js';
import { pidNamespace } from '../../src/transport/pending-mark.js';
import { ROOT, bareEnv } from '../helpers/child.js';
import { until } from '../helpers/until.js';
import { createAuthority, listen, tempDir, TestProxy, TestServer } from './agent-fixtures.js';
import { Rig } from './faults/rig.js';
import { built } from './runtime-harness.js';

const CLI = join(ROOT, 'dist/src/cli/main.js');
const HOUR_MS = 3_600_000;

interface Result {
  check: string;
  state: string;
  text: string;
  fix?: string;
}
interface Report {
  code: number | null;
  checks: Record<string, Result>;
  output: string;
}

/** One rig for all: doctor changes nothing. */
let rig: Rig;
let folder: string;
let clean: () => void;
let proxy: TestProxy;

beforeAll(async () => {
  rig = await Rig.start();
  await rig.agent();
});
afterAll(() => rig.close());
beforeEach(async () => {
  ({ dir: folder, clean } = tempDir());
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'retrace'));
  proxy = new TestProxy();
  await proxy.start();
  proxy.target.port = rig.front.port;
});
afterEach(async () => {
  await proxy.stop();
  clean();
});

async function doctor(env: Record<string, string | undefined> = {}, cwd = folder): Promise<Report> {
  const { serverUrl, ingestKey, caFile } = rig.config();
  const child = spawn(process.execPath, [CLI, 'doctor', '--json'], {
    cwd,
    env: bareEnv({
      TMPDIR: folder,
      RETRACE_AGENT_SOCKET: rig.socketPath,
      RETRACE_SPOOL_DIR: rig.spoolDir,
      RETRACE_SPOOL_MAX_BYTES: '1048576',
      RETRACE_SERVER_URL: serverUrl,
      RETRACE_INGEST_KEY: ingestKey,
      RETRACE_CA_FILE: caFile,
      ...env,
    }),
  });
  let output = '';
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const { checks } = JSON.parse(stdout) as { checks: Result[] };
  for (const { state, fix } of checks) {
    expect(fix !== undefined).toBe(state === 'fail' || state === 'warn');
  }
  output += stdout;
  expect(output).not.toContain(ingestKey);
  expect(output).not.toContain('s3cret');
  return { code, checks: Object.fromEntries(checks.map((one) => [one.check, one])), output };
}

describe.skipIf(!built)('retrace doctor', () => {
  it('finds nothing where all is well', async () => {
    const { code, checks } = await doctor();
    expect(code).toBe(0);
    const states = Object.fromEntries(Object.values(checks).map((one) => [one.check, one.state]));
    // The certificate of the test lives for a day.
    expect(states).toEqual({
      node: 'ok',
      config: 'ok',
      socket: 'ok',
      uplink: 'ok',
      spool: 'ok',
      windows: 'ok',
      proxy: 'ok',
      tls: 'warn',
      key: 'ok',
      clock: 'ok',
      runtime: 'ok',
      hooks: 'ok',
    });
    expect(checks['tls']?.text).toMatch(
      /TLSv1\.3, CN=localhost, issued by CN=Test CA, valid until 20\d\d-/,
    );
    expect(rig.front.requests).toBe(1);
    expect((await rig.books()).byService).toEqual({});
  });

  it.each<[string, () => Promise<Record<string, string | undefined>>, string, RegExp, RegExp]>([
    [
      'no socket',
      () => at(join(folder, 'none.sock')),
      'socket',
      /no agent’s socket/,
      /retrace agent/,
    ],
    ['a file in its place', aFile, 'socket', /is no socket/, /move that file away/],
    [
      'a socket on which nobody answers',
      staleSocket,
      'socket',
      /nobody answers/,
      /start the agent/,
    ],
    ['a socket of something else', strangeSocket, 'socket', /is no agent/, /stop that process/],
    ['a folder that all may write to', openFolder, 'socket', /writable for others/, /chmod go-w/],
  ])('%s', async (_name, env, check, text, fix) => {
    const { code, checks } = await doctor({ ...(await env()), RETRACE_SERVER_URL: undefined });
    expect(checks[check]).toMatchObject({
      state: 'fail',
      text: expect.stringMatching(text) as string,
      fix: expect.stringMatching(fix) as string,
    });
    expect(code).toBe(1);
  });

  it('a proxy: gone, without password, with a wrong one, refusing; and the right one', async () => {
    const at = (user: string): Record<string, string> => ({
      RETRACE_HTTPS_PROXY: `http://${user}127.0.0.1:${proxy.port}`,
      RETRACE_SERVER_URL: `https://collect.retrace.invalid:${rig.front.port}`,
    });
    proxy.refuse = 407;
    expect((await doctor(at(''))).checks['proxy']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('407') as string,
      fix: expect.stringContaining('put user and password') as string,
    });
    expect((await doctor(at('ada:s3cret@'))).checks['proxy']?.fix).toContain('correct user');
    proxy.refuse = 403;
    expect((await doctor(at(''))).checks['proxy']?.fix).toContain('allow CONNECT to collect');
    proxy.refuse = undefined;
    const through = await doctor(at('ada:s3cret@'));
    expect(through.checks['proxy']?.state).toBe('ok');
    // The tunnel is open; the certificate is for another name.
    expect(through.checks['tls']?.fix).toContain('use a name of the certificate');
    await proxy.stop();
    const gone = await doctor(at(''));
    expect(gone.checks['proxy']?.text).toContain('ECONNREFUSED');
    expect([gone.checks['tls']?.state, gone.checks['key']?.state]).toEqual(['skip', 'skip']);
    proxy = new TestProxy();
    await proxy.start();
  }, 60_000);

  it('a server for which the proxy is not meant is asked directly, although the proxy is gone', async () => {
    const proxyUrl = { RETRACE_HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await proxy.stop();
    const unused = { state: 'ok', text: 'not used for this server' };
    const local = await doctor(proxyUrl);
    expect(local.checks['proxy']).toMatchObject(unused);
    expect([local.checks['key']?.state, local.code]).toEqual(['ok', 0]);
    const named = {
      ...proxyUrl,
      RETRACE_SERVER_URL: `https://collect.retrace.invalid:${rig.front.port}`,
    };
    const direct = await doctor({ ...named, NO_PROXY: 'example.org,retrace.invalid' });
    expect(direct.checks['proxy']).toMatchObject(unused);
    expect(direct.checks['tls']?.text).toMatch(/ENOTFOUND|EAI_AGAIN/);
    // A name that is not listed goes through the proxy, and nowhere else.
    const proxied = await doctor({ ...named, NO_PROXY: 'example.org' });
    expect(proxied.checks['proxy']?.text).toContain('ECONNREFUSED');
    expect(proxied.checks['tls']?.state).toBe('skip');
    proxy = new TestProxy();
    await proxy.start();
  }, 60_000);

  it('a certificate: expired, for another host, of an unknown authority; a CA file that is not there', async () => {
    const stranger = await createAuthority('Stranger');
    const cases = [
      [
        await rig.authority.issue(['localhost'], Date.now() - 2 * HOUR_MS, Date.now() - HOUR_MS),
        'CERT_HAS_EXPIRED',
        'renew the certificate',
      ],
      [
        await rig.authority.issue(['elsewhere.example']),
        'for elsewhere.example',
        'use a name of the certificate',
      ],
      [await stranger.issue(['localhost']), 'issued by CN=Stranger', 'RETRACE_CA_FILE'],
    ] as const;
    for (const [certificate, text, fix] of cases) {
      const server = new TestServer(certificate);
      await server.start();
      const { code, checks } = await doctor({ RETRACE_SERVER_URL: server.url });
      await server.stop();
      expect(checks['tls']).toMatchObject({
        state: 'fail',
        text: expect.stringContaining(text) as string,
        fix: expect.stringContaining(fix) as string,
      });
      expect([code, checks['key']?.state]).toEqual([1, 'skip']);
      // Nothing was sent to a server that is not trusted.
      expect(server.requests).toBe(0);
    }
    const missing = await doctor({ RETRACE_CA_FILE: join(folder, 'none.pem') });
    expect(missing.checks['tls']).toMatchObject({ state: 'fail', fix: 'correct RETRACE_CA_FILE' });
  }, 60_000);

  it('a server that is gone, or speaks no TLS', async () => {
    const plain = net.createServer(answering('HTTP/1.1 200 OK\r\n\r\n'));
    await listen(plain, 0);
    const { port } = plain.address() as net.AddressInfo;
    const noTls = await doctor({ RETRACE_SERVER_URL: `https://localhost:${port}` });
    expect(noTls.checks['tls']?.fix).toContain('TLS port');
    await new Promise((resolve) => plain.close(resolve));
    const gone = await doctor({ RETRACE_SERVER_URL: `https://localhost:${port}` });
    expect(gone.checks['tls']?.fix).toContain('correct the port');
  });

  it('a key that the server does not know; a clock that is an hour off; what is no Retrace', async () => {
    const wrong = await doctor({ RETRACE_INGEST_KEY: 'hunter2' });
    expect(wrong.checks['key']).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('401') as string,
    });
    expect(wrong.output).not.toContain('hunter2');
    const server = new TestServer(await rig.authority.issue(['localhost']));
    await server.start();
    server.script = () => ({
      status: 200,
      headers: { date: new Date(Date.now() + HOUR_MS).toUTCString() },
    });
    const late = await doctor({ RETRACE_SERVER_URL: server.url });
    expect(late.checks['clock']).toMatchObject({
      state: 'fail',
      text: expect.stringMatching(/clock is 3[56]\d\d s behind/) as string,
    });
    server.script = () => ({ status: 404, headers: { 'content-type': 'text/html' }, body: 'no' });
    expect((await doctor({ RETRACE_SERVER_URL: server.url })).checks['key']?.fix).toContain(
      'correct RETRACE_SERVER_URL',
    );
    await server.stop();
  });

  it('a configuration that cannot be used: exit code 2, the rest is still checked', async () => {
    const { code, checks } = await doctor({ RETRACE_SERVER_URL: 'http://localhost/?k=s3cret' });
    expect(code).toBe(2);
    expect(checks['config']).toMatchObject({ state: 'fail', fix: 'correct RETRACE_SERVER_URL' });
    expect(checks['hooks']?.state).toBe('ok');
  });

  it('apps that ended without their last window', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const mark = pendingFileName(pid, pidNamespace(), 'instance');
    const path = join(dirname(rig.socketPath), PENDING_DIR, mark);
    writeFileSync(path, '');
    // The agent looks every five seconds.
    await until('the mark is found', () => !existsSync(path), 20_000);
    const { code, checks } = await doctor();
    expect(code).toBe(0);
    expect(checks['windows']).toMatchObject({
      state: 'warn',
      text: expect.stringMatching(/^1 app has ended without the last window/) as string,
      fix: expect.stringMatching(/SIGTERM/) as string,
    });
  });

  it('the runtime: not installed, switched off; a library out of range', async () => {
    const nowhere = tempDir();
    const missing = await doctor({}, nowhere.dir);
    expect(missing.checks['runtime']?.fix).toContain('npm install retrace');
    nowhere.clean();
    const off = await doctor({ RETRACE_ENABLED: 'false' });
    expect(off.checks['runtime']).toMatchObject({
      state: 'warn',
      fix: expect.stringContaining('RETRACE_ENABLED') as string,
    });
    for (const [name, version] of [
      ['pg', '99.0.0'],
      ['express', '5.1.0'],
    ] as const) {
      mkdirSync(join(folder, 'node_modules', name));
      writeFileSync(
        join(folder, 'node_modules', name, 'package.json'),
        JSON.stringify({ name, version }),
      );
    }
    const { hooks } = (await doctor()).checks;
    expect(hooks?.state).toBe('warn');
    expect(hooks?.text).toMatch(
      /express 5\.1\.0.*not installed here: .*fastify.*not seen: pg 99\.0\.0/,
    );
    expect(hooks?.fix).toContain('install pg >=8');
  });
});

function at(path: string): Promise<Record<string, string>> {
  return Promise.resolve({ RETRACE_AGENT_SOCKET: path });
}

function aFile(): Promise<Record<string, string>> {
  writeFileSync(join(folder, 'agent.sock'), '');
  return at(join(folder, 'agent.sock'));
}

/** A socket whose process is gone: its name outlives it under a second link. */
async function staleSocket(): Promise<Record<string, string>> {
  const { linkSync } = await import('node:fs');
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, 'a.sock'), resolve));
  linkSync(join(folder, 'a.sock'), join(folder, 'agent.sock'));
  await new Promise((resolve) => server.close(resolve));
  return at(join(folder, 'agent.sock'));
}

/** Says its one thing to whoever comes, and is done. */
function answering(text: string): (socket: net.Socket) => void {
  return (socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    socket.end(text, () => socket.destroySoon());
  };
}

const strangers: net.Server[] = [];
afterAll(() => strangers.forEach((server) => server.close()));

async function strangeSocket(): Promise<Record<string, string>> {
  const server = net.createServer(answering('HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n'));
  strangers.push(server);
  await new Promise<void>((resolve) => server.listen(join(folder, 'agent.sock'), resolve));
  return at(join(folder, 'agent.sock'));
}

async function openFolder(): Promise<Record<string, string>> {
  const env = await strangeSocket();
  chmodSync(folder, 0o777);
  return env;
}
