import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgentLog } from '../../../src/agent/agent-log.js';
import { crc32c } from '../../../src/agent/spool/crc32c.js';
import { SlotFile } from '../../../src/agent/spool/slot-file.js';
import { lockSpool } from '../../../src/agent/spool/spool-lock.js';
import { judge } from '../../../src/transport/outcome.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'retrace-parts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('crc32c', () => {
  // RFC 3720 appendix B.4, and the check value of the CRC catalogue.
  it.each([
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    [Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(0), 0],
  ])('%# is right', (bytes, expected) => expect(crc32c(bytes)).toBe(expected));
});

describe('SlotFile', () => {
  it('gives the newest value back, and the one before when the newest is torn', () => {
    const path = join(dir, 'state');
    const { file } = SlotFile.open<{ n: number }>(path);
    for (const n of [1, 2, 3]) file.save({ n }, true);
    file.close();
    expect(reopen(path)).toEqual({ n: 3 });
    const bytes = readFileSync(path);
    const newest = bytes.indexOf('{"n":3}');
    bytes[newest + 5] = 0x39;
    writeFileSync(path, bytes);
    expect(reopen(path)).toEqual({ n: 2 });
  });

  function reopen(path: string): { n: number } | undefined {
    const { file, value } = SlotFile.open<{ n: number }>(path);
    file.close();
    return value;
  }
});

describe('lockSpool', () => {
  it('is taken over from a process that died, at once', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const stat = (): string => readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const startTicks = stat()
      .slice(stat().lastIndexOf(')') + 2)
      .split(' ')[19];
    const { readlinkSync } = await import('node:fs');
    const holder = {
      pid: child.pid,
      startTicks,
      namespace: readlinkSync('/proc/self/ns/pid'),
      token: 'x',
    };
    writeFileSync(join(dir, 'lock'), JSON.stringify(holder));
    expect(() => lockSpool(dir)).toThrow(/pid \d+/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = lockSpool(dir);
    release();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it('is not fooled by a pid that was given to another process', () => {
    const holder = { pid: process.pid, startTicks: '1', namespace: '', token: 'x' };
    writeFileSync(join(dir, 'lock'), JSON.stringify({ ...holder, namespace: namespaceHere() }));
    lockSpool(dir)();
  });

  it('of another container counts until it shows no life for 20 s', () => {
    const path = join(dir, 'lock');
    const holder = { pid: 1, startTicks: '1', namespace: 'pid:[elsewhere]', token: 'x' };
    writeFileSync(path, JSON.stringify(holder));
    expect(() => lockSpool(dir)).toThrow(/another agent/);
    const then = new Date(Date.now() - 30_000);
    utimesSync(path, then, then);
    lockSpool(dir)();
  });

  it('that is garbage is replaced', () => {
    writeFileSync(join(dir, 'lock'), '{');
    lockSpool(dir)();
  });

  function namespaceHere(): string {
    const release = lockSpool(dir);
    const { namespace } = JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')) as {
      namespace: string;
    };
    release();
    return namespace;
  }
});

describe('the agent’s log', () => {
  it('writes one line per key and minute and says how many it left out', () => {
    let now = 0;
    const lines: string[] = [];
    const log = createAgentLog(
      (line) => lines.push(line),
      'info',
      () => now,
    );
    for (let i = 0; i < 100; i++) log.warn('a', 'trouble');
    log.warn('b', 'other');
    now = 61_000;
    log.warn('a', 'trouble');
    expect(lines).toEqual([
      'retrace agent: trouble\n',
      'retrace agent: other\n',
      'retrace agent: trouble (and 99 more)\n',
    ]);
  });

  it.each([
    ['none', []],
    ['warn', ['w']],
    ['info', ['i', 'w']],
  ] as const)('at level %s writes %j', (level, expected) => {
    const lines: string[] = [];
    const log = createAgentLog((line) => lines.push(line.trim().split(' ').at(-1) ?? ''), level);
    log.info('i', 'i');
    log.warn('w', 'w');
    expect(lines).toEqual(expected);
  });
});

describe('judge', () => {
  const answer = (status: number, contentType = 'application/x-protobuf') =>
    judge({ status, contentType, retryAfterMs: undefined, body: Buffer.from('x') }).kind;

  it('knows every class of answer', () => {
    const kinds = (...statuses: number[]): string[] => [...new Set(statuses.map((s) => answer(s)))];
    expect(kinds(200, 202, 204)).toEqual(['committed']);
    expect(kinds(301, 302, 308, 401, 403, 407, 408, 429, 500, 503, 599)).toEqual(['retry']);
    expect(kinds(400, 404, 405, 413, 415, 422, 451)).toEqual(['rejected']);
    expect([200, 404, 405].map((status) => answer(status, 'text/html'))).toEqual([
      'retry',
      'retry',
      'retry',
    ]);
    expect([400, 413].map((status) => answer(status, 'text/html'))).toEqual([
      'rejected',
      'rejected',
    ]);
  });
});
