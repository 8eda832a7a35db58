import { describe, expect, it } from 'vitest';
import {
  holdOrder,
  matchesFilter,
  readSort,
  sameOrder,
  sortRows,
  writeSort,
} from '../../../src/dashboard/format/table.js';

const rows = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));

describe('sorting', () => {
  it('keeps equal rows in place and puts what has no value last, both ways', () => {
    const values = [
      { v: 1, n: 'a' },
      { v: Number.NaN, n: 'b' },
      { v: 3, n: 'c' },
      { v: 1, n: 'd' },
    ];
    const names = (direction: 'asc' | 'desc'): string =>
      sortRows(values, (row) => row.v, direction)
        .map((row) => row.n)
        .join('');
    expect(names('asc')).toBe('adcb');
    expect(names('desc')).toBe('cadb');
  });

  it('sorts names as people do', () => {
    const sorted = sortRows(['v10', 'V2', 'a'], (name) => name, 'asc');
    expect(sorted).toEqual(['a', 'V2', 'v10']);
  });

  it('reads and writes the URL, and ignores columns there are not', () => {
    const fallback = { key: 'totalUs', direction: 'desc' } as const;
    expect(readSort('-calls', ['calls'], fallback)).toEqual({ key: 'calls', direction: 'desc' });
    expect(readSort('calls', ['calls'], fallback)).toEqual({ key: 'calls', direction: 'asc' });
    expect(readSort('__proto__', ['calls'], fallback)).toEqual(fallback);
    expect(writeSort(fallback)).toBe('-totalUs');
  });
});

describe('filtering', () => {
  it('wants every word, in any order and case', () => {
    expect(matchesFilter('SELECT * FROM orders', 'ORDERS select')).toBe(true);
    expect(matchesFilter('SELECT * FROM orders', 'orders update')).toBe(false);
    expect(matchesFilter('anything', '   ')).toBe(true);
  });
});

describe('standing still', () => {
  it('keeps known rows where they are, appends new ones, drops gone ones', () => {
    const held = holdOrder(rows('n', 'c', 'a'), ['a', 'b', 'c']);
    expect(held).toEqual(rows('a', 'c', 'n'));
    expect(sameOrder(held, rows('n', 'c', 'a'))).toBe(false);
    expect(sameOrder(held, rows('a', 'c', 'n'))).toBe(true);
  });
});
