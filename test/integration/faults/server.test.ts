/** Servers that are slow, broken or busy. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../agent-fixtures.js';
import { expectAccounted, expectBalanced } from './books.js';
import type { Fault } from './front.js';
import { Rig } from './rig.js';
import { Runtime } from './runtime.js';
import { TcpRelay } from './tcp-relay.js';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe('a server that', () => {
  it.each<[string, Fault]>([
    ['answers garbage', 'garbage'],
    ['resets the connection', 'reset'],
    ['answers 500', { status: 500 }],
    [
      'answers 503 from a load balancer',
      { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>' },
    ],
    ['answers 429', { status: 429 }],
    ['stores the batch and loses its answer', 'lose-answer'],
    ['stores the batch and cuts its answer', 'cut-answer'],
  ])('%s every other time: everything is counted once', async (_name, fault) => {
    rig.front.script = (count) => (count % 2 === 1 ? fault : undefined);
    const agent = await rig.agent();
    const runtime = rig.runtime('shop');
    for (let i = 0; i < 8; i++) runtime.window();
    const books = await rig.settled();
    expect(books).toEqual({
      committed: runtime.recorded,
      byService: { shop: runtime.recorded },
      dropped: {},
    });
    expect(rig.front.requests).toBeGreaterThan(1);
    expectBalanced(agent.status());
  });

  it('answers 429 with Retry-After is left alone that long', async () => {
    rig.front.script = (count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
    await rig.agent();
    const begun = performance.now();
    rig.runtime('shop').window();
    await until(() => rig.front.requests === 1, 'the server was asked');
    await rig.settled();
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    expect(rig.front.requests).toBe(2);
  });

  it('sends one byte a second is given up after the deadline of the attempt, and asked again', async () => {
    rig.front.script = (count) => (count <= 2 ? 'drip-answer' : undefined);
    const agent = await rig.agent(
      {},
      {
        retry: { firstMs: 20, maxMs: 100 },
        gatherMs: 20,
        attemptMs: 1_500,
      },
    );
    rig.runtime('shop').window();
    await until(() => agent.status().uplink.consecutiveFailures > 0, 'an attempt fails');
    expect(agent.status().uplink.lastFailure).toBe('TIMEOUT');
    const books = await rig.settled();
    // Stored three times over, counted once.
    expect(rig.front.requests).toBe(3);
    expect(books.dropped).toEqual({});
  });

  it('is reached over a line of one byte a second: nothing is lost, and it goes on when the line is well', async () => {
    const relay = await new TcpRelay(rig.front.port).start();
    relay.bytesPerSecond = 1;
    const agent = await rig.agent({ serverUrl: `https://localhost:${relay.port}` });
    const runtime = rig.runtime('shop');
    for (let i = 0; i < 3; i++) runtime.window();
    await rig.handedOver();
    await until(() => agent.status().uplink.consecutiveFailures > 0, 'an attempt fails');
    expect(agent.status().uplink.lastFailure).toBe('TIMEOUT');
    const { counts } = agent.status();
    expectAccounted(rig.recorded, await rig.books(), counts.spooled.records);
    relay.bytesPerSecond = Infinity;
    await rig.settled();
    await rig.stopAgents();
    await relay.close();
  });
});

describe('the same batch', () => {
  it('delivered twice to the agent and twice to the server is counted once, over restarts of both', async () => {
    // The server stores each batch, and its first answer is lost: the agent sends it again.
    rig.front.script = (count) => (count % 2 === 1 ? 'lose-answer' : undefined);
    await rig.agent();
    const runtime = rig.runtime('shop');
    for (let i = 0; i < 4; i++) runtime.window();
    const before = await rig.settled();
    // Each upload twice, however many batches travelled together.
    expect(rig.front.requests).toBeGreaterThanOrEqual(2);
    expect(rig.front.requests % 2).toBe(0);
    await rig.stopAgents();
    await rig.server.stop();
    await rig.startServer();
    rig.front.script = () => undefined;
    const agent = await rig.agent();
    // A runtime that never got its acknowledgements sends everything again under the same keys.
    const repeat = new Runtime(rig.socketPath, 'shop', runtime.instanceId);
    for (let i = 0; i < 4; i++) repeat.window();
    await until(() => repeat.delivered, 'the agent answers');
    repeat.close();
    expect(agent.status().counts).toMatchObject({ duplicates: 4, received: { batches: 0 } });
    expect(await rig.books()).toEqual(before);
  });
});
