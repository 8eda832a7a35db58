import { describe, expect, it } from 'vitest';
import { sqlSignatureParts } from '../../../src/signature/sql/signature.js';
import { allPlanted, dialectNames, findLeak, type Planted } from './canary/plant.js';

/** The right dialect, none, and every wrong one. */
const readings = [undefined, ...dialectNames];

describe('planted values', () => {
  it('never survive, whatever the dialect', () => {
    const leaks: string[] = [];
    let statements = 0;
    for (const planted of allPlanted()) {
      for (const dialect of readings) {
        statements++;
        const parts = sqlSignatureParts(planted.text, dialect);
        // The hash is sixteen random digits; that it knows nothing of the values is tested below.
        const piece = findLeak(JSON.stringify({ ...parts, hash: '' }), planted.values);
        if (piece !== undefined)
          leaks.push(`${dialect ?? 'unknown'}: ${planted.text} → ${parts.text}`);
      }
    }
    expect(leaks).toEqual([]);
    expect(statements).toBeGreaterThan(20_000);
  });

  it('do not reach the hash', () => {
    const other = allPlanted(7_000);
    for (const planted of allPlanted()) {
      const twin = other.next().value as Planted;
      for (const dialect of readings) {
        const pair = [planted.text, twin.text].map((text) => sqlSignatureParts(text, dialect));
        expect(pair[1], twin.text).toEqual(pair[0]);
      }
    }
  });

  it('leave signatures that are their own signature', () => {
    const changed: string[] = [];
    for (const planted of allPlanted()) {
      for (const dialect of readings) {
        const once = sqlSignatureParts(planted.text, dialect);
        const twice = sqlSignatureParts(once.text, dialect);
        if (twice.text !== once.text || twice.hash !== once.hash) {
          changed.push(`${dialect ?? 'unknown'}: ${planted.text} → ${once.text} → ${twice.text}`);
        }
      }
    }
    expect(changed).toEqual([]);
  });

  it('reduce no well-formed statement to a bare ?', () => {
    const bare = [...allPlanted()].filter(
      ({ text, dialect }) => sqlSignatureParts(text, dialect).text === '?',
    );
    // Messages of errors, and a text without its head, are the only ones of the list that are no statements.
    expect(bare.filter(({ text }) => !/^(?:duplicate|Key|ERROR|…)/.test(text))).toEqual([]);
  });
});
