import { describe, expect, it, vi } from 'vitest';
import {
  awaitGroupFlush,
  createThreadGroup,
  requestGroupFlush,
  ThreadPlace,
} from '../../../src/aggregate/thread-group.js';

/** How long the main thread would wait, ms. */
function waited(group: SharedArrayBuffer, limitMs: number): number {
  const start = performance.now();
  awaitGroupFlush(group, { left: () => start + limitMs - performance.now() });
  return performance.now() - start;
}

describe('thread group', () => {
  it('waits for nobody when there is nobody, or all have left', () => {
    const group = createThreadGroup();
    requestGroupFlush(group);
    expect(waited(group, 1000)).toBeLessThan(500);
    ThreadPlace.take(group)?.leave();
    requestGroupFlush(group);
    expect(waited(group, 1000)).toBeLessThan(500);
  });

  it('waits until each has answered this request, and no longer than allowed', () => {
    const group = createThreadGroup();
    const places = [ThreadPlace.take(group)!, ThreadPlace.take(group)!];
    expect(places[0]!.requested()).toBeUndefined();
    requestGroupFlush(group);
    const sequence = places[0]!.requested()!;
    places[0]!.acknowledge(sequence);
    expect(places[0]!.requested()).toBeUndefined();
    expect(waited(group, 40)).toBeGreaterThanOrEqual(39);
    places[1]!.acknowledge(sequence);
    expect(waited(group, 1000)).toBeLessThan(500);
  });

  it('does not wait for a worker that went without a word, and gives its place away', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const group = createThreadGroup();
      let taken = 0;
      while (ThreadPlace.take(group) !== undefined) taken++;
      expect(taken).toBeGreaterThanOrEqual(16);
      vi.setSystemTime(Date.now() + 10_000);
      requestGroupFlush(group);
      expect(waited(group, 1000)).toBeLessThan(500);
      expect(ThreadPlace.take(group)).toBeDefined();
    } finally {
      vi.useRealTimers();
    }
  });
});
