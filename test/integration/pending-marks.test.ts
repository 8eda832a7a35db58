import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PendingMarks } from '../../src/agent/pending-marks.js';
import { pendingFileName } from '../../src/protocol/delivery.js';
import { pidNamespace } from '../../src/transport/pending-mark.js';
import { until } from '../helpers/until.js';
import { built, FakeAgent } from './runtime-harness.js';

/** Calls itself once, then ends as told. */
const app = (end: string): string => `
const http = require('node:http');
const { existsSync, readdirSync } = require('node:fs');
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', async () => {
  await (await fetch('http://127.0.0.1:' + server.address().port + '/orders')).text();
  ${end}
});
`;
/** Once the worker has taken the records, and so has set its mark. */
const MARKED = `const folder = process.env.RETRACE_AGENT_SOCKET.replace('agent.sock', 'pending');
  while (!existsSync(folder) || readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));`;

describe.skipIf(!built)('the mark of a process that holds what nobody else has', () => {
  let agent: FakeAgent;
  let ended: number[];
  beforeEach(() => {
    agent = new FakeAgent();
    ended = [];
  });
  afterEach(() => agent.remove());

  const run = async (end: string): Promise<number | null> => {
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, app(end));
    const { code, stderr } = await agent.run({ args: [file] });
    expect(stderr).toBe('');
    return code;
  };
  const marks = (): string[] => {
    const folder = join(agent.folder, 'pending');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  /** What an agent counts that looks now. */
  const look = async (): Promise<number> => {
    const watch = new PendingMarks(agent.folder, (pid) => ended.push(pid));
    watch.start();
    await watch.stop();
    return watch.ended;
  };

  it('stays where it is killed, and is counted once', async () => {
    await run(`${MARKED} process.kill(process.pid, 'SIGKILL');`);
    expect(marks()).toHaveLength(1);
    expect(await look()).toBe(1);
    expect(ended).toHaveLength(1);
    expect(marks()).toEqual([]);
    expect(await look()).toBe(0);
  });

  it('is gone when it ends and has handed over, and only then', async () => {
    expect(await run(`${MARKED} process.exit(3);`)).toBe(3);
    // A starved machine may give neither thread a turn in 50 ms: the mark is what is left then.
    expect(agent.total('http.server.request.duration') + marks().length).toBe(1);
  });

  it('is gone when it ends before its worker is up', async () => {
    expect(await run('process.exit(3);')).toBe(3);
    expect(marks()).toEqual([]);
  });

  it('stays where the hand-over is refused: a folder that everybody may write to', async () => {
    mkdirSync(join(agent.folder, 'handover'), { mode: 0o777 });
    const { chmodSync } = await import('node:fs');
    chmodSync(join(agent.folder, 'handover'), 0o777);
    expect(await run('process.exit(3);')).toBe(3);
    expect(await look()).toBe(1);
  });

  it('is gone while nothing is held: the agent has it all', async () => {
    await agent.listen();
    const end = `${MARKED}
      while (readdirSync(folder).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      process.kill(process.pid, 'SIGKILL');`;
    const file = join(agent.folder, 'app.cjs');
    writeFileSync(file, app(end));
    await agent.run({ args: [file], env: { RETRACE_EXPORT_INTERVAL_SECONDS: '1' } });
    await until('it has arrived', () => agent.total('http.server.request.duration') === 1);
    expect(await look()).toBe(0);
  });

  it('tells the living, those of other containers, and the silent apart', async () => {
    const folder = join(agent.folder, 'pending');
    mkdirSync(folder);
    const put = (pid: number, namespace: string, ageMs: number): void => {
      const file = join(folder, pendingFileName(pid, namespace, `id-${namespace}-${ageMs}`));
      writeFileSync(file, '');
      utimesSync(file, new Date(), new Date(Date.now() - ageMs));
    };
    put(process.pid, pidNamespace(), 0);
    put(process.pid, pidNamespace(), 16 * 60_000);
    put(1, '17', 0);
    put(2, '17', 16 * 60_000);
    writeFileSync(join(folder, 'something else'), '');
    expect(await look()).toBe(2);
    expect(ended.sort()).toEqual([2, process.pid].sort());
    expect(marks()).toHaveLength(3);
  });
});
