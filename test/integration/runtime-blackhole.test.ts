import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { built, FakeAgent } from './runtime-harness.js';

/** Calls itself over and over under ever new paths; prints its memory once per window. */
const APP = `
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  let asked = 0;
  const load = setInterval(() => {
    for (let n = 0; n < 20; n++) {
      http.get({ port, host: '127.0.0.1', agent, path: '/orders/' + asked++ }, (response) => response.resume());
    }
  }, 20);
  const memory = [];
  const watch = setInterval(() => {
    global.gc();
    memory.push(process.memoryUsage.rss());
    if (memory.length < 16) return;
    clearInterval(load);
    clearInterval(watch);
    console.log(JSON.stringify({ asked, memory }));
    process.exit(0);
  }, 1000);
});
`;
/** What the app itself still grows by while it warms up: 9 MB without us between the second and the thirteenth window. */
const NOISE_BYTES = 12 * 1024 * 1024;

describe.skipIf(!built)('an agent that takes connections and never reads', () => {
  let agent: FakeAgent;
  let hole: Server;
  const taken: Socket[] = [];
  beforeEach(async () => {
    agent = new FakeAgent();
    hole = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      taken.push(socket);
    });
    await new Promise<void>((resolve) => hole.listen(agent.socketPath, resolve));
  });
  afterEach(async () => {
    for (const socket of taken.splice(0)) socket.destroy();
    await new Promise((resolve) => hole.close(resolve));
    await agent.remove();
  });

  it('leaves the memory of the app flat over 16 windows', async () => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, APP);
    const { code, stdout, stderr } = await agent.run({
      args: ['--expose-gc', file],
      env: { RETRACE_EXPORT_INTERVAL_SECONDS: '1' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(taken.length).toBeGreaterThan(0);
    const { asked, memory } = JSON.parse(stdout) as { asked: number; memory: number[] };
    expect(asked).toBeGreaterThan(500);
    const least = (part: number[]): number => Math.min(...part);
    const grown = least(memory.slice(12)) - least(memory.slice(4, 8));
    console.log(
      `${asked} requests; ${(grown / 1024 / 1024).toFixed(1)} MB between windows 8 and 16`,
    );
    expect(grown).toBeLessThan(NOISE_BYTES);
  });
});
