import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeFrame, openFrame, readHeader } from '../../../src/agent/spool/frame.js';
import type { Losses } from '../../../src/agent/spool/loss-ledger.js';
import { Spool, type SpooledBatches } from '../../../src/agent/spool/spool.js';

/** Written by version 0.1.0 before there were traces. */
const EARLIER_FRAME =
  '5254463123000000050000000000000003000000000000000b00000000000000090909090909090900000000a8d1bf93246a08bfac6bdac9' +
  'b62574118bacf596e3be47a42a089f5f39e29d05c0b0d524572f6bccc2c364e0e0784219eef14f08c3019452544531050000000000000003' +
  '000000000000000b00000000000000536a6aff';

const MAX_BYTES = 8 * 1024 * 1024;
const SMALL_BYTES = 1024 * 1024;
let dir: string;
const open: Spool[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'retrace-spool-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((spool) => spool.close()));
  rmSync(dir, { recursive: true, force: true });
});

function start(maxBytes = MAX_BYTES, at = dir): Spool {
  const spool = Spool.open(at, maxBytes);
  open.push(spool);
  return spool;
}

function payload(i: number, bytes = 64): Buffer {
  return Buffer.from(`payload-${i}-`.padEnd(bytes, 'x'));
}

async function fill(spool: Spool, count: number, bytes = 64): Promise<void> {
  for (let i = 1; i <= count; i++) {
    const keyHash = spool.keys.hashBatchKey(`instance:${i}`);
    await spool.append({ payload: payload(i, bytes), records: i, keyHash });
  }
}

function drain(spool: Spool): SpooledBatches[] {
  const taken: SpooledBatches[] = [];
  for (let batch = spool.peek(); batch !== undefined; batch = spool.peek()) {
    taken.push({ ...batch });
    spool.commit();
  }
  return taken;
}

function segments(at = dir): string[] {
  return readdirSync(at)
    .filter((name) => name.endsWith('.seg'))
    .sort();
}

function lost(losses: Losses): { batches: number; records: number } {
  return Object.values(losses).reduce(
    (sum, { batches, records }) => ({
      batches: sum.batches + batches,
      records: sum.records + records,
    }),
    { batches: 0, records: 0 },
  );
}

