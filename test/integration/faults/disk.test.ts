/** A full disk under `retrace agent`: a small tmpfs where mounting is allowed, a quota everywhere. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { ROOT } from '../../helpers/child.js';
import { until } from '../agent-fixtures.js';
import { sumOf } from './books.js';
import { Rig } from './rig.js';

const QUOTA = join(ROOT, 'test/fixtures/faults/quota.cjs');
const DISK_BYTES = 1024 * 1024;
let rig: Rig;
let mounted: string | undefined;

beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(async () => {
  for (const runtime of rig.runtimes) runtime.close();
  await rig.stopProcesses();
  if (mounted !== undefined) execFileSync('umount', [mounted]);
  mounted = undefined;
  await rig.close();
});

function mountSpool(context: TestContext): void {
  mkdirSync(rig.spoolDir, { recursive: true, mode: 0o700 });
  const options = `size=${DISK_BYTES},mode=700`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', rig.spoolDir], {
      stdio: 'ignore',
    });
  } catch {
    context.skip('mounting a tmpfs is not allowed here; the quota below is tested instead');
  }
  mounted = rig.spoolDir;
}

function segmentBytes(): number {
  const names = readdirSync(rig.spoolDir).filter((name) => name.endsWith('.seg'));
  return names.reduce((sum, name) => sum + statSync(join(rig.spoolDir, name)).size, 0);
}

/** Fills the disk while the server is away, and lets it come back. */
async function fillAndRecover(startAgent: () => Promise<unknown>): Promise<void> {
  await rig.front.stop();
  await startAgent();
  const runtime = rig.runtime('shop');
  const dropped = async (): Promise<number> =>
    (await rig.status()).counts.dropped['spool_full']?.records ?? 0;
  while ((await dropped()) === 0 || runtime.recorded < 4_000) {
    for (let i = 0; i < 10; i++) runtime.window({ queries: 100, samples: 30 });
    await rig.handedOver();
  }
  // Deleting works on the full disk: it never holds more than it can.
  expect(segmentBytes()).toBeLessThanOrEqual(DISK_BYTES);
  const { counts } = await rig.status();
  expect(counts.spooled.records + sumOf({ full: await dropped() })).toBe(rig.recorded);
  // The oldest went: what is left is the end of the sequence. Then it goes on.
  await rig.front.start();
  const books = await rig.settled(60_000);
  expect(Object.keys(books.dropped)).toEqual(['spool_full']);
  runtime.window();
  expect((await rig.settled()).dropped).toEqual(books.dropped);
}

describe('a full disk', () => {
  it('(tmpfs of 1 MiB) drops the oldest, counts it, and goes on', async (context) => {
    mountSpool(context);
    await fillAndRecover(() => rig.agentProcess());
  });

  it('(quota of 1 MiB) drops the oldest, counts it, and goes on', async () => {
    const env = { RETRACE_TEST_QUOTA_BYTES: String(DISK_BYTES) };
    await fillAndRecover(() => rig.agentProcess(env, QUOTA));
  });

  it('filled by somebody else: runtimes keep their windows, and everything arrives when there is room', async () => {
    const env = { RETRACE_TEST_QUOTA_BYTES: String(DISK_BYTES) };
    await rig.agentProcess(env, QUOTA);
    const filler = join(rig.spoolDir, 'filler');
    writeFileSync(filler, Buffer.alloc(DISK_BYTES));
    const runtime = rig.runtime('shop');
    runtime.window();
    await until(
      async () => ((await rig.status()).refused['unavailable'] ?? 0) > 1,
      'the agent cannot store',
    );
    expect(runtime.delivered).toBe(false);
    rmSync(filler);
    expect((await rig.settled()).dropped).toEqual({});
  });
});
