import { describe, expect, it } from 'vitest';
import { joinPatterns, pickPattern, toPattern } from '../../../instrumentations/express/pattern.js';

describe('toPattern', () => {
  it.each([
    ['/a', '/a'],
    [/^\/a/, '/^\\/a/'],
    [['/a'], '/a'],
    [
      ['/a', ['/b', /c/]],
      ['/a', '/b', '/c/'],
    ],
    [undefined, ''],
  ])('%o', (path, expected) => {
    expect(toPattern(path)).toEqual(expected);
  });
});

describe('pickPattern', () => {
  const both = ['/orders/:id', '/orders/new'];
  it.each([
    ['/a/:x', '/whatever', false, '/a/:x'],
    [['/a', '/b/:id'], '/b/7?x=/a', false, '/b/:id'],
    [['/a', '/b/:id'], '/A', false, '/a'],
    [both, '/orders/7', false, '/orders/:id'],
    [both, '/orders/new', false, '/orders/:id|/orders/new'],
    [['/x*', '/y'], '/xyz', false, '/x*|/y'],
    [['/v1', '/v2/:tenant'], '/api/v2/acme', true, '/v2/:tenant'],
  ])('%o of %s', (pattern, path, isMount, expected) => {
    expect(pickPattern(pattern, path, isMount)).toBe(expected);
  });

  it('never answers with a part of the path', () => {
    expect(pickPattern(['/a/:x', '/b'], '/secret/value', false)).toBe('/a/:x|/b');
  });
});

describe('joinPatterns', () => {
  it.each([
    [[], '/', '/'],
    [[], '/a', '/a'],
    [['/api/'], '/', '/api'],
    [['/api', '/:version/'], '/orders/:id', '/api/:version/orders/:id'],
    [['api'], 'orders', '/api/orders'],
    [['/'], '', '/'],
  ])('%o + %s', (mounts, route, expected) => {
    expect(joinPatterns(mounts, route)).toBe(expected);
  });
});
