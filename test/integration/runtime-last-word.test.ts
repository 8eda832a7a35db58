import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { built, FakeAgent, REGISTER } from './runtime-harness.js';

const REQUESTS = 'http.server.request.duration';
const CALLS = 'http.client.request.duration';
const STUCK = join(import.meta.dirname, '../fixtures/apps/stuck-worker.cjs');

/** The preparation begins a second after the first request; a timer that is set later for longer comes later. */
const PREPARED_AFTER_MS = 1100;

/** Serves itself `total` requests; ends once the preparation for an end without the worker is made. */
const APP = `
const http = require('node:http');
const total = Number(process.argv[2]);
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port + '/items/';
  for (let i = 0; i < total; i++) await (await fetch(url + i)).text();
  await new Promise((resolve) => setTimeout(resolve, ${PREPARED_AFTER_MS}));
  const start = process.hrtime.bigint();
  process.on('exit', () => console.log(Number(process.hrtime.bigint() - start) / 1e6));
  process.exit(3);
});
`;

/** An end's delay depends on when the machine gives the process its turns; what it may wait for does not. */
const ATTEMPTS = 8;

describe.skipIf(!built)('an end whose worker does not answer', () => {
  let agent: FakeAgent;
  beforeEach(() => {
    agent = new FakeAgent();
  });
  afterEach(() => agent.remove());

  const end = async (
    total: number,
    env: Record<string, string> = {},
    app = APP,
  ): Promise<{ delayMs: number; code: number | null; stderr: string }> => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, app);
    const { code, stdout, stderr } = await agent.run({
      retrace: false,
      args: ['--require', STUCK, '--require', REGISTER, file, String(total)],
      env: { STUCK_FOLDER: agent.folder, STUCK_AFTER_MS: '300', ...env },
    });
    return { delayMs: Number(stdout), code, stderr: stderr.replace(/^retrace \d[^]*?sent\n/m, '') };
  };

  /** The shortest of a few ends is within the bound: waiting longer would make all of them longer. */
  const endInTime = async (
    total: number,
    env: Record<string, string> = {},
    isListening = false,
    app = APP,
  ): Promise<void> => {
    const delays: number[] = [];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      await agent.remove();
      agent = new FakeAgent();
      if (isListening) await agent.listen();
      const { delayMs, code, stderr } = await end(total, env, app);
      expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
      if (delayMs <= 50) return;
      delays.push(delayMs);
    }
    expect(delays).toEqual('one of at most 50 ms');
  };

  it('takes 50 ms at most and loses nothing that the ring still holds', async () => {
    await endInTime(200);
    expect(agent.total(REQUESTS)).toBe(200);
    expect(agent.total(CALLS)).toBe(200);
    expect(agent.total('retrace.recorded')).toBe(400);
    expect(agent.total('retrace.dropped')).toBe(0);
  });

  it('states exactly what it loses', async () => {
    // Of 2,400 records the smallest ring still holds the last 1,024, or finds no room for what comes later.
    await endInTime(1200, { RETRACE_RING_RECORDS: '1024' });
    const saved = agent.total(REQUESTS) + agent.total(CALLS);
    expect(saved).toBeGreaterThan(0);
    expect(saved).toBeLessThanOrEqual(1024);
    expect(agent.total('retrace.recorded')).toBe(2400);
    expect(agent.total('retrace.dropped')).toBe(2400 - saved);
    // What the worker took before it was stuck and what has been overwritten since, beside what found no room.
    const lost = (reason: string): number =>
      agent.total('retrace.dropped', { 'retrace.reason': reason });
    expect(lost('ring_full')).toBeGreaterThan(0);
    expect(lost('exit') + lost('ring_full')).toBe(2400 - saved);
  });

  it('counts no record twice when windows were delivered before', async () => {
    await endInTime(200, { RETRACE_EXPORT_INTERVAL_SECONDS: '1', STUCK_AFTER_MS: '1500' }, true);
    const saved = agent.total(REQUESTS) + agent.total(CALLS);
    expect(agent.total('retrace.recorded')).toBe(400);
    expect(saved + agent.total('retrace.dropped')).toBe(400);
    expect(agent.total(REQUESTS)).toBe(200);
  });

  it('ends as well where the host has stopped its clocks', async () => {
    const stopped = APP.replace(
      'const start =',
      'performance.now = () => 5; Date.now = () => 5;\n  const start =',
    );
    await endInTime(20, {}, false, stopped);
    expect(agent.total(REQUESTS)).toBe(20);
  });

  it('ends as well where the preparation was not made yet', async () => {
    // Younger than its preparation: it may lose its last window then, but neither its end nor a word on stderr.
    const { code, stderr } = await end(20, {}, APP.replace(String(PREPARED_AFTER_MS), '0'));
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  });
});
