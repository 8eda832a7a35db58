import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { built, FakeAgent, LAST_TURN } from './runtime-harness.js';

const REQUESTS = 'http.server.request.duration';
const CALLS = 'http.client.request.duration';

/** How the app ends, as its last statement. */
const ENDINGS: Record<string, string> = {
  'process.exit()': 'process.exit(3)',
  'process.exit() in an exit listener':
    "process.on('exit', () => process.exit(4)); process.exit(3)",
  'process.exitCode and a natural end': 'process.exitCode = 5; end()',
  'a natural end': 'end()',
  'an exit listener that throws': "process.on('exit', () => { throw new Error('late') }); end()",
  'one of two exit listeners that throws':
    "process.on('exit', () => {}); process.on('exit', () => { throw new Error('late') }); end()",
  'an uncaught exception': "throw new Error('boom')",
  'an uncaught exception in a timer': "setTimeout(() => { throw new Error('boom') })",
  'an unhandled rejection': "Promise.reject(new TypeError('boom')); end()",
  'a handled uncaught exception':
    "process.on('uncaughtException', (e) => { console.error('handled', e.message); process.exit(7) }); throw new Error('boom')",
  'process.kill SIGTERM': "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60000)",
  SIGINT: "console.log('kill SIGINT'); setTimeout(() => {}, 60000)",
  SIGTERM: "console.log('kill SIGTERM'); setTimeout(() => {}, 60000)",
  SIGHUP: "console.log('kill SIGHUP'); setTimeout(() => {}, 60000)",
  'SIGTERM that the app handles':
    "process.on('SIGTERM', (s, n) => { console.log('got', s, n, process.listenerCount('SIGTERM')); process.exit(9) }); console.log('kill SIGTERM'); setTimeout(() => {}, 60000)",
  'SIGTERM whose handler was removed':
    "const f = () => {}; process.on('SIGTERM', f); setTimeout(() => { process.off('SIGTERM', f); setTimeout(() => console.log('kill SIGTERM'), 5) }); setTimeout(() => {}, 60000)",
  'a handler that removes itself and raises the signal again':
    "const f = () => { console.log('once more'); process.off('SIGTERM', f); process.kill(process.pid, 'SIGTERM') }; process.on('SIGTERM', f); console.log('kill SIGTERM'); setTimeout(() => {}, 60000)",
  'a replaced process.emit':
    "const emit = process.emit; process.emit = function (...a) { if (a[0] === 'exit') console.log('seen', a[1]); return emit.apply(this, a) }; process.exit(6)",
};

/** Until Node 24 any AsyncLocalStorage, whoever's, puts this frame of Node's own below every callback. */
function plainTrace(stderr: string): string {
  return stderr.replace(/^ +at process\.callbackTrampoline .*\n/gm, '');
}

const COUNT = 7;
function app(format: 'cjs' | 'mjs', ending: string): string {
  const imports =
    format === 'cjs' ? "const http = require('node:http');" : "import http from 'node:http';";
  return `${imports}
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  for (let i = 0; i < ${COUNT}; i++) {
    const response = await fetch('http://127.0.0.1:' + server.address().port + '/orders/' + i);
    await response.text();
  }
  console.log('served');
  const end = () => { server.close(); server.closeAllConnections(); };
  ${ending};
});
`;
}

describe.skipIf(!built)('the end of a process', LAST_TURN, () => {
  let agent: FakeAgent;
  beforeEach(() => {
    agent = new FakeAgent();
  });
  afterEach(() => agent.remove());

  describe.each(['cjs', 'mjs'] as const)('%s', (format) => {
    it.each(Object.keys(ENDINGS))('by %s loses nothing and looks the same', async (name) => {
      const agent = new FakeAgent();
      try {
        const file = join(agent.folder, `app.${format}`);
        writeFileSync(file, app(format, ENDINGS[name] as string));
        const onStdout = (text: string, kill: (signal: NodeJS.Signals) => void): void => {
          const signal = /kill (SIG\w+)/.exec(text)?.[1];
          if (signal !== undefined) kill(signal as NodeJS.Signals);
        };
        const without = await agent.run({ args: [file], retrace: false, onStdout });
        const withIt = await agent.run({ args: [file], onStdout });
        expect({ ...withIt, stderr: plainTrace(withIt.stderr), startBlock: '' }).toEqual(without);
        expect(agent.total(REQUESTS)).toBe(COUNT);
        expect(agent.total(CALLS)).toBe(COUNT);
        expect(agent.total('retrace.recorded')).toBe(2 * COUNT);
      } finally {
        await agent.remove();
      }
    });
  });

  it('hands over what the agent has not acknowledged, and nothing that it has', async () => {
    await agent.listen();
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, app('cjs', 'setTimeout(() => process.exit(0), 1600)'));
    await agent.run({ args: [file], env: { RETRACE_EXPORT_INTERVAL_SECONDS: '1' } });
    expect(agent.total(REQUESTS)).toBe(COUNT);
    expect(agent.attempts).toBe(1);
    expect(agent.handedOver).toBe(0);
  });

  it('counts children of requests that are still open, without an endpoint, and not the requests', async () => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(
      file,
      `const http = require('node:http');
       const server = http.createServer(async (request, response) => {
         if (request.url === '/inner') return response.end();
         await (await fetch('http://127.0.0.1:' + server.address().port + '/inner')).text();
         process.exit(0);
       });
       server.listen(0, '127.0.0.1', () => { void fetch('http://127.0.0.1:' + server.address().port + '/outer'); });`,
    );
    await agent.run({ args: [file] });
    expect(agent.total(REQUESTS)).toBe(1);
    expect(agent.total(REQUESTS, { 'retrace.endpoint': 'GET /inner' })).toBeLessThanOrEqual(1);
    expect(agent.total(CALLS)).toBe(1);
    expect(agent.total(CALLS, { 'retrace.endpoint': undefined })).toBe(1);
  });

  it('records what exit listeners still do', async () => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(
      file,
      app(
        'cjs',
        "process.on('exit', () => { http.get('http://127.0.0.1:1/x').on('error', () => {}); console.log('bye') }); process.exit(0)",
      ),
    );
    const { stdout } = await agent.run({ args: [file] });
    expect(stdout).toBe('served\nbye\n');
    expect(agent.total(REQUESTS)).toBe(COUNT);
  });

  it('starts no worker and leaves no file for a script that records nothing, which ends at once', async () => {
    const { code, stdout, startBlock } = await agent.run({ args: ['-e', 'console.log(1)'] });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1\n' });
    expect(startBlock).toContain('literals: never sent');
    expect(agent.handedOver).toBe(0);
  });
});
