/** Long outages and wrong clocks: `retrace agent` as a process of its own, with every pause and deadline of production. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, type Child } from '../../helpers/child.js';
import { until } from '../agent-fixtures.js';
import { expectAccounted } from './books.js';
import { Rig } from './rig.js';

const CLOCK = join(ROOT, 'test/fixtures/faults/clock.cjs');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WINDOW_MS = 10_000;
/** The agent's clock and timers run this many times as fast: its hour takes 30 s. */
const FACTOR = 120;

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe('a server that is away', () => {
  it('for an hour, the agent restarted meanwhile: nothing is lost or counted twice', async () => {
    const startMs = Date.now();
    const hourAgoMs = startMs - HOUR_MS;
    // Starts an hour ago and arrives at the present when the server returns.
    const startAgent = (): Promise<Child> => {
      const offsetMs = (Date.now() - startMs) * (FACTOR - 1) - HOUR_MS;
      return rig.agentProcess({ RETRACE_TEST_CLOCK: `${FACTOR},${offsetMs}` }, CLOCK);
    };
    await rig.front.stop();
    let agent = await startAgent();
    const runtime = rig.runtime('shop');
    const windows = HOUR_MS / WINDOW_MS;
    for (let i = 0; i < windows; i++) {
      const dueMs = startMs + (i * WINDOW_MS) / FACTOR;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - Date.now())));
      runtime.window({ endMs: hourAgoMs + i * WINDOW_MS });
      // Once as an operator does it, once as the kernel does.
      if (i === 120) await agent.stop('SIGTERM');
      if (i === 240) await agent.stop('SIGKILL');
      if (i === 120 || i === 240) agent = await startAgent();
    }
    await rig.handedOver();
    const { counts, uplink } = await rig.status();
    expect(uplink.consecutiveFailures).toBeGreaterThan(5);
    expectAccounted(rig.recorded, await rig.books(), counts.spooled.records);
    expect(counts.spooled.records).toBe(rig.recorded);
    await rig.front.start();
    expect((await rig.settled()).dropped).toEqual({});
  });
});

describe('a clock', () => {
  it('a day ahead and back again: delivery goes on, everything is counted once', async () => {
    const agent = await rig.agentProcess({ RETRACE_TEST_CLOCK: '1,0' }, CLOCK);
    const runtime = rig.runtime('shop');
    const skew = async (skewMs: number): Promise<void> => {
      agent.process.send({ skewMs });
      await until(async () => {
        const { uplink } = await rig.status();
        // A delivery after the jump bears the time of the new clock.
        return Math.abs(uplink.lastSuccessMs - Date.now() - skewMs) < HOUR_MS;
      }, `the agent delivers at ${skewMs} ms`);
    };
    const deliver = async (skewMs: number): Promise<void> => {
      // The runtimes of a host share its clock.
      for (let i = 0; i < 4; i++) runtime.window({ endMs: Date.now() + skewMs + i });
      await rig.handedOver();
    };
    await deliver(0);
    for (const skewMs of [DAY_MS, 0, -DAY_MS, 0]) {
      const moved = skew(skewMs);
      await deliver(skewMs);
      const ticks = setInterval(() => runtime.window({ endMs: Date.now() + skewMs }), 50);
      await moved.finally(() => clearInterval(ticks));
      await rig.settled();
    }
    expect((await rig.settled()).dropped).toEqual({});
    const { counts } = await rig.status();
    expect(counts.dropped).toEqual({});
  });

  it('that jumps while the server is away or asks for a pause does not stop delivery', async () => {
    const agent = await rig.agentProcess({ RETRACE_TEST_CLOCK: '20,0' }, CLOCK);
    // A date in the future of the true clock, and a day in the past of the agent's.
    rig.front.script = (count) =>
      count <= 2
        ? { status: 503, headers: { 'retry-after': new Date(Date.now() + 1000).toUTCString() } }
        : undefined;
    agent.process.send({ skewMs: -DAY_MS });
    rig.runtime('shop').window();
    await until(() => rig.front.requests > 0, 'an attempt was made');
    agent.process.send({ skewMs: DAY_MS });
    await rig.front.stop();
    rig.runtime('other').window();
    await rig.handedOver();
    await rig.front.start();
    await rig.settled();
  });
});
