import { describe, expect, it } from 'vitest';
import {
  formatApdex,
  formatThreshold,
  rateApdex,
  readThreshold,
} from '../../../src/dashboard/format/apdex.js';
import { changeOf, formatChange } from '../../../src/dashboard/format/change.js';
import { depthOf, maxCount, moveCell, trimBands } from '../../../src/dashboard/format/heatmap.js';

describe('Apdex', () => {
  it('is rated as its specification does', () => {
    const words = [1, 0.94, 0.93, 0.85, 0.7, 0.5, 0.49, 0].map((score) => rateApdex(score).word);
    expect(words).toEqual([
      'Excellent',
      'Excellent',
      'Good',
      'Good',
      'Fair',
      'Poor',
      'Unacceptable',
      'Unacceptable',
    ]);
    expect(rateApdex(null).level).toBe('none');
  });

  it('is 1.00 only when all are satisfied', () => {
    expect([1, 0.9999, 0.7, null].map(formatApdex)).toEqual(['1.00', '0.99', '0.70', '–']);
  });

  it('takes whole milliseconds from 1 to 60000', () => {
    expect(['500', ' 1 ', '60000'].map(readThreshold)).toEqual([500, 1, 60_000]);
    for (const text of ['', '0', '60001', '1.5', 'fast', '-3']) {
      expect(readThreshold(text)).toBeUndefined();
    }
    expect([500, 1500, 60_000].map(formatThreshold)).toEqual(['500 ms', '1.5 s', '60 s']);
  });
});

describe('changes', () => {
  it('are said in percent, and in times from twice on', () => {
    const cases: [number, number, string][] = [
      [100, 100, '±0%'],
      [125, 100, '+25%'],
      [50, 100, '−50%'],
      [0, 100, '−100%'],
      [340, 100, '3.4×'],
      [123_400, 100, '1,234×'],
      [5, 0, '–'],
    ];
    for (const [now, before, text] of cases) expect(formatChange(changeOf(now, before))).toBe(text);
  });
});

describe('the heatmap', () => {
  const heatmap = {
    fromMs: 0,
    stepMs: 60_000,
    boundsUs: [1, 2, 4, 8, 16],
    counts: [
      [0, 3, 0, 0],
      [0, 0, 9, 0],
    ],
  };

  it('loses empty bands at both ends and no call', () => {
    const trimmed = trimBands(heatmap);
    expect(trimmed).toMatchObject({
      boundsUs: [2, 4, 8],
      counts: [
        [3, 0],
        [0, 9],
      ],
    });
    expect(maxCount(trimmed)).toBe(9);
    expect(trimBands({ ...heatmap, counts: [[0, 0, 0, 0]] }).counts).toEqual([]);
  });

  it('shows one call among thousands, and more calls deeper', () => {
    expect(depthOf(0, 10_000)).toBe(0);
    expect(depthOf(1, 10_000)).toBeGreaterThan(0.1);
    expect(depthOf(100, 10_000)).toBeGreaterThan(depthOf(10, 10_000));
    expect(depthOf(10_000, 10_000)).toBeCloseTo(1);
    expect(depthOf(1, 1)).toBe(1);
  });

  it('is walked with the arrow keys and not left by them', () => {
    const trimmed = trimBands(heatmap);
    const at = { column: 0, band: 0 };
    expect(moveCell(at, 'ArrowRight', trimmed)).toEqual({ column: 1, band: 0 });
    expect(moveCell(at, 'ArrowUp', trimmed)).toEqual({ column: 0, band: 1 });
    expect(moveCell(at, 'ArrowLeft', trimmed)).toEqual(at);
    expect(moveCell(at, 'ArrowDown', trimmed)).toEqual(at);
    expect(moveCell(at, 'End', trimmed)).toEqual({ column: 1, band: 0 });
    expect(moveCell(at, 'a', trimmed)).toBeUndefined();
  });
});
