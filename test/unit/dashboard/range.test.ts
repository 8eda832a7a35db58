import { describe, expect, it } from 'vitest';
import {
  chartColumns,
  settledValues,
  stackColumns,
} from '../../../src/dashboard/format/chart-data.js';
import {
  readRange,
  refreshIntervalMs,
  resolveRange,
  rangeSearch,
  writeRange,
  zoomRange,
} from '../../../src/dashboard/format/range.js';

const MINUTE = 60_000;
const T = Date.parse('2026-01-05T10:00:00Z');

describe('the range in the URL', () => {
  it('survives the way there and back, beside other parameters', () => {
    const params = new URLSearchParams('q=a&sort=-calls&range=1h');
    const absolute = { kind: 'absolute', fromMs: T, toMs: T + 5 * MINUTE } as const;
    const written = writeRange(params, absolute);
    expect(written.toString()).toBe(
      'q=a&sort=-calls&from=2026-01-05T10%3A00%3A00Z&to=2026-01-05T10%3A05%3A00Z',
    );
    expect(readRange(written)).toEqual(absolute);
    expect(readRange(writeRange(written, { kind: 'relative', key: '7d' }))).toEqual({
      kind: 'relative',
      key: '7d',
    });
    expect(rangeSearch(written)).toBe('?from=2026-01-05T10%3A00%3A00Z&to=2026-01-05T10%3A05%3A00Z');
    expect(rangeSearch(new URLSearchParams('q=a'))).toBe('');
  });

  it('reads nonsense as the default', () => {
    for (const text of [
      '',
      'range=2h',
      'range=constructor',
      'from=x&to=y',
      'from=2026-01-02&to=2026-01-01',
      'from=2026-01-01',
    ]) {
      expect(readRange(new URLSearchParams(text))).toEqual({ kind: 'relative', key: '1h' });
    }
  });

  it('widens less than a bucket to one', () => {
    const params = new URLSearchParams({
      from: '2026-01-05T10:00:00Z',
      to: '2026-01-05T10:00:05Z',
    });
    expect(readRange(params)).toEqual({ kind: 'absolute', fromMs: T, toMs: T + MINUTE });
  });

  it('moves a relative range with the clock, and asks for the past only once', () => {
    expect(resolveRange({ kind: 'relative', key: '15m' }, T)).toEqual({
      fromMs: T - 15 * MINUTE,
      toMs: T,
    });
    const past = { kind: 'absolute', fromMs: T, toMs: T + MINUTE } as const;
    expect(refreshIntervalMs(past, T + 2 * MINUTE)).toBe(false);
    expect(refreshIntervalMs(past, T)).toBeGreaterThan(0);
  });

  it('zooms to whole buckets, whichever way the pointer went', () => {
    const zoomed = { kind: 'absolute', fromMs: T, toMs: T + 2 * MINUTE };
    expect(zoomRange(T + 10_000, T + 70_000, 60)).toEqual(zoomed);
    expect(zoomRange(T + 70_000, T + 10_000, 60)).toEqual(zoomed);
    expect(zoomRange(T, T, 60)).toEqual({ kind: 'absolute', fromMs: T, toMs: T + MINUTE });
  });
});

describe('chart columns', () => {
  type Point = { calls: number; errors: number; p95Us: number; timeMs: number };
  const SERIES = [
    { value: (point: Point) => point.calls, empty: 0 as const },
    { value: (point: Point) => point.errors, empty: 0 as const },
    { value: (point: Point) => point.p95Us, empty: null },
  ];
  const stats = { averageUs: 5, p50Us: 4, p95Us: 6, p99Us: 7, maxUs: 8, totalUs: 10 };
  const range = { fromMs: T, toMs: T + 3 * MINUTE, bucketSeconds: 60 as const };

  it('has every bucket: no calls where none came, and a gap in the latency', () => {
    const points = [{ timeMs: T + MINUTE, calls: 2, errors: 1, ...stats }];
    expect(chartColumns(points, range, SERIES)).toEqual([
      [T / 1000, T / 1000 + 60, T / 1000 + 120],
      [0, 2, 0],
      [0, 1, 0],
      [null, 6, null],
    ]);
  });

  it('stacks each series on those after it', () => {
    expect(
      stackColumns([
        [10, 20],
        [1, null],
        [2, 0],
        [4, 8],
      ]),
    ).toEqual([
      [10, 20],
      [7, 8],
      [6, 8],
      [4, 8],
    ]);
  });

  it('leaves out the bucket that is still filling up, and only that', () => {
    expect(settledValues([5, 5, 1], range, T + 2.5 * MINUTE)).toEqual([5, 5]);
    expect(settledValues([5, 5, 1], range, T + 9 * MINUTE)).toEqual([5, 5, 1]);
  });
});