describe('Spool', () => {
  it('gives back what was appended, in order, each under its own key', async () => {
    const spool = start();
    await fill(spool, 5);
    expect(spool.totals()).toMatchObject({ batches: 5, records: 15 });
    const taken = drain(spool);
    expect(taken.map(({ payloads }) => payloads.join())).toEqual(
      [1, 2, 3, 4, 5].map((i) => payload(i).toString()),
    );
    expect(new Set(taken.map(({ batchKey }) => batchKey)).size).toBe(5);
    expect(taken.every(({ batchKey }) => batchKey.startsWith(`${spool.keys.agentId}:`))).toBe(true);
    expect(spool.totals()).toMatchObject({ batches: 0, records: 0 });
  });

  it('keeps what was not delivered over a restart, under the same keys and agent id', async () => {
    const first = start();
    await fill(first, 4);
    first.peek();
    first.commit();
    const waiting = first.peek()?.batchKey;
    await first.close();
    const second = start();
    expect(second.keys.agentId).toBe(first.keys.agentId);
    expect(second.totals()).toMatchObject({ batches: 3, records: 9 });
    expect(second.peek()?.batchKey).toBe(waiting);
    expect(drain(second).map(({ records }) => records)).toEqual([2, 3, 4]);
  });

  it('remembers batch keys over restarts and deleted segments', async () => {
    const first = start();
    await fill(first, 3);
    drain(first);
    await first.close();
    const second = start();
    expect(second.hasSeen(second.keys.hashBatchKey('instance:2'))).toBe(true);
    expect(second.hasSeen(second.keys.hashBatchKey('instance:4'))).toBe(false);
    second.peek();
    await second.close();
    for (const name of segments()) rmSync(join(dir, name));
    const third = start();
    expect(third.hasSeen(third.keys.hashBatchKey('instance:3'))).toBe(true);
  });

  it('encrypts: no byte of a payload is in any file, and every file is private', async () => {
    const spool = start();
    const secret = 'correct-horse-battery-staple';
    await spool.append({ payload: Buffer.from(secret), records: 1 });
    await spool.append({ payload: gzipSync(secret), records: 1 });
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      expect(readFileSync(path).includes(secret), name).toBe(false);
      expect(statSync(path).mode & 0o077, name).toBe(0);
    }
  });

  it('refuses a second agent on the same folder, and lets it in after the first closed', async () => {
    const first = start();
    expect(() => Spool.open(dir, MAX_BYTES)).toThrow(/another agent/);
    await first.close();
    expect(start().totals().batches).toBe(0);
  });

  it('drops the oldest first past its bound, counts it, and stays under the bound', async () => {
    const spool = start(SMALL_BYTES);
    const count = 200;
    await fill(spool, count, 8 * 1024);
    const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(SMALL_BYTES);
    const dropped = lost(spool.ledger.totals);
    expect(Object.keys(spool.ledger.totals)).toEqual(['spool_full']);
    expect(dropped.batches).toBeGreaterThan(0);
    const taken = drain(spool);
    expect(lost(spool.ledger.totals)).toEqual(dropped);
    const all = (count * (count + 1)) / 2;
    expect(taken.length + dropped.batches).toBe(count);
    expect(taken.reduce((sum, { records }) => sum + records, 0) + dropped.records).toBe(all);
    expect(taken.at(-1)?.records).toBe(count);
    expect(taken[0]?.records).toBe(dropped.batches + 1);
  });

  it('spares the segment of a batch on its way, and counts exactly over a restart', async () => {
    const first = start(SMALL_BYTES);
    await fill(first, 1, 8 * 1024);
    expect(first.peek()?.records).toBe(1);
    await fill(first, 150, 8 * 1024);
    const dropped = lost(first.ledger.totals);
    expect(dropped.batches).toBeGreaterThan(0);
    expect(first.peek()?.records).toBe(1);
    first.commit();
    expect(first.peek()?.records).toBe(1);
    first.commit();
    await first.close();
    const second = start(SMALL_BYTES);
    const taken = drain(second);
    expect(second.ledger.totals).toEqual({});
    expect(2 + taken.length + dropped.batches).toBe(151);
    const records = taken.reduce((sum, batch) => sum + batch.records, 2);
    expect(records + dropped.records).toBe(1 + 11_325);
  });

  it('spares what was sent without an answer: the server may have it', async () => {
    const first = start(SMALL_BYTES);
    await fill(first, 1, 8 * 1024);
    const sent = first.peek()?.batchKey;
    first.release();
    await fill(first, 150, 8 * 1024);
    const dropped = lost(first.ledger.totals);
    expect(dropped.batches).toBeGreaterThan(0);
    expect(first.peek()?.batchKey).toBe(sent);
    const taken = drain(first);
    expect(taken.length + dropped.batches).toBe(151);
  });

  it('spares what an agent that died may have sent, once that is settled no longer', async () => {
    const killed = start(SMALL_BYTES);
    await fill(killed, 20, 8 * 1024);
    const sent = killed.peek({ batches: 3, bytes: SMALL_BYTES });
    expect(sent?.payloads).toHaveLength(3);
    // What a crash leaves: the files as they are, without the lock.
    const dead = mkdtempSync(join(tmpdir(), 'retrace-spool-'));
    cpSync(dir, dead, { recursive: true, filter: (path) => !path.endsWith('lock') });
    const second = start(SMALL_BYTES, dead);
    await fill(second, 150, 8 * 1024);
    expect(lost(second.ledger.totals).batches).toBeGreaterThan(0);
    expect(second.peek({ batches: 3, bytes: SMALL_BYTES })?.batchKey).toBe(sent?.batchKey);
    second.commit();
    const rest = second.peek()?.batchKey;
    second.commit();
    // All of its segment was in doubt, however much of it one upload held.
    await fill(second, 150, 8 * 1024);
    expect(rest).toBe(sent?.batchKey.replace(/[\d-]+$/, '4'));
    expect(second.peek()?.batchKey).toBe(sent?.batchKey.replace(/[\d-]+$/, '5'));
    drain(second);
    const later = lost(second.ledger.totals).batches;
    await fill(second, 150, 8 * 1024);
    const taken = drain(second);
    expect(lost(second.ledger.totals).batches - later + taken.length).toBe(150);
    expect(taken[0]?.records).toBe(150 - taken.length + 1);
    await second.close();
    rmSync(dead, { recursive: true, force: true });
  });

  it('counts a batch that exceeds the whole bound instead of asking for it forever', async () => {
    const spool = start(SMALL_BYTES);
    await spool.append({ payload: Buffer.alloc(SMALL_BYTES), records: 7 });
    expect(spool.ledger.totals).toEqual({ spool_full: { batches: 1, records: 7 } });
    expect(spool.peek()).toBeUndefined();
  });

  it('counts losses once over a restart, and a lost loss report again', async () => {
    const first = start();
    await fill(first, 2);
    first.peek();
    first.reject('rejected');
    const due = first.ledger.startReport();
    expect(due?.losses).toEqual({ rejected: { batches: 1, records: 1 } });
    first.saveLedger();
    await first.close();
    // The report itself never reached the disk: its counts must come back.
    const second = start();
    expect(second.ledger.startReport()?.losses).toEqual({ rejected: { batches: 1, records: 1 } });
    second.saveLedger();
    await second.append({ payload: payload(9), records: 0, isLossReport: true });
    await second.close();
    // Now it is in the spool: nothing to say again, until it turns out to be refused.
    const third = start();
    expect(third.ledger.startReport()).toBeUndefined();
    expect(third.peek()?.records).toBe(2);
    third.commit();
    expect(third.peek()?.hasLossReport).toBe(true);
    third.reject('rejected');
    expect(third.ledger.startReport()?.losses).toMatchObject({ rejected: { records: 1 } });
  });

  it('gives several at once under one key, the same again after a restart, and settles them together', async () => {
    const together = { batches: 3, bytes: Infinity };
    const first = start();
    await fill(first, 5);
    const group = first.peek(together);
    expect(group?.payloads.map(String)).toEqual([1, 2, 3].map((i) => payload(i).toString()));
    expect(group?.batchKey).toMatch(/:1-3$/);
    expect(group?.records).toBe(6);
    await first.close();
    const second = start();
    expect(second.peek(together)?.batchKey).toBe(group?.batchKey);
    expect(second.commit()).toEqual({ batches: 3, records: 6 });
    expect(second.totals()).toMatchObject({ batches: 2, records: 9 });
    // By bytes: one always, and never more than fit.
    const size = payload(4).length;
    expect(second.peek({ batches: 9, bytes: size })?.payloads).toHaveLength(1);
    second.release();
    expect(second.peek({ batches: 9, bytes: 2 * size })?.payloads).toHaveLength(2);
    expect(second.reject('rejected')).toEqual({ batches: 2, records: 9 });
    expect(second.ledger.totals).toEqual({ rejected: { batches: 2, records: 9 } });
    expect(second.peek(together)).toBeUndefined();
  });

  it('takes up with a new sequence when its state file is destroyed: sent again, same keys', async () => {
    const first = start();
    await fill(first, 3);
    const keys = drain(first).map(({ batchKey }) => batchKey);
    await first.close();
    writeFileSync(join(dir, 'state'), Buffer.alloc(8192, 0xff));
    expect(drain(start()).map(({ batchKey }) => batchKey)).toEqual(keys);
  });

  it('counts everything as corrupt when the key is gone, and goes on', async () => {
    const first = start();
    await fill(first, 3);
    await first.close();
    rmSync(join(dir, 'key'));
    const second = start();
    expect(second.peek()).toBeUndefined();
    expect(second.ledger.totals).toEqual({ spool_corrupt: { batches: 3, records: 6 } });
    await fill(second, 1);
    expect(drain(second)).toHaveLength(1);
  });
});

