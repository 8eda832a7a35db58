import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutSql } from '../../../src/dashboard/format/sql-layout.js';
import { tokenizeSignature } from '../../../src/dashboard/format/sql-tokens.js';

const bare = (text: string): string => text.replace(/\s+/g, '');

describe('tokens', () => {
  it('joined give the text back, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(
          tokenizeSignature(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('tell keywords, functions, names and placeholders apart', () => {
    const kinds = tokenizeSignature('SELECT count(o.id) FROM "from" o WHERE id = ?')
      .filter((token) => token.kind !== 'space' && token.kind !== 'operator')
      .map((token) => `${token.text}:${token.kind}`);
    expect(kinds).toEqual([
      'SELECT:keyword',
      'count:function',
      'o:name',
      'id:name',
      'FROM:keyword',
      '"from":name',
      'o:name',
      'WHERE:keyword',
      'id:name',
      '?:placeholder',
    ]);
  });
});

describe('layout', () => {
  it('puts each clause on a line and indents conditions', () => {
    const text =
      'SELECT o.id FROM orders AS o LEFT JOIN users AS u ON u.id = o.user_id WHERE o.id = ? AND o.at BETWEEN ? AND ? GROUP BY o.id ORDER BY o.at DESC LIMIT ?';
    expect(layoutSql(text).split('\n')).toEqual([
      'SELECT o.id',
      'FROM orders AS o',
      'LEFT JOIN users AS u ON u.id = o.user_id',
      'WHERE o.id = ?',
      '  AND o.at BETWEEN ? AND ?',
      'GROUP BY o.id',
      'ORDER BY o.at DESC',
      'LIMIT ?',
    ]);
  });

  it('indents sub-queries', () => {
    expect(layoutSql('SELECT id FROM a WHERE id IN (SELECT b FROM c WHERE d = ?) LIMIT ?')).toBe(
      'SELECT id\nFROM a\nWHERE id IN (\n  SELECT b\n  FROM c\n  WHERE d = ?\n)\nLIMIT ?',
    );
  });

  it('keeps DELETE FROM and function brackets together', () => {
    expect(layoutSql('DELETE FROM a WHERE date_trunc(?, at) < ?')).toBe(
      'DELETE FROM a\nWHERE date_trunc(?, at) < ?',
    );
  });

  it('changes white space only', () => {
    const word = fc.constantFrom(
      'SELECT',
      'FROM',
      'a',
      '(',
      ')',
      ',',
      '?',
      'AND',
      'BETWEEN',
      'WITH',
      ';',
      'x.y',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        const text = words.join(' ');
        expect(bare(layoutSql(text))).toBe(bare(text));
      }),
    );
  });

  it('takes 10 KB of brackets in its stride', () => {
    const start = performance.now();
    layoutSql('('.repeat(10_000));
    layoutSql('(a, '.repeat(2500));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
