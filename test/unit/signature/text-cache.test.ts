import { describe, expect, it } from 'vitest';
import { TextCache } from '../../../src/signature/text-cache.js';

describe('cache of texts', () => {
  it('knows a text by its characters, not by the object that holds it', () => {
    const cache = new TextCache(8, 1000);
    cache.set('/orders/17', 3);
    expect(cache.get('/orders/17')).toBe(3);
    expect(cache.recall(['/orders', '17'].join('/'))).toBe(3);
  });

  it('tells texts of one length apart, in turns', () => {
    const cache = new TextCache(8, 1000);
    cache.set('aaaa', 1);
    cache.set('bbbb', 2);
    for (let turn = 0; turn < 3; turn++) {
      expect([cache.get('aaaa'), cache.get('bbbb'), cache.get('cccc')]).toEqual([1, 2, 0]);
    }
    expect([cache.recall('aaaa'), cache.recall('bbbb')]).toEqual([0, 2]);
  });

  it('carries over what is in use when it turns, and forgets what is not', () => {
    const cache = new TextCache(3, 1000);
    cache.set('used', 1);
    cache.set('unused', 2);
    for (let index = 0; index < 20; index++) {
      expect(cache.get('used')).toBe(1);
      cache.set(`other ${index}`, 100 + index);
    }
    expect(cache.get('unused')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(6);
  });
});
