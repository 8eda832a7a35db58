import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { built, FakeAgent, LAST_TURN, REGISTER } from './runtime-harness.js';

const REQUESTS = 'http.server.request.duration';

const APP = `
const http = require('node:http');
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, () => http.get({ port: server.address().port, agent: false }, (response) => {
  response.resume();
  response.on('end', () => { console.log('done'); process.exit(0); });
}));
`;

describe.skipIf(!built)('the preload', LAST_TURN, () => {
  let agent: FakeAgent;
  let file: string;
  beforeEach(() => {
    agent = new FakeAgent();
    file = join(agent.folder, 'app.cjs');
    writeFileSync(file, APP);
  });
  afterEach(() => agent.remove());

  it('works by --import', async () => {
    const { stdout, startBlock } = await agent.run({
      retrace: false,
      args: ['--import', pathToFileURL(REGISTER).href, file],
    });
    expect(stdout).toBe('done\n');
    expect(startBlock).toContain('service: test-app');
    expect(agent.total(REQUESTS)).toBe(1);
  });

  it('says one line and does nothing else on an old Node.js', async () => {
    const patch = join(agent.folder, 'old.cjs');
    writeFileSync(
      patch,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })",
    );
    const { stdout, stderr } = await agent.run({
      retrace: false,
      args: ['--require', patch, '--require', REGISTER, file],
    });
    expect(stdout).toBe('done\n');
    expect(stderr).toBe(
      'retrace: Node.js 18.20.4 is not supported (needs 20.19 or later); the app runs unobserved\n',
    );
    expect(agent.handedOver).toBe(0);
  });

  it('counts once when two copies of it are loaded', async () => {
    const copy = join(agent.folder, 'copy');
    const root = join(dirname(REGISTER), '..');
    mkdirSync(copy);
    for (const part of ['src', 'instrumentations']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, '../node_modules'), join(copy, 'node_modules'));
    const { stdout, startBlock } = await agent.run({
      args: ['--require', join(copy, 'src/register.js'), file],
    });
    expect(stdout).toBe('done\n');
    expect(startBlock.match(/literals/g)).toHaveLength(1);
    expect(agent.total(REQUESTS)).toBe(1);
  });

  it('cannot stop the app when it fails itself', async () => {
    const patch = join(agent.folder, 'broken.cjs');
    writeFileSync(
      patch,
      "globalThis.SharedArrayBuffer = class { constructor() { throw new Error('secret') } }",
    );
    const { code, stdout, stderr } = await agent.run({
      retrace: false,
      args: ['--require', patch, '--require', REGISTER, file],
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    expect(stderr).toBe('retrace: could not start; the app runs unobserved\n');
  });

  it('goes on without a worker that dies, and says so once', async () => {
    const patch = join(agent.folder, 'dying.cjs');
    writeFileSync(
      patch,
      `const threads = require('node:worker_threads');
       const { Worker } = threads;
       threads.Worker = class extends Worker {
         constructor(...args) { super(...args); if (args[1]?.name === 'retrace') this.once('online', () => this.terminate()); }
       };`,
    );
    writeFileSync(file, APP.replace('process.exit(0)', 'setTimeout(() => process.exit(0), 700)'));
    const { code, stdout, stderr } = await agent.run({
      retrace: false,
      args: ['--require', patch, '--require', REGISTER, file],
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    expect(stderr).toMatch(/^retrace: worker thread ended; [^\n]*\n$/);
  });

  it('names a bad variable in one line and runs on', async () => {
    const { stdout, stderr } = await agent.run({
      args: [file],
      env: { RETRACE_EXPORT_INTERVAL_SECONDS: 'hunter2' },
    });
    expect(stdout).toBe('done\n');
    expect(stderr).toMatch(/^retrace: RETRACE_EXPORT_INTERVAL_SECONDS[^\n]*\n$/);
    expect(stderr).not.toContain('hunter2');
    expect(agent.total(REQUESTS)).toBe(1);
  });
});
