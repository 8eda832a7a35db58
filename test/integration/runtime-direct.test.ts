/** Apps that send to the server themselves: real apps, the real server's database, a front that misbehaves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNode, type Child } from '../helpers/child.js';
import { TestProxy, until } from './agent-fixtures.js';
import { readBooks } from './faults/books.js';
import { Rig } from './faults/rig.js';
import { TcpRelay } from './faults/tcp-relay.js';
import { built, FakeAgent, LAST_TURN, REGISTER } from './runtime-harness.js';

/** Serves and calls itself `total` times, says so, and ends by `how` when told to on stdin … or after `restMs`. */
const APP = `
const http = require('node:http');
const [total, restMs] = process.argv.slice(2).map(Number);
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port + '/orders/';
  for (let i = 0; i < total; i++) await (await fetch(url + i)).text();
  console.log('served');
  setTimeout(() => {
    const start = performance.now();
    process.on('exit', () => console.log('exit took', performance.now() - start));
    process.exit(3);
  }, restMs);
});
`;
const EXIT_MS = /exit took ([\d.]+)/;

describe.skipIf(!built)('an app without an agent', LAST_TURN, () => {
  let rig: Rig;
  let file: string;
  const children: Child[] = [];
  beforeEach(async () => {
    rig = await Rig.start();
    file = join(rig.dir, 'app.cjs');
    writeFileSync(file, APP);
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.stop('SIGKILL')));
    await rig.close();
  });

  function start(
    total: number,
    restMs: number,
    env: Record<string, string | undefined> = {},
  ): Child {
    const { serverUrl, ingestKey, caFile } = rig.config();
    const child = startNode(['--require', REGISTER, file, String(total), String(restMs)], {
      TMPDIR: rig.dir,
      RETRACE_SERVICE_NAME: 'direct-app',
      RETRACE_EXPORT_INTERVAL_SECONDS: '1',
      RETRACE_SERVER_URL: serverUrl,
      RETRACE_INGEST_KEY: ingestKey,
      RETRACE_CA_FILE: caFile,
      ...env,
    });
    children.push(child);
    return child;
  }

  const committed = async (): Promise<number> => (await readBooks(rig.dataDir)).committed;

  it('sends to the server, says so, shows nothing on the wire, and ends as ever', async () => {
    const relay = await new TcpRelay(rig.front.port).start();
    const child = start(50, 2500, { RETRACE_SERVER_URL: `https://localhost:${relay.port}/` });
    expect(await child.exit).toEqual({ code: 3, signal: null });
    expect(await readBooks(rig.dataDir)).toEqual({
      committed: 100,
      byService: { 'direct-app': 100 },
      dropped: {},
    });
    expect(child.stderr()).toContain(`sends to: localhost:${relay.port} directly, every 1 s`);
    expect(child.stderr()).not.toContain('confirmed');
    await relay.close();
    const sent = Buffer.concat(relay.sent);
    expect(sent.length).toBeGreaterThan(500);
    for (const text of ['direct-app', 'orders', 'Bearer', rig.server.running.ingestKey as string]) {
      expect(sent.includes(text)).toBe(false);
    }
  });

  it('delivers its last window within the time that an end may take, or says that it does not know', async () => {
    let arrived = 0;
    for (let run = 1; run <= 4 && arrived === 0; run++) {
      // No window is cut before the end.
      const child = start(25, 1000, { RETRACE_EXPORT_INTERVAL_SECONDS: '60' });
      expect(await child.exit).toEqual({ code: 3, signal: null });
      const unconfirmed = /confirmed (\d+) operations/.exec(child.stderr())?.[1];
      expect([undefined, '50']).toContain(unconfirmed);
      // The bound is 50 ms; the rest is room for a busy machine.
      expect(Number(EXIT_MS.exec(child.stdout())?.[1])).toBeLessThan(300);
      arrived = await committed();
      // Where server and proxy share a busy machine with the app, an answer may come too late; silence is a promise.
      if (unconfirmed === undefined) expect(arrived).toBe(50);
    }
    expect(arrived).toBeGreaterThan(0);
  });

  it('says what it could not deliver, and is not held up by a server that hangs or is gone', async () => {
    rig.front.script = () => 'hang';
    const hung = start(20, 100);
    expect(await hung.exit).toEqual({ code: 3, signal: null });
    expect(hung.stderr()).toContain('the app ended before the server had confirmed 40 operations');
    // The bound is 50 ms; the rest is room for a busy machine.
    expect(Number(EXIT_MS.exec(hung.stdout())?.[1])).toBeLessThan(300);
    await rig.front.stop();
    const alone = start(20, 1500);
    expect(await alone.exit).toEqual({ code: 3, signal: null });
    expect(alone.stderr()).toContain('had confirmed 40 operations');
    expect(Number(EXIT_MS.exec(alone.stdout())?.[1])).toBeLessThan(300);
    const lines = alone.stderr().split('\n');
    expect(lines.filter((line) => line.startsWith('retrace: '))).toHaveLength(1);
  });

  it('counts a batch whose answer was lost once, and honours Retry-After', async () => {
    const times: number[] = [];
    rig.front.script = (count) => {
      times.push(Date.now());
      if (count === 1) return { status: 429, headers: { 'retry-after': '2' } };
      return count === 2 ? 'lose-answer' : undefined;
    };
    const child = start(30, 8000);
    await until(async () => (await committed()) === 60 && rig.front.requests >= 3, 'all arrives');
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(2000);
    await child.stop('SIGKILL');
    expect((await readBooks(rig.dataDir)).byService).toEqual({ 'direct-app': 60 });
  });

  it('goes through the proxy, with its password, and never round it', async () => {
    const proxy = new TestProxy();
    await proxy.start();
    proxy.target.port = rig.front.port;
    await rig.front.stop();
    await rig.front.start(await rig.authority.issue(['collect.retrace.invalid']));
    const child = start(10, 2500, {
      RETRACE_SERVER_URL: 'https://collect.retrace.invalid',
      HTTPS_PROXY: `http://ada:s3cret@127.0.0.1:${proxy.port}`,
    });
    await child.exit;
    await proxy.stop();
    expect(await committed()).toBe(20);
    expect(proxy.connects[0]).toEqual({
      authority: 'collect.retrace.invalid:443',
      authorization: `Basic ${Buffer.from('ada:s3cret').toString('base64')}`,
    });
    expect(child.stderr()).toContain(
      `sends to: collect.retrace.invalid:443 directly through the proxy 127.0.0.1:${proxy.port}`.replace(
        ':443 ',
        ' ',
      ),
    );
    expect(child.stderr()).not.toContain('s3cret');
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      'http://',
      { RETRACE_SERVER_URL: 'http://localhost:1/?t=hunter2' },
      'RETRACE_SERVER_URL: http:// is refused',
    ],
    ['no key', { RETRACE_INGEST_KEY: undefined }, 'RETRACE_INGEST_KEY: needed with'],
    [
      'a CA file that is not there',
      { RETRACE_CA_FILE: '/nowhere/hunter2.pem' },
      'RETRACE_CA_FILE: cannot be read (ENOENT)',
    ],
    [
      'a key that is wrong',
      { RETRACE_INGEST_KEY: 'hunter2' },
      'does not accept the ingest key (HTTP 401)',
    ],
  ])('%s is one line, and the app runs', async (_name, env, line) => {
    const child = start(5, 30_000, { ...env, RETRACE_LOG_LEVEL: 'warn' });
    // On a busy machine the server's answer takes its time; on an idle one nothing is waited for.
    await until(() => child.stdout().includes('served') && child.stderr().includes(line), line);
    expect(await child.stop('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
    const lines = child
      .stderr()
      .split('\n')
      .filter((text) => text.startsWith('retrace: '));
    expect(lines[0]).toContain(line);
    expect(lines.slice(1).join()).toMatch(
      /^(retrace: the app ended before the server had confirmed 10 operations)?$/,
    );
    expect(child.stderr()).not.toContain('hunter2');
    expect(await committed()).toBe(0);
  });

  it('is none where RETRACE_AGENT_SOCKET says that there is one, or where only another SDK’s variable is set', async () => {
    const agent = new FakeAgent();
    await agent.listen();
    const stated = start(5, 1500, { RETRACE_AGENT_SOCKET: agent.socketPath });
    const { serverUrl } = rig.config();
    const other = start(5, 100, {
      RETRACE_SERVER_URL: undefined,
      OTEL_EXPORTER_OTLP_ENDPOINT: serverUrl,
    });
    await Promise.all([stated.exit, other.exit]);
    expect(agent.total('http.server.request.duration')).toBe(5);
    expect(other.stderr()).not.toContain('directly');
    expect(rig.front.connections).toBe(0);
    await agent.remove();
  });
});
