/** Batches that travel together: added up on the way out, counted once whatever happens to the answers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServicesAnswer } from '../../../src/server/api-types.js';
import { until } from '../agent-fixtures.js';
import { expectBalanced } from './books.js';
import { Rig, SHORT } from './rig.js';
import { encodeWindow, type Runtime } from './runtime.js';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe('batches that travel together', () => {
  it('are counted once when an agent that never got its answer is followed by one that groups them anew', async () => {
    rig.front.script = (count) => (count === 1 ? { status: 503 } : 'lose-answer');
    const first = await rig.agent({}, { ...SHORT, retry: { firstMs: 300, maxMs: 300 } });
    const runtime = rig.runtime('shop');
    for (let i = 0; i < 3; i++) runtime.window();
    await rig.handedOver();
    // Refused once, then stored without an answer: three batches, which the agent will send again as three.
    await until(() => rig.front.requests >= 3, 'stored, and asked again');
    for (let i = 0; i < 2; i++) runtime.window();
    await rig.handedOver();
    expect(first.status().counts.committed.batches).toBe(0);
    await rig.stopAgents();
    // The next agent knows nothing of that and sends all five together.
    const asked = rig.front.requests;
    rig.front.script = () => undefined;
    const second = await rig.agent();
    const books = await rig.settled();
    expect(books.dropped).toEqual({});
    expect(books.committed).toBe(runtime.recorded);
    expect(rig.front.requests - asked).toBeGreaterThan(1);
    expect(second.status().counts.committed.batches).toBe(5);
    expectBalanced(second.status());
  });

  it('that the server refuses for good are told apart: only what it refuses alone is lost', async () => {
    rig.front.script = () => ({ status: 503 });
    await rig.agent();
    const runtime = rig.runtime('shop');
    const records = [1, 2, 3].map(() => runtime.window());
    await rig.handedOver();
    await rig.stopAgents();
    let refused = 0;
    // Together, then one by one: the second of them.
    rig.front.script = () => {
      refused += 1;
      return refused === 1 || refused === 3 ? { status: 400 } : undefined;
    };
    const agent = await rig.agent();
    const lost = await until(() => agent.status().counts.spooled.batches === 0, 'delivered').then(
      () => agent.status().counts.dropped,
    );
    expect(lost).toEqual({ rejected: { batches: 1, records: expect.any(Number) as number } });
    const books = await rig.settled();
    expect(records).toContain(books.dropped.rejected);
  });

  it('of 100 processes of a service make few requests, and still show 100 processes', async () => {
    await rig.agent({}, { ...SHORT, gatherMs: 1_000 });
    const runtimes: Runtime[] = Array.from({ length: 100 }, () => rig.runtime('shop'));
    for (let window = 0; window < 2; window++) {
      for (const runtime of runtimes) {
        runtime.window({ queries: 20, instance: runtime.instanceId });
      }
    }
    const bytes = encodeWindow('shop', 1, { queries: 20 }).body.length * 200;
    const books = await rig.settled(60_000);
    expect(books.byService).toEqual({ shop: rig.recorded });
    expect(rig.front.requests).toBeLessThan(20);
    const status = await rig.status();
    expect(status.counts.committed.batches).toBe(200);
    // One by one they were two hundred requests of some kilobytes.
    expect(status.uplink.sentBytes).toBeLessThan(bytes / 10);
    await rig.server.login();
    const { services } = await rig.server.json<ServicesAnswer>('/api/services');
    expect(services).toHaveLength(1);
    expect(services[0]?.instances).toBe(100);
  });
});
