import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { built, FakeAgent, LAST_TURN } from './runtime-harness.js';

const REQUESTS = 'http.server.request.duration';
const CALLS = 'http.client.request.duration';

/** Serves and sends itself `total` requests over time, then waits for a line on stdin and ends. */
const APP = `
const http = require('node:http');
const [total, pauseMs] = process.argv.slice(2).map(Number);
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port + '/items/';
  for (let i = 0; i < total; i++) {
    await (await fetch(url + i)).text();
    if (pauseMs) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  console.log('sent');
  setTimeout(() => process.exit(0), Number(process.argv[4] ?? 0));
});
`;

const fast = { RETRACE_EXPORT_INTERVAL_SECONDS: '1' };

describe.skipIf(!built)('delivery from a running app', LAST_TURN, () => {
  let agent: FakeAgent;
  let file: string;
  beforeEach(() => {
    agent = new FakeAgent();
    file = join(agent.folder, 'app.cjs');
    writeFileSync(file, APP);
  });
  afterEach(() => agent.remove());

  it('reaches the agent window by window, each record once, under the identity of the service', async () => {
    await agent.listen();
    const { stderr } = await agent.run({ args: [file, '120', '20'], env: fast });
    expect(agent.total(REQUESTS)).toBe(120);
    expect(agent.total(CALLS)).toBe(120);
    expect(agent.total('retrace.recorded')).toBe(240);
    expect(agent.total(REQUESTS, { 'service.name': 'test-app' })).toBe(120);
    expect(agent.batches().length).toBeGreaterThan(1);
    expect(stderr).toBe('');
  });

  it('delivers everything when the agent comes up later, and prints nothing', async () => {
    const running = agent.run({ args: [file, '100', '20', '4000'], env: fast });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await agent.listen();
    const { stderr } = await running;
    expect(agent.total(REQUESTS)).toBe(100);
    expect(agent.attempts).toBeGreaterThan(0);
    expect(stderr).toBe('');
  });

  it('gets through an agent that answers 503 for a while, without doubling anything', async () => {
    agent.answers = [503, 503, 503];
    await agent.listen();
    await agent.run({ args: [file, '60', '20', '2500'], env: fast });
    expect(agent.total(REQUESTS)).toBe(60);
    expect(agent.attempts).toBeGreaterThan(3);
  });

  it('hands over what a silent agent holds in its hands', async () => {
    await agent.listen(true);
    const { stderr } = await agent.run({ args: [file, '60', '20', '500'], env: fast });
    expect(agent.total(REQUESTS)).toBe(60);
    expect(stderr).toBe('');
  });

  it.runIf(process.platform === 'linux')(
    'has one thread, which goes behind the app’s own, and changes no other one’s priority',
    async () => {
      writeFileSync(
        file,
        `${APP}
setTimeout(() => {
  const { readdirSync, readFileSync } = require('node:fs');
  const nice = (task) => readFileSync('/proc/self/task/' + task + '/stat', 'latin1').split(') ')[1].split(' ')[16];
  const tasks = readdirSync('/proc/self/task');
  console.log('nice', nice(String(process.pid)), tasks.map(nice).filter((one) => one !== '0').join());
}, 1500);
`,
      );
      await agent.listen();
      const { stdout } = await agent.run({ args: [file, '10', '0', '3000'], env: fast });
      expect(stdout).toContain('nice 0 5\n');
      const bare = await agent.run({ args: [file, '10', '0', '3000'], retrace: false });
      expect(bare.stdout).toContain('nice 0 \n');
    },
  );

  it('keeps its own traffic and its worker out of the data', async () => {
    await agent.listen();
    await agent.run({ args: [file, '10', '0', '2500'], env: fast });
    expect(agent.total(CALLS)).toBe(10);
    expect(agent.total(CALLS, { 'url.template': '/items/*' })).toBe(10);
  });
});

