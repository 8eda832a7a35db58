import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHandoverFileName, type Signal } from '../../../src/protocol/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  HANDOVER_MAX_BYTES,
  HANDOVER_MAX_FILES,
  writeHandover,
} from '../../../src/transport/handover.js';

let root: string;
let folder: string;
let socket: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'retrace-handover-'));
  folder = join(root, 'handover');
  socket = join(root, 'agent.sock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const batch = (sequence: number, text = 'x', signal: Signal = 'metrics') => ({
  sequence,
  signal,
  body: Buffer.from(text),
});

describe('exit hand-over', () => {
  it('writes complete files into a private folder, and nothing else', () => {
    const batches = [batch(1, 'one'), batch(7, 'seven'), batch(8, 'spans', 'traces')];
    expect(writeHandover(socket, 'id', batches)).toBe(3);
    const names = readdirSync(folder).sort();
    expect(names).toEqual(['id.1.otlp', 'id.7.otlp', 'id.8.traces.otlp']);
    expect(names.map((name) => parseHandoverFileName(name))).toEqual(
      batches.map(({ sequence, signal }) => ({ instanceId: 'id', sequence, signal })),
    );
    expect(parseHandoverFileName('id.8.traces.otlp.tmp')).toBeUndefined();
    expect(readFileSync(join(folder, 'id.7.otlp'), 'utf8')).toBe('seven');
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(folder, 'id.1.otlp')).mode & 0o007).toBe(0);
  });

  it('makes no folder for nothing', () => {
    expect(writeHandover(socket, 'id', [])).toBe(0);
    expect(readdirSync(root)).toEqual([]);
  });

  it('writes through no link and into no folder that everybody may write to', () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, folder);
    expect(writeHandover(socket, 'id', [batch(1)])).toBe(0);
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(folder);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    expect(writeHandover(socket, 'id', [batch(1)])).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('cannot be made to throw by a file in its place', () => {
    writeFileSync(folder, 'not a folder');
    expect(writeHandover(socket, 'id', [batch(1)])).toBe(0);
    expect(writeHandover(join(folder, 'deeper', 'agent.sock'), 'id', [batch(1)])).toBe(0);
  });

  it('bounds the number of files: the oldest make room', () => {
    mkdirSync(folder, { mode: 0o700 });
    for (let i = 0; i < HANDOVER_MAX_FILES; i++) {
      writeFileSync(join(folder, `old.${i}.otlp`), 'x');
      utimesSync(join(folder, `old.${i}.otlp`), 1000 + i, 1000 + i);
    }
    expect(writeHandover(socket, 'id', [batch(1), batch(2)])).toBe(2);
    const names = readdirSync(folder);
    expect(names).toHaveLength(HANDOVER_MAX_FILES);
    expect(names).not.toContain('old.0.otlp');
    expect(names).not.toContain('old.1.otlp');
    expect(names).toContain('old.2.otlp');
  });

  it('bounds their bytes', () => {
    mkdirSync(folder, { mode: 0o700 });
    for (const [i, time] of [1000, 2000].entries()) {
      const path = join(folder, `old.${i}.otlp`);
      writeFileSync(path, '');
      truncateSync(path, HANDOVER_MAX_BYTES / 2);
      utimesSync(path, time, time);
    }
    expect(writeHandover(socket, 'id', [batch(1)])).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['id.1.otlp', 'old.1.otlp']);
  });
});
