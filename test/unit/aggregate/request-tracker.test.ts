import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LIMITS,
  RequestTracker,
  type TrackerLimits,
} from '../../../src/aggregate/request-tracker.js';
import type { RingRecord } from '../../../src/ring/layout.js';

/** Writes down what reaches the sink, one line each. */
function setUp(limits: Partial<TrackerLimits> = {}) {
  const children: { endpoint: number; kind: number; signature: number; durationUs: number }[] = [];
  const requests: number[] = [];
  const components: number[][] = [];
  const repeats: number[][] = [];
  const tracker = new RequestTracker(
    {
      request: (endpoint) => requests.push(endpoint),
      child: (kind, endpoint, signature, _source, _status, _error, durationUs) =>
        children.push({ endpoint, kind, signature, durationUs }),
      components: (...numbers) => components.push(numbers),
      repeated: (...numbers) => repeats.push(numbers),
    },
    { ...DEFAULT_LIMITS, ...limits },
  );
  return { tracker, children, requests, components, repeats };
}

function record(
  kind: 1 | 2 | 3,
  requestId: number,
  signatureId: number,
  startUs: number,
  durationUs: number,
): RingRecord {
  return {
    kind,
    requestId,
    signatureId,
    startUs,
    durationUs,
    status: 200,
    sourceId: 3,
    errorId: 0,
  };
}

describe('request tracker', () => {
  it('attributes children to the endpoint that turns out at the end, and splits the time', () => {
    const { tracker, children, components } = setUp();
    tracker.take(record(2, 7, 20, 100, 50));
    tracker.take(record(2, 7, 21, 120, 80)); // overlaps the first: database 100 … 200
    tracker.take(record(3, 7, 30, 180, 40)); // web service 180 … 220
    expect(children).toEqual([]);
    tracker.take(record(1, 7, 10, 90, 200)); // 90 … 290
    expect(children.map((child) => child.endpoint)).toEqual([10, 10, 10]);
    expect(components).toEqual([[10, 100, 40, 200 - 120]]);
    expect(tracker.pendingChildren).toBe(0);
  });

  it('counts what belongs to no request at once', () => {
    const { tracker, children } = setUp();
    tracker.take(record(2, 0, 20, 0, 5));
    expect(children).toMatchObject([{ endpoint: 0, signature: 20 }]);
  });

  it('finds the endpoint for a child that ends after its request', () => {
    const { tracker, children } = setUp();
    tracker.take(record(1, 7, 10, 0, 100));
    tracker.take(record(3, 7, 30, 50, 500));
    expect(children).toMatchObject([{ endpoint: 10, signature: 30 }]);
  });

  it('names queries that ran five times or more in one request, never calls or “Other”', () => {
    const { tracker, repeats } = setUp();
    for (let i = 0; i < 6; i++) tracker.take(record(2, 7, 20, i, 1));
    for (let i = 0; i < 4; i++) tracker.take(record(2, 7, 21, i, 1));
    for (let i = 0; i < 9; i++) tracker.take(record(3, 7, 22, i, 1));
    for (let i = 0; i < 9; i++) tracker.take(record(2, 7, 1, i, 1));
    tracker.take(record(1, 7, 10, 0, 100));
    expect(repeats).toEqual([[10, 20, 3, 6]]);
  });

  it('lets the children of a long-lived request go, and still splits its time at the end', () => {
    const { tracker, children, components, repeats } = setUp({ longRequestUs: 1000 });
    for (let i = 0; i < 6; i++) tracker.take(record(2, 7, 20, i * 10, 5));
    tracker.sweep(900);
    expect(children).toEqual([]);
    tracker.sweep(1100);
    expect(children.map((child) => child.endpoint)).toEqual([0, 0, 0, 0, 0, 0]);
    // Still open: further children are counted at once.
    for (let i = 0; i < 600; i++) tracker.take(record(2, 7, 20, 2000 + i * 10, 5));
    expect(children).toHaveLength(606);
    tracker.take(record(1, 7, 10, 0, 10_000));
    expect(components).toEqual([[10, 606 * 5, 0, 10_000 - 606 * 5]]);
    expect(repeats).toEqual([]);
  });

  it('never counts covered time twice when an interval arrives that began before the last settling', () => {
    const { tracker, components } = setUp({ longRequestUs: 100 });
    tracker.take(record(2, 7, 20, 0, 200));
    tracker.sweep(300);
    tracker.take(record(2, 7, 20, 100, 300)); // 100 … 400, of which 100 … 200 is settled
    tracker.take(record(1, 7, 10, 0, 1000));
    expect(components).toEqual([[10, 400, 0, 600]]);
  });

  it('stays within its bounds and lets the oldest go first', () => {
    const { tracker, children } = setUp({ maxPendingChildren: 10, maxOpenRequests: 3 });
    for (let id = 1; id <= 5; id++) tracker.take(record(2, id, 100 + id, 0, 1));
    expect(children.map((child) => child.signature)).toEqual([101, 102]);
    for (let i = 0; i < 20; i++) tracker.take(record(2, 5, 200, 0, 1));
    expect(tracker.pendingChildren).toBeLessThanOrEqual(10);
  });

  it('counts open requests’ children without an endpoint at exit, and no request that has not ended', () => {
    const { tracker, children, requests } = setUp();
    tracker.take(record(2, 7, 20, 0, 1));
    tracker.releaseAll();
    expect(children).toMatchObject([{ endpoint: 0 }]);
    expect(requests).toEqual([]);
  });

  it('passes every record on exactly once, whatever comes in whichever order', () => {
    const anyRecord = fc.record({
      kind: fc.constantFrom<1 | 2 | 3>(1, 2, 2, 2, 3),
      requestId: fc.integer({ min: 0, max: 12 }),
      signatureId: fc.integer({ min: 1, max: 4 }),
      startUs: fc.integer({ min: 0, max: 2000 }),
      durationUs: fc.integer({ min: 0, max: 500 }),
    });
    const steps = fc.array(
      fc.oneof({ weight: 9, arbitrary: anyRecord }, fc.integer({ min: 0, max: 5000 })),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (list, bound) => {
        const { tracker, children, requests, components } = setUp({
          longRequestUs: 800,
          maxPendingChildren: bound,
          maxOpenRequests: 1 + (bound % 5),
        });
        const sent = { requests: 0, children: 0, childUs: 0 };
        for (const step of list) {
          if (typeof step === 'number') {
            tracker.sweep(step);
            continue;
          }
          tracker.take({ ...step, status: 0, sourceId: 0, errorId: 0 });
          if (step.kind === 1) sent.requests++;
          else {
            sent.children++;
            sent.childUs += step.durationUs;
          }
          expect(tracker.pendingChildren).toBeLessThanOrEqual(bound);
        }
        tracker.releaseAll();
        expect(requests).toHaveLength(sent.requests);
        expect(components).toHaveLength(sent.requests);
        expect(children).toHaveLength(sent.children);
        expect(children.reduce((sum, child) => sum + child.durationUs, 0)).toBe(sent.childUs);
        expect(tracker.pendingChildren).toBe(0);
      }),
    );
  });
});
