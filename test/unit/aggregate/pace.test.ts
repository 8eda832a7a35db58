import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/aggregate/pace.js';
import { WAKE_OFFSET_BYTES } from '../../../src/ring/layout.js';
import { ringBytes } from '../../../src/ring/layout.js';

/** Busy for so long. */
function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** ms that a pause takes after `workMs` of work. */
function pauseAfter(pace: Pace, workMs: number): number {
  work(workMs);
  const begun = performance.now();
  pace.pause();
  return performance.now() - begun;
}

describe('pace', () => {
  const ring = new SharedArrayBuffer(ringBytes(1024));

  it('pauses after a stretch of work, and not before', () => {
    const pace = new Pace(ring, () => false);
    pace.begin();
    expect(pauseAfter(pace, 0)).toBeLessThan(0.5);
    expect(pauseAfter(pace, 1)).toBeGreaterThan(0.7);
    expect(pauseAfter(pace, 0)).toBeLessThan(0.5);
  });

  it('looks at the clock at every eighth step', () => {
    const pace = new Pace(ring, () => false);
    pace.begin();
    work(1);
    const begun = performance.now();
    for (let i = 0; i < 7; i++) pace.step();
    expect(performance.now() - begun).toBeLessThan(0.5);
    pace.step();
    expect(performance.now() - begun).toBeGreaterThan(0.7);
  });

  it('pauses sooner while the ring is read', () => {
    const pace = new Pace(ring, () => false);
    const after = (workMs: number): number => {
      pace.begin();
      work(workMs);
      const begun = performance.now();
      pace.piece();
      return performance.now() - begun;
    };
    // The shortest of some: on a busy machine the thread itself may be held up for longer than a piece.
    const shortest = (workMs: number): number =>
      Math.min(...Array.from({ length: 9 }, () => after(workMs)));
    expect(shortest(0)).toBeLessThan(0.5);
    expect(shortest(0.25)).toBeGreaterThan(0.7);
  });

  it('does not pause while somebody waits', () => {
    const pace = new Pace(ring, () => true);
    pace.begin();
    expect(pauseAfter(pace, 2)).toBeLessThan(0.5);
  });

  it('does not pause any more once the ring has called', () => {
    const pace = new Pace(ring, () => false);
    pace.begin();
    Atomics.add(new Int32Array(ring), WAKE_OFFSET_BYTES / 4, 1);
    expect(pauseAfter(pace, 2)).toBeLessThan(0.5);
    pace.begin();
    expect(pauseAfter(pace, 2)).toBeGreaterThan(0.7);
  });

  it('is woken by the ring in the middle of a pause', async () => {
    const call = `const { workerData: [ring, at] } = require('node:worker_threads'); const words = new Int32Array(ring);
      const until = Date.now() + 5000; let woken = 0;
      while (Date.now() < until && woken === 0) { Atomics.add(words, at, 1); woken = Atomics.notify(words, at); Atomics.sub(words, at, 1); }
      require('node:worker_threads').parentPort.postMessage(woken);`;
    const workerData = [ring, WAKE_OFFSET_BYTES / 4];
    const worker = new Worker(call, { eval: true, workerData });
    const answer = new Promise((resolve) => worker.once('message', resolve));
    const pace = new Pace(ring, () => false);
    let woken: unknown;
    void answer.then((count) => (woken = count));
    for (let i = 0; i < 5000 && woken === undefined; i++) {
      pace.begin();
      pauseAfter(pace, 0.5);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(woken).toBe(1);
    await worker.terminate();
  });
});
