import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeliveryQueue, type SendResult } from '../../../src/transport/delivery-queue.js';

function setUp(maxBytes = 1000) {
  const sent: number[] = [];
  const dropped: [string, string][] = [];
  const state: { answer: SendResult | Promise<SendResult>; failing: number } = {
    answer: 'delivered',
    failing: 0,
  };
  const queue = new DeliveryQueue<string>({
    maxBytes,
    send: (sequence) => {
      sent.push(sequence);
      return Promise.resolve(state.answer);
    },
    onDropped: (account, reason) => dropped.push([account, reason]),
    onFailing: () => state.failing++,
  });
  const add = (name: string, bytes = 100): void => queue.add(new Uint8Array(bytes), name);
  return { queue, add, sent, dropped, state };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('delivery queue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('delivers in order, one at a time', async () => {
    const { queue, add, sent, state } = setUp();
    let finish: (result: SendResult) => void = () => undefined;
    state.answer = new Promise((resolve) => (finish = resolve));
    add('a');
    add('b');
    await settle();
    expect(sent).toEqual([1]);
    state.answer = 'delivered';
    finish('delivered');
    await settle();
    expect(sent).toEqual([1, 2]);
    expect(queue.isEmpty).toBe(true);
    expect(queue.bytes).toBe(0);
  });

  it('tries again, at least every five seconds, with the same sequence, and says once per try that it fails', async () => {
    const { queue, add, sent, state } = setUp();
    state.answer = 'failed';
    add('a');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(state.failing).toBe(0);
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeLessThan(120);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.failing).toBeGreaterThan(0);
    state.answer = 'delivered';
    await vi.advanceTimersByTimeAsync(5001);
    expect(queue.isEmpty).toBe(true);
    expect(new Set(sent)).toEqual(new Set([1]));
  });

  it('drops the oldest past its bound, keeps the newest and names the loss', async () => {
    const { queue, add, dropped, state } = setUp(250);
    state.answer = 'failed';
    for (const name of ['a', 'b', 'c', 'd']) {
      add(name);
      await settle();
    }
    expect(dropped).toEqual([
      ['a', 'backlog'],
      ['b', 'backlog'],
    ]);
    add('larger than the bound', 400);
    expect(dropped).toHaveLength(4);
    expect(queue.close().map((batch) => batch.account)).toEqual(['larger than the bound']);
  });

  it('never drops the batch in flight: it may be arriving', async () => {
    const { add, dropped, state } = setUp(250);
    let finish: (result: SendResult) => void = () => undefined;
    state.answer = new Promise((resolve) => (finish = resolve));
    for (const name of ['in flight', 'b', 'c']) add(name);
    expect(dropped).toEqual([['b', 'backlog']]);
    state.answer = 'delivered';
    finish('delivered');
    await settle();
    expect(dropped).toHaveLength(1);
  });

  it('gives up a batch that is rejected and goes on with the next', async () => {
    const { add, sent, dropped, state } = setUp();
    state.answer = 'rejected';
    add('a');
    await settle();
    state.answer = 'delivered';
    add('b');
    await settle();
    expect(dropped).toEqual([['a', 'rejected']]);
    expect(sent).toEqual([1, 2]);
  });

  it('keeps peeked batches for the agent, shows each once meanwhile, and delivers them all when it is back', async () => {
    const { queue, add, sent, state } = setUp();
    state.answer = 'peeked';
    add('a');
    add('b');
    await settle();
    expect(sent).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([1, 2, 1]);
    add('c');
    state.answer = 'delivered';
    await vi.advanceTimersByTimeAsync(5001);
    expect(queue.isEmpty).toBe(true);
    expect(new Set(sent.slice(3))).toEqual(new Set([1, 2, 3]));
  });

  it('hands everything undelivered over at its close and sends nothing more', async () => {
    const { queue, add, sent, state } = setUp();
    state.answer = 'failed';
    add('a');
    add('b');
    await settle();
    const before = sent.length;
    expect(queue.close().map((batch) => batch.sequence)).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(before);
  });

  it('goes on with the rest when the process lives on', async () => {
    const { queue, add, sent, state } = setUp();
    state.answer = 'failed';
    add('a');
    queue.close();
    add('b');
    add('c');
    queue.reopen(2);
    state.answer = 'delivered';
    await vi.advanceTimersByTimeAsync(5000);
    expect(queue.isEmpty).toBe(true);
    expect(sent).toEqual([1, 3]);
  });
});
