import { constants } from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import {
  CollectionWriter,
  createCollectionRing,
  takeCollections,
} from '../../../src/aggregate/collection-ring.js';
import { GcWatch } from '../../../src/aggregate/gc-watch.js';
import { GC_TYPES } from '../../../src/core/semconv.js';

const clock = vi.hoisted(() => ({ ms: 1000 }));
vi.mock('../../../src/core/clock.js', () => ({ nowUs: () => clock.ms * 1000 }));

/** A thread that collects this often, with a pulse every 5 s. */
function threadWith(perSecond: number) {
  const state = { perSecond, kind: constants.NODE_PERFORMANCE_GC_MINOR as number, told: 0 };
  let isObserving = false;
  let tell: (entries: { duration: number; detail: unknown }[]) => void = () => undefined;
  const watch = new GcWatch((onEntries) => {
    tell = onEntries;
    return {
      observe: () => void (isObserving = true),
      disconnect: () => void (isObserving = false),
    };
  });
  const collect = (count = 1): void => {
    if (!isObserving) return;
    state.told += count;
    tell(Array<object>(count).fill({ duration: 1.5004, detail: { kind: state.kind } }) as never);
  };
  const run = (seconds: number): void => {
    const endMs = clock.ms + seconds * 1000;
    const stepMs = state.perSecond === 0 ? 5000 : 1000 / state.perSecond;
    let pulseMs = clock.ms + 5000;
    while (clock.ms < endMs - 1e-6) {
      clock.ms += stepMs;
      if (state.perSecond > 0) collect();
      if (clock.ms >= pulseMs - 1e-6) {
        watch.tell();
        pulseMs += 5000;
      }
    }
  };
  const take = () => {
    const seen: Record<string, number> = {};
    let totalUs = 0;
    const times = takeCollections(watch.shared, (type, us) => {
      const name = GC_TYPES[type]!;
      seen[name] = (seen[name] ?? 0) + 1;
      totalUs += us;
    });
    return { ...times, seen, totalUs };
  };
  return { watch, run, collect, take, state };
}

describe('watching collections', () => {
  it('tells every one of a usual app, with its kind and time', () => {
    const { run, take, state } = threadWith(4);
    run(60);
    expect(take()).toEqual({
      observedUs: 60e6,
      unobservedUs: 0,
      seen: { minor: 240 },
      totalUs: 240 * 1500,
    });
    for (const [kind, expected] of [
      [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
      [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
      [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
      [2, 'minor'],
    ] as const) {
      state.kind = kind;
      run(5);
      expect(Object.keys(take().seen)).toEqual([expected]);
    }
  });

  it('says that there was none', () => {
    const { run, take } = threadWith(0);
    run(10);
    expect(take()).toEqual({ observedUs: 10e6, unobservedUs: 0, seen: {}, totalUs: 0 });
    expect(take().observedUs).toBe(0);
  });

  it.each([8, 30, 400])(
    'of %d a second sees as many as it may, and says in how much of the time',
    (perSecond) => {
      const { run, take, state } = threadWith(perSecond);
      run(600);
      const { observedUs, unobservedUs, seen } = take();
      expect((observedUs + unobservedUs) / 1e6).toBeCloseTo(600, 0);
      expect(state.told).toBeLessThanOrEqual(50 + 600 * 5);
      expect(state.told).toBeGreaterThan(0.75 * 600 * 5);
      const estimate = seen['minor']! / (observedUs / 1e6);
      expect(estimate / perSecond).toBeGreaterThan(0.95);
      expect(estimate / perSecond).toBeLessThan(1.05);

      state.perSecond = 1;
      run(60);
      take();
      run(60);
      expect(take()).toMatchObject({ observedUs: 60e6, unobservedUs: 0 });
    },
  );

  it('pays a burst that comes at once by being silent as long', () => {
    const { run, collect, take, state } = threadWith(0);
    collect(500);
    expect(take().seen).toEqual({});
    run(90);
    expect(take().seen).toEqual({ minor: 499 });
    collect();
    expect(state.told).toBe(500);
    run(10);
    collect();
    expect(state.told).toBe(501);
  });

  it('takes what is no entry for a minor one, and never throws', () => {
    let tell: (entries: never) => void = () => undefined;
    const watch = new GcWatch((onEntries) => {
      tell = onEntries;
      return { observe: () => undefined, disconnect: () => expect.fail('no') };
    });
    expect(() => tell(undefined as never)).not.toThrow();
    tell([{ duration: 2 }] as never);
    clock.ms += 1000;
    watch.tell();
    const seen: number[] = [];
    takeCollections(watch.shared, (type, us) => seen.push(type, us));
    expect(seen).toEqual([GC_TYPES.indexOf('minor'), 2000]);
  });
});

describe('the ring of collections', () => {
  const collections = (count: number) =>
    Array.from({ length: count }, () => ({ type: 1, durationUs: 7 }));

  it('takes a time span whole or not at all, and goes on when it was read', () => {
    const shared = createCollectionRing();
    const writer = new CollectionWriter(shared);
    let count = 0;
    const take = () => takeCollections(shared, () => count++);
    expect(writer.observed(collections(3000), 1000)).toBe(true);
    expect(writer.observed(collections(3000), 1000)).toBe(false);
    expect(writer.unobserved(500)).toBe(true);
    expect(take()).toEqual({ observedUs: 1000, unobservedUs: 500 });
    expect(count).toBe(3000);
    for (let round = 0; round < 20; round++) {
      expect(writer.observed(collections(3000), 1000)).toBe(true);
      take();
    }
    expect(count).toBe(63_000);
  });

  it('is right across the wrap of its counters', () => {
    const shared = createCollectionRing();
    new Int32Array(shared, 0, 2).fill(2 ** 31 - 5);
    const writer = new CollectionWriter(shared);
    const seen: number[] = [];
    for (let round = 0; round < 3; round++) {
      expect(writer.observed(collections(4), 3.4)).toBe(true);
      expect(takeCollections(shared, (_, us) => seen.push(us)).observedUs).toBe(3);
    }
    expect(seen).toEqual(Array(12).fill(7));
  });
});
