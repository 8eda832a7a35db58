import { describe, expect, it } from 'vitest';
import { matchesVersion } from '../../../src/hook/version-match.js';

describe('matchesVersion', () => {
  it.each([
    ['8.23.1', '>=8.0.0 <9', true],
    ['8.0.0', '>=8.0.0 <9', true],
    ['7.18.2', '>=8.0.0 <9', false],
    ['9.0.0', '>=8.0.0 <9', false],
    ['4.22.3', '^4.21.0', true],
    ['4.20.9', '^4.21.0', false],
    ['5.0.0', '^4.21.0', false],
    ['0.3.9', '^0.3.1', true],
    ['0.4.0', '^0.3.1', false],
    ['0.0.3', '^0.0.3', true],
    ['0.0.4', '^0.0.3', false],
    ['0.9.0', '^0', true],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '~1', true],
    ['6.1.0', '4 || >=6 <7', true],
    ['4.9.9', '4 || >=6 <7', true],
    ['5.0.0', '4 || >=6 <7', false],
    ['8.1.2', '8.x', true],
    ['8.1.2', '8.1.x', true],
    ['8.2.0', '8.1.x', false],
    ['1.2.3', '=1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['2.0.0', '>1', true],
    ['1.9.9', '>1', false],
    ['1.9.9', '<=1', true],
    ['2.0.0', '<=1', false],
    ['3.1.4', '*', true],
    ['3.1.4', '>= 3.0.0 < 4', true],
    ['v20.19.0', '>=20.19.0', true],
    ['20.18.3', '>=20.19.0', false],
    ['5.0.0-beta.1', '>=5.0.0 <6', true],
    ['5.1.0+build.7', '>=5.0.0 <6', true],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(matchesVersion(version, range)).toBe(expected);
  });

  it.each([
    ['', '>=1'],
    ['latest', '>=1'],
    ['1.2.3', 'whatever'],
    ['1.2.3', '>=1 and <2'],
    ['1.2.3', ''],
    ['1.2.3.4', '>=1'],
  ])('what cannot be read does not match: %j in %j', (version, range) => {
    expect(matchesVersion(version, range)).toBe(false);
  });
});
