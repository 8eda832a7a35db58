import { describe, expect, it } from 'vitest';
import { TextCaches } from '../../../src/signature/text-caches.js';

describe('caches of texts by key', () => {
  it('keeps the texts of one key apart from those of another, in any order of keys', () => {
    const caches = new TextCaches();
    caches.of('GET').set('/a', 1);
    caches.of('POST').set('/a', 2);
    caches.of('').set('/a', 3);
    for (const key of ['GET', 'GET', '', 'POST', 'GET', '']) {
      expect(caches.of(key).get('/a')).toBe({ GET: 1, POST: 2, '': 3 }[key]);
    }
    expect(caches.of('PUT').get('/a')).toBe(0);
  });

  it('forgets all keys when there are too many, and goes on', () => {
    const caches = new TextCaches();
    for (let key = 0; key < 256; key++) caches.of(`M${key}`).set('/a', key + 1);
    expect(caches.of('M0').get('/a')).toBe(1);
    caches.of('M256').set('/a', 257);
    expect(caches.of('M0').get('/a')).toBe(0);
    expect(caches.of('M256').get('/a')).toBe(257);
  });
});