describe('a damaged segment', () => {
  const COUNT = 3;
  const SIZE = 12;
  const TOTAL = { batches: COUNT, records: 6 };

  /** A closed spool with three batches in one segment, as bytes by file name. */
  async function image(): Promise<{
    files: Map<string, Buffer>;
    segment: string;
    frames: number[];
  }> {
    const spool = start();
    const ends: number[] = [];
    for (let i = 1; i <= COUNT; i++) {
      await spool.append({ payload: payload(i, SIZE), records: i });
      ends.push(spool.totals().bytes);
    }
    await spool.close();
    const files = new Map<string, Buffer>();
    for (const name of readdirSync(dir)) {
      if (name !== 'seen') files.set(name, readFileSync(join(dir, name)));
    }
    return { files, segment: segments()[0] as string, frames: ends };
  }

  function restore(files: Map<string, Buffer>, segment: string, bytes: Buffer): void {
    for (const name of segments()) rmSync(join(dir, name));
    rmSync(join(dir, 'quarantine'), { recursive: true, force: true });
    for (const [name, content] of files) writeFileSync(join(dir, name), content);
    writeFileSync(join(dir, segment), bytes);
  }

  it('loses only the torn tail when it is cut off at any byte', async () => {
    const { files, segment, frames } = await image();
    const whole = files.get(segment) as Buffer;
    for (let cut = 0; cut <= whole.length; cut++) {
      restore(files, segment, whole.subarray(0, cut));
      const spool = Spool.open(dir, MAX_BYTES);
      const complete = frames.filter((end) => end <= cut).length;
      const taken = drain(spool).map(({ records }) => records);
      expect(taken, `cut at ${cut}`).toEqual([1, 2, 3].slice(0, complete));
      expect(spool.ledger.totals, `cut at ${cut}`).toEqual({});
      await spool.append({ payload: payload(9), records: 9 });
      expect(drain(spool), `cut at ${cut}`).toHaveLength(1);
      await spool.close();
    }
  });

  it('loses exactly one batch, counted to the record, when any single byte is flipped', async () => {
    const { files, segment, frames } = await image();
    const whole = files.get(segment) as Buffer;
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0xff;
      restore(files, segment, bytes);
      const spool = Spool.open(dir, MAX_BYTES);
      expect(spool.totals(), `flip at ${at}`).toMatchObject(TOTAL);
      const hit = frames.findIndex((end) => at < end);
      const taken = drain(spool);
      const good = [1, 2, 3].filter((_, i) => i !== hit);
      expect(
        taken.map(({ records }) => records),
        `flip at ${at}`,
      ).toEqual(good);
      expect(taken.map(({ payloads }) => payloads.join())).toEqual(
        good.map((i) => payload(i, SIZE).toString()),
      );
      expect(spool.ledger.totals, `flip at ${at}`).toEqual({
        spool_corrupt: { batches: 1, records: hit + 1 },
      });
      expect(readdirSync(join(dir, 'quarantine'))).toHaveLength(1);
      await spool.close();
    }
  });

  it('counts every batch of a block overwritten in the middle', async () => {
    const { files, segment, frames } = await image();
    const bytes = Buffer.from(files.get(segment) as Buffer);
    bytes.fill(0, (frames[0] as number) - 5, (frames[1] as number) + 5);
    restore(files, segment, bytes);
    const spool = start();
    const taken = drain(spool);
    const counted = lost(spool.ledger.totals);
    expect(taken).toEqual([]);
    expect(counted).toEqual(TOTAL);
  });

  it('counts what is cut off a segment that a later one of the same boot follows', async () => {
    const spool = start(SMALL_BYTES);
    for (let i = 1; i <= 40; i++) {
      await spool.append({ payload: payload(i, 4096), records: i });
    }
    await spool.close();
    const [first] = segments();
    expect(segments().length).toBeGreaterThan(1);
    const path = join(dir, first as string);
    writeFileSync(path, readFileSync(path).subarray(0, 3 * 4096));
    const again = start(SMALL_BYTES);
    expect(again.totals()).toMatchObject({ batches: 40, records: 820 });
    const taken = drain(again);
    const counted = lost(again.ledger.totals);
    expect(counted.batches).toBeGreaterThan(0);
    expect(taken.length + counted.batches).toBe(40);
    expect(taken.reduce((sum, { records }) => sum + records, 0) + counted.records).toBe(820);
  });
});

