import { describe, expect, it } from 'vitest';
import { refineSummary } from '../../../src/signature/refine-summary.js';

describe('refineSummary', () => {
  it.each([
    [
      'SELECT a FROM orders o JOIN shop.items i ON o.id = i.id WHERE b = ?',
      'SELECT orders shop.items',
      'orders',
    ],
    ['WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON x.i = b.i', 'SELECT a b', 'a'],
    ['INSERT INTO t (a) VALUES (?)', 'INSERT t', 't'],
    ['UPDATE t SET a = ? WHERE b = ?', 'UPDATE t', 't'],
    ['DELETE FROM t WHERE b IN (?)', 'DELETE t', 't'],
  ])('%s', (text, summary, collection) => {
    expect(refineSummary(text, 'postgresql')).toEqual({
      operation: summary.split(' ')[0],
      collection,
      summary,
    });
  });

  it.each([
    '',
    '?',
    'SELECT ?',
    'SELECT FROM WHERE',
    'BEGIN',
    'SELECT a FROM tenant_?.t',
    'SELECT ('.repeat(200),
  ])('leaves %s to the scanner or reads it without tables', (text) => {
    const refined = refineSummary(text, 'postgresql');
    expect(refined === undefined || refined.collection === '').toBe(true);
  });

  it('reads PostgreSQL only', () => {
    expect(refineSummary('SELECT a FROM t', 'mysql')).toBeUndefined();
  });
});
