import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { Spool } from '../../src/agent/spool/spool.js';
import { tempDir } from './agent-fixtures.js';

let dir: string;
let clean: () => void;
let disk: string | undefined;

beforeEach(() => {
  ({ dir, clean } = tempDir());
});
afterEach(() => {
  if (disk !== undefined) execFileSync('umount', [disk]);
  disk = undefined;
  clean();
});

/** A file system of 2 MiB; skips the test where mounting is not allowed. */
function smallDisk(context: TestContext): string {
  const path = join(dir, 'disk');
  mkdirSync(path, { mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch {
    context.skip('mounting a tmpfs is not allowed here');
  }
  disk = path;
  return path;
}

const BIG = 256 * 1024 * 1024;

describe('a full disk', () => {
  it('drops the oldest, counts exactly, goes on, and frees what was delivered', async (context) => {
    const spool = Spool.open(smallDisk(context), BIG);
    const count = 200;
    for (let i = 1; i <= count; i++) {
      await spool.append({ payload: Buffer.alloc(16 * 1024, i), records: i });
    }
    const dropped = spool.ledger.totals['spool_full'];
    expect(dropped?.batches).toBeGreaterThan(0);
    // Not everything at once: most of what the disk holds is still there.
    expect(spool.totals().bytes).toBeGreaterThan(900 * 1024);
    const taken: number[] = [];
    for (let batch = spool.peek(); batch !== undefined; batch = spool.peek()) {
      taken.push(batch.records);
      spool.commit();
    }
    expect(taken.at(-1)).toBe(count);
    expect(taken.length + (dropped?.batches ?? 0)).toBe(count);
    const all = (count * (count + 1)) / 2;
    const records = taken.reduce((sum, own) => sum + own, 0);
    expect(records + (dropped?.records ?? 0)).toBe(all);
    await spool.append({ payload: Buffer.alloc(64 * 1024), records: 1 });
    expect(spool.peek()?.records).toBe(1);
    await spool.close();
  });

  it('filled by somebody else: the sender is told to keep its batch, and it goes on afterwards', async (context) => {
    const path = smallDisk(context);
    const spool = Spool.open(path, BIG);
    await spool.append({ payload: Buffer.alloc(1024), records: 5 });
    try {
      writeFileSync(join(path, 'filler'), Buffer.alloc(4 * 1024 * 1024));
    } catch {
      // It takes what is left: that is the point.
    }
    await expect(
      spool.append({ payload: Buffer.alloc(64 * 1024), records: 7 }),
    ).rejects.toMatchObject({ code: 'ENOSPC' });
    // The older batch made room in vain and is counted; nothing else is.
    expect(spool.ledger.totals).toEqual({ spool_full: { batches: 1, records: 5 } });
    writeFileSync(join(path, 'filler'), '');
    await spool.append({ payload: Buffer.alloc(64 * 1024), records: 7 });
    expect(spool.peek()?.records).toBe(7);
    await spool.close();
  });
});