describe('batches of traces', () => {
  const addSpans = (spool: Spool, i: number, waterfalls: number): Promise<void> =>
    spool.append({ payload: payload(i), records: 0, signal: 'traces', waterfalls });

  it('say what they are and how many waterfalls they hold, also after a restart', async () => {
    const first = start();
    await fill(first, 2);
    await addSpans(first, 3, 4);
    await addSpans(first, 4, 1);
    expect(first.totals()).toMatchObject({ batches: 4, records: 3, waterfalls: 5 });
    await first.close();
    const second = start();
    expect(second.totals()).toMatchObject({ batches: 4, records: 3, waterfalls: 5 });
    const group = second.peek({ batches: 9, bytes: Infinity });
    expect(group?.signals).toEqual(['metrics', 'metrics', 'traces', 'traces']);
    const source = group?.batchKey.replace(/:1-4$/, '');
    expect(group?.tracesBatchKey).toBe(`${source}.traces:1-4`);
    // Of five waterfalls the server did not take at least three spans.
    expect(second.commit(3)).toEqual({ batches: 4, records: 3, waterfalls: 2 });
    expect(second.ledger.totals).toEqual({ rejected: { batches: 0, records: 0, waterfalls: 3 } });
    expect(second.totals()).toMatchObject({ batches: 0, records: 0 });
    expect(second.totals().waterfalls ?? 0).toBe(0);
  });

  it('are counted with their waterfalls when they are refused or dropped, over a crash too', async () => {
    const first = start();
    await addSpans(first, 1, 2);
    first.peek();
    first.reject('rejected');
    await addSpans(first, 2, 3);
    await first.close();
    const second = start();
    expect(second.ledger.startReport()?.losses).toEqual({
      rejected: { batches: 1, records: 0, waterfalls: 2 },
    });
    await addSpans(second, 3, 4);
    for (let i = 0; i < 300; i++) {
      await second.append({ payload: payload(i, 32 * 1024), records: 1 });
    }
    // The three of the agent before may have reached the server, so they still wait.
    expect(second.ledger.totals['spool_full']?.waterfalls).toBe(4);
    expect(second.peek()?.waterfalls).toBe(3);
  });

  it.each([
    ['in its body', 70, 'right away'],
    ['in its header', 10, 'with its segment'],
  ])('are counted with their waterfalls when a byte %s is bad, %s', async (_where, at) => {
    const spool = start(SMALL_BYTES);
    await addSpans(spool, 1, 3);
    const file = join(dir, segments()[0] as string);
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] as number) ^ 0xff;
    writeFileSync(file, bytes);
    // Until the segment is full and the next one begun.
    for (let i = 2; segments().length < 2; i++) {
      await spool.append({ payload: payload(i, 8 * 1024), records: 1 });
    }
    expect(drain(spool).every(({ waterfalls }) => waterfalls === 0)).toBe(true);
    const { batches, records, waterfalls } = spool.ledger.totals['spool_corrupt'] ?? {};
    expect([batches, records, waterfalls]).toEqual([1, 0, 3]);
  });

  it('a frame of an earlier version is one of metrics', () => {
    const frame = Buffer.from(EARLIER_FRAME, 'hex');
    expect(readHeader(frame, 0)).toMatchObject({ seq: 5, signal: 'metrics', waterfalls: 0 });
    const opened = openFrame(frame, Buffer.alloc(32, 7), '0123456789abcdef');
    expect(opened?.toString()).toBe('a window of earlier');
    // And one of metrics is the same today, byte for byte.
    const fields = { seq: 5, records: 3, recordsBefore: 11, keyHash: Buffer.alloc(8, 9) };
    const today = encodeFrame(
      Buffer.alloc(32, 7),
      '0123456789abcdef',
      { ...fields, isLossReport: false, signal: 'metrics', waterfalls: 0 },
      Buffer.from('a window of earlier'),
    );
    expect(today.subarray(0, 48).toString('hex')).toBe(frame.subarray(0, 48).toString('hex'));
  });
});
