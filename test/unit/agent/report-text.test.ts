import { describe, expect, it } from 'vitest';
import { printable, cut, widthOf } from '../../../src/cli/report/text-width.js';
import {
  formatBytes,
  formatCount,
  formatRate,
  formatShare,
  formatUs,
} from '../../../src/cli/report/units.js';

describe('units', () => {
  it.each([
    [0, '0'],
    [1, '1.00 µs'],
    [812, '812 µs'],
    [999.4, '999 µs'],
    [999.6, '1.00 ms'],
    [12_340, '12.3 ms'],
    [999_600, '1.00 s'],
    [59_000_000, '59.0 s'],
    [99_960_000, '1.67 min'],
    [5_400_000_000, '90.0 min'],
    [7_200_000_000, '2.00 h'],
  ])('%s µs is %s', (us, text) => expect(formatUs(us)).toBe(text));

  it.each([
    [0, '0'],
    [1234, '1,234'],
    [99_999, '99,999'],
    [100_000, '100k'],
    [1_234_567, '1.23M'],
    [5e9, '5.00G'],
  ])('a count of %s is %s', (count, text) => expect(formatCount(count)).toBe(text));

  it.each([
    [0, '0'],
    [0.25, '0.25'],
    [3.14, '3.1'],
    [120.4, '120'],
  ])('a rate of %s is %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.382, '38.2 %'],
    [0.9999, '100 %'],
  ])('a share of %s is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('bytes', () => {
    expect([formatBytes(12), formatBytes(1536), formatBytes(268_435_456)]).toEqual([
      '12 B',
      '1.50 KiB',
      '256 MiB',
    ]);
  });
});

describe('text for a terminal', () => {
  it('cannot steer it', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a?[2Jb c?d');
  });

  it('is cut by columns, not by code units', () => {
    expect(cut('SELECT orders', 8)).toBe('SELECT…');
    expect(cut('注文一覧', 5)).toBe('注文…');
    expect(widthOf('注文一覧')).toBe(8);
    expect(cut('short', 8)).toBe('short');
  });
});
