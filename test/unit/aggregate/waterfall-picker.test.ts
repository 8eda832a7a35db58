import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LIMITS,
  RequestTracker,
  type TrackerSink,
} from '../../../src/aggregate/request-tracker.js';
import { PICK_LIMITS, WaterfallPicker } from '../../../src/aggregate/waterfall-picker.js';

const NOBODY: TrackerSink = {
  request: () => undefined,
  child: () => undefined,
  components: () => undefined,
  repeated: () => undefined,
};
const HOUR_MS = 3_600_000;
const NOON_MS = 500_000 * HOUR_MS;

/** Requests through the tracker, as in the worker. */
function setUp() {
  const picker = new WaterfallPicker();
  const tracker = new RequestTracker(NOBODY, DEFAULT_LIMITS, picker);
  let lastId = 0;
  const common = { status: 0, sourceId: 3, errorId: 0 };
  const request = (endpointId: number, durationUs: number, childrenUs: readonly number[]): void => {
    const requestId = ++lastId;
    childrenUs.forEach((us, at) =>
      tracker.take({
        ...common,
        kind: 2,
        requestId,
        signatureId: 20,
        startUs: at,
        durationUs: us,
      }),
    );
    tracker.take({
      ...common,
      kind: 1,
      requestId,
      signatureId: endpointId,
      startUs: 0,
      durationUs,
      status: 200,
    });
  };
  /** Ends a window in which everything picked goes out. @returns [endpoint, µs] */
  const cut = (nowMs = NOON_MS): number[][] => {
    const picked = picker.take(nowMs);
    for (const one of picked) picker.sent(one);
    return picked.map(({ endpointId, durationUs }) => [endpointId, durationUs]);
  };
  return { picker, request, cut };
}

describe('the picker of slow requests', () => {
  it('takes the slowest request of each endpoint that has a child, slowest first', () => {
    const { request, cut } = setUp();
    request(10, 500, [1]);
    request(10, 900, [1, 2]);
    request(10, 700, [1]);
    request(11, 2000, [5]);
    request(10, 5000, []);
    request(12, 9000, []);
    expect(cut()).toEqual([
      [11, 2000],
      [10, 900],
    ]);
    expect(cut()).toEqual([]);
  });

  it('has the children of the request that it took, and of no other', () => {
    const { picker, request } = setUp();
    request(10, 500, [1]);
    request(10, 900, [7, 8]);
    request(10, 600, [3, 3, 3]);
    const [picked] = picker.take(NOON_MS);
    expect(picked).toMatchObject({ startUs: 0, durationUs: 900, status: 200, omitted: 0 });
    // start, duration, kind | status << 16, signature, source, error
    expect(picked?.children).toEqual([0, 7, 2, 20, 3, 0, 1, 8, 2, 20, 3, 0]);
  });

  it('takes no more of an endpoint in an hour than its ten slowest and what beats them', () => {
    const { request, cut } = setUp();
    const sent: number[] = [];
    const window = (durationUs: number, nowMs?: number): void => {
      request(10, durationUs, [1]);
      sent.push(...cut(nowMs).map(([, us]) => us as number));
    };
    for (let i = 1; i <= PICK_LIMITS.perEndpointAndHour; i++) window(1000 + i);
    expect(sent).toHaveLength(10);
    for (let i = 0; i < 50; i++) window(1001);
    expect(sent).toHaveLength(10);
    // One that is slower than the fastest of the ten takes its place; from then on 1,002 must be exceeded.
    window(5000);
    window(1002);
    window(1003);
    expect(sent.slice(10)).toEqual([5000, 1003]);
    // What the hour has sent is forgotten when its last window ends.
    cut(NOON_MS + HOUR_MS);
    window(1, NOON_MS + HOUR_MS);
    expect(sent.slice(12)).toEqual([1]);
  });

  it('does not count against an endpoint what was picked and did not go out', () => {
    const { picker, request, cut } = setUp();
    for (let i = 0; i < 30; i++) {
      request(10, 1000, [1]);
      expect(picker.take(NOON_MS)).toHaveLength(1);
    }
    request(10, 10, [1]);
    expect(cut()).toEqual([[10, 10]]);
  });

  it('takes the slowest twenty of all endpoints', () => {
    const { request, cut } = setUp();
    for (let endpoint = 1; endpoint <= 50; endpoint++) request(endpoint, endpoint * 10, [1]);
    // Of an endpoint that was crowded out, a slower one; of one that is in, a slower one.
    request(3, 10_000, [1]);
    request(50, 20_000, [1]);
    request(4, 1, [1]);
    const picked = cut();
    expect(picked).toHaveLength(PICK_LIMITS.perWindow);
    const others = Array.from({ length: 18 }, (_, i) => [49 - i, (49 - i) * 10]);
    expect(picked).toEqual([[50, 20_000], [3, 10_000], ...others]);
    request(7, 5, [1]);
    expect(cut()).toEqual([[7, 5]]);
  });

  it('keeps the 200 longest children of a request and says how many it left out', () => {
    const { picker, request } = setUp();
    request(
      10,
      900,
      Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009),
    );
    const [picked] = picker.take(NOON_MS);
    const durations = (picked?.children ?? []).filter((_, i) => i % 6 === 1);
    const longest = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009)
      .sort((a, b) => b - a)
      .slice(0, PICK_LIMITS.children);
    expect(durations).toEqual(longest);
    expect(picked?.omitted).toBe(800);
  });

  it('gives the same as sorting everything, whatever comes', () => {
    const { request, cut } = setUp();
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const hourly = new Map<number, number[]>();
    for (let window = 0; window < 200; window++) {
      const slowest = new Map<number, number>();
      for (let i = 0; i < 100; i++) {
        const endpoint = 1 + random(40);
        const us = 1 + random(1_000_000);
        request(endpoint, us, [1]);
        const sentUs = hourly.get(endpoint) ?? [];
        if (sentUs.length === 10 && us <= Math.min(...sentUs)) continue;
        slowest.set(endpoint, Math.max(slowest.get(endpoint) ?? 0, us));
      }
      const wanted = [...slowest].sort(([, a], [, b]) => b - a).slice(0, 20);
      expect(cut()).toEqual(wanted);
      for (const [endpoint, us] of wanted) {
        const sentUs = [...(hourly.get(endpoint) ?? []), us].sort((a, b) => b - a);
        hourly.set(endpoint, sentUs.slice(0, 10));
      }
    }
  });
});
