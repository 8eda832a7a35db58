import { describe, expect, it } from 'vitest';
import { pointsOfLines, stackColumns, unbroken } from '../../../src/dashboard/format/chart-data.js';
import { formatByteRate, formatBytes } from '../../../src/dashboard/format/bytes.js';
import { splitUnit } from '../../../src/dashboard/format/duration.js';
import { barOf, ticksOf } from '../../../src/dashboard/format/waterfall.js';

describe('lines with gaps', () => {
  it('are stacked with a gap where nothing was measured', () => {
    expect(
      stackColumns([
        [1, 2, 3],
        [1, null, 3],
        [10, null, null],
      ]),
    ).toEqual([
      [1, 2, 3],
      [11, null, 3],
      [10, null, null],
    ]);
  });

  it('are told apart by their runs', () => {
    expect(unbroken([null, 1, 2, null, 0])).toEqual([
      { from: 1, values: [1, 2] },
      { from: 4, values: [0] },
    ]);
  });

  it('are no points when none was measured', () => {
    expect(pointsOfLines([1, 2], [[null, null]])).toEqual([]);
    expect(pointsOfLines([1, 2], [[null, 5], [7]])).toEqual([
      { timeMs: 1, values: [null, 7] },
      { timeMs: 2, values: [5, null] },
    ]);
  });
});

it('sets the unit of bytes and rates apart', () => {
  expect(splitUnit(formatBytes(1536))).toEqual({ value: '1.50', unit: 'KiB' });
  expect(splitUnit(formatByteRate(12))).toEqual({ value: '12', unit: 'B/s' });
});

describe('a waterfall', () => {
  it('keeps each bar visible and within the track', () => {
    expect(barOf(500, 250, 1000)).toEqual({ left: 50, width: 25 });
    expect(barOf(1000, 0, 1000)).toEqual({ left: 99.7, width: 0.3 });
    expect(barOf(-5, 2000, 1000)).toEqual({ left: 0, width: 100 });
  });

  it.each([1, 37, 999, 1000, 870_000, 61_000_000])('has few round ticks in %i µs', (lengthUs) => {
    const ticks = ticksOf(lengthUs);
    expect(ticks[0]).toBe(0);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks.at(-1)).toBeLessThan(lengthUs);
  });
});