describe.skipIf(!built)('threads and preloads', LAST_TURN, () => {
  let agent: FakeAgent;
  beforeEach(() => {
    agent = new FakeAgent();
  });
  afterEach(() => agent.remove());

  const THREADS = `
    const { Worker, isMainThread } = require('node:worker_threads');
    const http = require('node:http');
    const run = () => {
      const server = http.createServer((request, response) => response.end('ok'));
      server.listen(0, '127.0.0.1', async () => {
        for (let i = 0; i < 5; i++) await (await fetch('http://127.0.0.1:' + server.address().port + '/t')).text();
        server.close();
        server.closeAllConnections();
        if (!isMainThread) process.exit(0);
      });
    };
    run();
    if (isMainThread) for (let i = 0; i < 2; i++) new Worker(__filename);
  `;

  it.each(['--require', 'NODE_OPTIONS', 'both'])(
    'gives every thread of the app a ring and an identity of its own (%s)',
    async (how) => {
      const register = join(import.meta.dirname, '../../dist/src/register.js');
      const file = join(agent.folder, 'threads.cjs');
      writeFileSync(file, THREADS);
      const { code, stderr, startBlock } = await agent.run({
        args: [file],
        retrace: how !== 'NODE_OPTIONS',
        env: how === '--require' ? {} : { NODE_OPTIONS: `--require ${register}` },
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(startBlock.match(/literals/g)).toHaveLength(1);
      expect(agent.total(REQUESTS)).toBe(15);
      const ids = new Set(
        agent.batches().map((batch) => batch.resourceMetrics[0]?.resource['service.instance.id']),
      );
      expect(ids.size).toBe(3);
    },
  );

  it.each(['process.exit(0)', "process.kill(process.pid, 'SIGTERM')"])(
    'loses nothing of the other threads when the main thread ends the process by %s',
    async (ending) => {
      const file = join(agent.folder, 'threads.cjs');
      writeFileSync(
        file,
        `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
         const http = require('node:http');
         if (isMainThread) {
           let ready = 0;
           for (let i = 0; i < 2; i++) new Worker(__filename).on('message', () => {
             // One thread after the other is up, has recorded and has its worker running.
             if (++ready === 2) setTimeout(() => { ${ending} }, 700);
           });
         } else {
           const server = http.createServer((request, response) => response.end('ok'));
           server.listen(0, '127.0.0.1', async () => {
             for (let i = 0; i < 5; i++) await (await fetch('http://127.0.0.1:' + server.address().port + '/t')).text();
             parentPort.postMessage('served');
           });
         }`,
      );
      const { stderr } = await agent.run({ args: [file] });
      expect(stderr).toBe('');
      expect(agent.total(REQUESTS)).toBe(10);
      expect(agent.total(CALLS)).toBe(10);
    },
  );

  it('does not wait long for a thread that was terminated', async () => {
    const file = join(agent.folder, 'terminated.cjs');
    writeFileSync(
      file,
      `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
       const http = require('node:http');
       if (isMainThread) {
         const thread = new Worker(__filename);
         thread.on('message', () => setTimeout(async () => {
           await thread.terminate();
           const start = performance.now();
           process.on('exit', () => console.log(performance.now() - start));
           process.exit(0);
         }, 600));
       } else {
         const server = http.createServer((request, response) => response.end('ok'));
         server.listen(0, '127.0.0.1', async () => {
           await (await fetch('http://127.0.0.1:' + server.address().port + '/t')).text();
           parentPort.postMessage('served');
         });
       }`,
    );
    const { stdout } = await agent.run({ args: [file] });
    // The bound is 50 ms; the rest is room for a busy machine.
    expect(Number(stdout)).toBeLessThan(300);
  });

  it('runs the app and says one line where threads are not allowed', async () => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, APP);
    const patch = join(agent.folder, 'no-threads.cjs');
    writeFileSync(
      patch,
      `require('node:worker_threads').Worker = class { constructor() { throw Object.assign(new Error('secret'), { code: 'ERR_ACCESS_DENIED' }) } }`,
    );
    const { code, stdout, stderr } = await agent.run({
      args: [file, '5', '0', '700'],
      env: { NODE_OPTIONS: `--require ${patch}` },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'sent\n' });
    expect(stderr).toMatch(
      /^retrace: worker thread could not start \(ERR_ACCESS_DENIED; Node\.js needs --allow-worker for it\)[^\n]*\n$/,
    );
  });

  it('does nothing at all when it is switched off', async () => {
    const { stderr, startBlock } = await agent.run({
      args: ['-e', 'console.log(Object.getOwnPropertyNames(Object.getPrototypeOf(process)))'],
      env: { RETRACE_ENABLED: 'false' },
    });
    expect(stderr + startBlock).toBe('');
  });

  it('shows the app no listener, no handle and no property of process', async () => {
    const code = `
      const seen = () => JSON.stringify({
        listeners: process.eventNames().map((n) => [String(n), process.listenerCount(n)]),
        names: Object.getOwnPropertyNames(process).length,
        resources: process.getActiveResourcesInfo(),
        emit: process.emit === require('node:events').prototype.emit,
        own: Object.hasOwn(process, 'emit'),
        globals: Object.getOwnPropertyNames(globalThis).length,
      });
      const http = require('node:http');
      const server = http.createServer((request, response) => response.end());
      server.listen(0, () => http.get({ port: server.address().port, agent: false }, (response) => {
        response.resume();
        response.on('end', () => server.close(() => setTimeout(() => console.log(seen()), 700)));
      }));
    `;
    const file = join(agent.folder, 'look.cjs');
    writeFileSync(file, code);
    const without = await agent.run({ args: [file], retrace: false });
    const withIt = await agent.run({ args: [file] });
    expect(withIt.stdout).toBe(without.stdout);
    expect(withIt.stdout).toContain('"emit":true');
    expect(agent.total(REQUESTS)).toBe(1);
  });
});
