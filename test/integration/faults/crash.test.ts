/** kill -9 and damaged disks, judged by the server's database. Every byte of a segment: test/unit/agent/spool.test.ts. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../helpers/child.js';
import { until } from '../agent-fixtures.js';
import { expectAccounted } from './books.js';
import { Rig } from './rig.js';
import type { Runtime } from './runtime.js';

const CRASH = join(ROOT, 'test/fixtures/faults/crash-at.cjs');
/** Every operation that changes a file of the spool, in the order of a life; `#n` is its n-th time. */
const OPERATIONS: [string, string[]][] = [
  [
    'lock and key',
    [
      'writeFileSync lock#1',
      'linkSync lock#1',
      'unlinkSync lock#1',
      'writeSync key#1',
      'renameSync key#1',
    ],
  ],
  [
    'state, keys and segment',
    [
      'writeSync state#1',
      'writeSync seen#1',
      'write segment#1',
      'write segment#2',
      'datasync segment#1',
    ],
  ],
  [
    'segment, key and cursor',
    ['datasync segment#2', 'writeSync seen#2', 'writeSync state#1', 'writeSync state#3'],
  ],
  // Between the state that says "removed" and the deletion, and all around it.
  [
    'cursor and deletion',
    ['datasync segment#1', 'fdatasyncSync seen#1', 'fdatasyncSync state#1', 'unlinkSync segment#1'],
  ],
];

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

async function idle(runtime: Runtime): Promise<boolean> {
  if (!runtime.delivered) return false;
  return (await rig.status().catch(() => undefined))?.counts.spooled.batches === 0;
}

function segments(): string[] {
  return readdirSync(rig.spoolDir)
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(rig.spoolDir, name));
}

describe('kill -9', () => {
  it.each<[string, string[]]>(OPERATIONS)(
    'at each operation on %s: nothing acknowledged is lost or counted twice',
    async (_files, points) => {
      const runtime = rig.runtime('shop');
      for (const RETRACE_TEST_CRASH_AT of points) {
        const agent = await rig.agentProcess({ RETRACE_TEST_CRASH_AT }, CRASH);
        // The oldest segment is deleted once the ones of this start are delivered too; each append writes all the rest.
        runtime.window();
        await until(
          async () => agent.process.signalCode !== null || (await idle(runtime)),
          'it is at rest',
        );
        runtime.window();
        await until(() => agent.process.signalCode !== null, `it dies at ${RETRACE_TEST_CRASH_AT}`);
      }
      await rig.agentProcess();
      expect((await rig.settled()).dropped).toEqual({});
    },
  );

  it('while writing, cut off at the ends and inside of each part of a frame: only what was never acknowledged is lost', async () => {
    await rig.front.stop();
    await rig.agent();
    const runtime = rig.runtime('shop');
    let acknowledged = 0;
    let last = 0;
    for (let i = 0; i < 3; i++) {
      last = runtime.window();
      await rig.handedOver();
      acknowledged += last;
    }
    await rig.stopAgents();
    const [path] = segments() as [string];
    const whole = readFileSync(path);
    // The last frame is what was being written; any length of it can have reached the disk.
    const state = readFileSync(join(rig.spoolDir, 'state'));
    const lastFrame = whole.lastIndexOf('RTF1');
    const cuts = [
      0,
      1,
      4,
      47,
      48,
      60,
      61,
      whole.length - lastFrame - 36,
      whole.length - lastFrame - 1,
    ];
    for (const cut of cuts) {
      writeFileSync(path, whole);
      truncateSync(path, lastFrame + cut);
      writeFileSync(join(rig.spoolDir, 'state'), state);
      const agent = await rig.agent();
      expect(agent.status().counts.recovered, `cut ${cut}`).toEqual({
        batches: 2,
        records: acknowledged - last,
      });
      expect(agent.status().counts.dropped).toEqual({});
      await rig.stopAgents();
    }
    // The sender of the torn batch has no acknowledgement: it would send it again. Here it does not.
    await rig.front.start();
    await rig.agent();
    await until(
      async () => (await rig.books()).committed >= acknowledged - last,
      'the rest arrives',
    );
    expectAccounted(acknowledged - last, await rig.books());
  });

  it('with the files beside the segments cut off or overwritten: the agent starts, nothing is counted twice', async () => {
    const runtime = rig.runtime('shop');
    for (const file of ['state', 'seen'] as const) {
      for (const damage of ['empty', 'half', 'noise'] as const) {
        await rig.agent();
        runtime.window();
        await rig.settled();
        await rig.stopAgents();
        const path = join(rig.spoolDir, file);
        const bytes = readFileSync(path);
        if (damage === 'empty') truncateSync(path, 0);
        else if (damage === 'half') truncateSync(path, bytes.length >> 1);
        else writeFileSync(path, bytes.fill(0xa5));
      }
    }
    await rig.agent();
    expect((await rig.settled()).dropped).toEqual({});
  });
});

describe('a segment', () => {
  it('with a flipped byte in any field of a frame is quarantined in part: the rest arrives, the loss is reported', async () => {
    const runtime = rig.runtime('shop');
    let lost = 0;
    // magic, length, seq, records, recordsBefore, key hash, flags, CRC, nonce, sealed, and from the end: trailer.
    for (const at of [0, 5, 9, 17, 25, 33, 40, 45, 50, 70, -1, -6, -14, -22, -30, -34]) {
      await rig.front.stop();
      await rig.agent();
      runtime.window();
      await rig.handedOver();
      const hit = runtime.window();
      await rig.handedOver();
      runtime.window();
      await rig.handedOver();
      await rig.stopAgents();
      const path = segments().at(-1) as string;
      const bytes = readFileSync(path);
      const [first, second, third] = framesOf(bytes);
      expect(first).toBe(0);
      const offset = at >= 0 ? (second as number) + at : (third as number) + at;
      bytes[offset] = (bytes[offset] as number) ^ 0xff;
      writeFileSync(path, bytes);
      await rig.front.start();
      await rig.agent();
      lost += hit;
      const books = await rig.settled();
      expect(books.dropped, `byte ${at}`).toEqual({ spool_corrupt: lost });
      await rig.stopAgents();
    }
    expect(readdirSync(join(rig.spoolDir, 'quarantine')).length).toBeGreaterThan(0);
  });
});

describe('two agents on one spool', () => {
  it('the second refuses with exit code 2, and the first is not disturbed', async () => {
    await rig.agentProcess();
    const runtime = rig.runtime('shop');
    runtime.window();
    await rig.handedOver();
    // Another socket: only the spool is shared.
    const second = await rig.agentProcess({
      RETRACE_AGENT_SOCKET: join(rig.dir, 'b', 'agent.sock'),
    });
    expect(await second.exit).toEqual({ code: 2, signal: null });
    expect(second.stderr()).toMatch(
      /^retrace: RETRACE_SPOOL_DIR: another agent \(pid \d+\) uses this spool\n$/,
    );
    runtime.window();
    expect((await rig.settled()).dropped).toEqual({});
  });
});

/** Where the frames of a segment begin. */
function framesOf(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf('RTF1'); at !== -1; at = bytes.indexOf('RTF1', at + 1))
    found.push(at);
  return found;
}
