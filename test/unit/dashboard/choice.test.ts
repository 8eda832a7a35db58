import { describe, expect, it } from 'vitest';
import { readChoice, writeChoice } from '../../../src/dashboard/format/choice.js';

const KEYS = ['calls', 'p95Us', 'share'];

describe('a choice of columns in the URL', () => {
  it('is the defaults until something was chosen, and leaves the URL short', () => {
    expect(readChoice(null, KEYS, ['calls'])).toEqual(['calls']);
    expect(writeChoice(['calls'], KEYS, ['calls'])).toBe('');
  });

  it('survives writing and reading, in the order of the columns', () => {
    const text = writeChoice(['share', 'calls'], KEYS, ['calls']);
    expect(text).toBe('calls,share');
    expect(readChoice(text, KEYS, ['calls'])).toEqual(['calls', 'share']);
  });

  it('can be none at all', () => {
    const text = writeChoice([], KEYS, ['calls']);
    expect(text).not.toBe('');
    expect(readChoice(text, KEYS, ['calls'])).toEqual([]);
  });

  it('ignores what is not a column, and a choice of nothing known', () => {
    expect(readChoice('share,__proto__,x', KEYS, ['calls'])).toEqual(['share']);
    expect(readChoice('gone', KEYS, ['calls'])).toEqual(['calls']);
  });
});
