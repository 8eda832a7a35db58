import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCount, bucketsOf, elapsedMinutes } from '../../../src/server/queries/range.js';
import { pointOf, pointsIn } from '../../../src/server/queries/sparkline.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1_800_000_123_456;

describe('buckets of a range', () => {
  it.each([
    ['1 h', HOUR_MS, 60],
    ['6 h', 6 * HOUR_MS, 60],
    ['24 h', DAY_MS, 3600],
    ['8 days', 8 * DAY_MS, 3600],
    ['30 days', 30 * DAY_MS, 86_400],
  ])('%s', (_name, length, bucketSeconds) => {
    expect(bucketsOf(NOW - length, NOW, NOW, 8).bucketSeconds).toBe(bucketSeconds);
  });

  it('are hours where the minutes are purged, and say so', () => {
    const from = NOW - 9 * DAY_MS;
    const expired = bucketsOf(from, from + HOUR_MS, NOW, 8);
    expect(expired).toMatchObject({ bucketSeconds: 3600, coarseBecause: 'minutes_expired' });
    expect(bucketsOf(NOW - HOUR_MS, NOW, NOW, 8).coarseBecause).toBeUndefined();
    expect(bucketsOf(NOW - DAY_MS, NOW, NOW, 8).coarseBecause).toBe('long_range');
  });

  it('are whole and contain the range', () => {
    fc.assert(
      fc.property(
        fc.nat(400 * DAY_MS),
        fc.integer({ min: 1, max: 400 * DAY_MS }),
        (ago, length) => {
          const from = NOW - ago;
          const range = bucketsOf(from, from + length, NOW, 8);
          const bucketMs = range.bucketSeconds * 1000;
          expect([range.fromMs % bucketMs, range.toMs % bucketMs]).toEqual([0, 0]);
          expect(range.fromMs).toBeLessThanOrEqual(from);
          expect(range.toMs).toBeGreaterThanOrEqual(from + length);
          expect(range.toMs - range.fromMs).toBeLessThan(length + 2 * bucketMs);
          expect(bucketCount(range)).toBeLessThanOrEqual(402);
        },
      ),
    );
  });

  it('rates divide by what has passed', () => {
    const range = bucketsOf(NOW - DAY_MS, NOW, NOW, 8);
    expect(elapsedMinutes(range, NOW)).toBeCloseTo((NOW - range.fromMs) / 60_000);
    expect(elapsedMinutes(range, range.fromMs)).toBe(1);
  });
});

describe('sparkline', () => {
  it('keeps every call in few points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 * DAY_MS }), (length) => {
        const range = bucketsOf(NOW - length, NOW, NOW, 8);
        const values = new Array<number>(pointsIn(range)).fill(0);
        const bucketMs = range.bucketSeconds * 1000;
        let calls = 0;
        for (let at = range.fromMs; at < range.toMs; at += bucketMs) {
          values[pointOf(range, at)]! += 2;
          calls += 2;
        }
        expect(values.length).toBeLessThanOrEqual(64);
        expect(values.reduce((a, b) => a + b, 0)).toBe(calls);
        expect(values.every(Number.isInteger)).toBe(true);
      }),
    );
  });
});
