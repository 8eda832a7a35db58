import { describe, expect, it } from 'vitest';
import { sqlSignature } from '../../../src/signature/index.js';

const hash = (text: string, dialect = 'postgresql'): string => sqlSignature(text, { dialect }).hash;
const text = (sql: string, dialect = 'postgresql'): string => sqlSignature(sql, { dialect }).text;

describe('one group', () => {
  it.each([
    [
      'keyword case and space',
      ['select a from t', 'SELECT a\n  FROM\tt', 'Select a From t -- x', 'SELECT a FROM t;'],
    ],
    [
      'values',
      [
        'SELECT 1',
        "SELECT 'a'",
        'SELECT -1',
        'SELECT $1',
        'SELECT ?',
        'SELECT :a',
        'SELECT NULL',
        'SELECT TRUE',
      ],
    ],
    [
      'lists',
      [
        'SELECT a FROM t WHERE b IN (1)',
        'SELECT a FROM t WHERE b IN (1, 2,3)',
        'SELECT a FROM t WHERE b IN ($1,$2)',
        'SELECT a FROM t WHERE b IN ?',
      ],
    ],
    [
      'rows',
      [
        'INSERT INTO t (a,b) VALUES (1,2)',
        'INSERT INTO t (a, b) VALUES (1,2),(3,4),(5,6)',
        'INSERT INTO t (a, b) VALUES ($1, NULL)',
      ],
    ],
    [
      'row lists',
      [
        "SELECT a FROM t WHERE (b, c) IN ((1, 'x'))",
        "SELECT a FROM t WHERE (b, c) IN ((1, 'x'), (2, 'y'))",
      ],
    ],
    ['arrays', ['SELECT ARRAY[1]', 'SELECT ARRAY[1, 2, 3]']],
    ['ids in names', ['SELECT a FROM tenant_4711.o', 'SELECT a FROM tenant_4712.o']],
    [
      'optional words',
      ['SELECT a FROM t JOIN u ON b = c', 'SELECT a FROM t INNER JOIN u ON b = c'],
    ],
    ['quotes that change nothing', ['SELECT "a" FROM "t"', 'SELECT a FROM t']],
    ['settings', ['SET x = 1', "SET x TO 'a'"]],
    ['savepoints', ['SAVEPOINT a1', 'SAVEPOINT b2']],
  ])('%s', (_, statements) => {
    expect(new Set(statements.map((sql) => hash(sql))).size).toBe(1);
  });

  it('counts 10,000 rows as one', () => {
    const many = `INSERT INTO t VALUES ${Array.from({ length: 10_000 }, (_, i) => `(${i}, 'n${i}')`).join(',')} RETURNING id`;
    expect(text(many)).toBe('INSERT INTO t VALUES (?, ?) RETURNING id');
  });
});

describe('groups of their own', () => {
  it('keeps different shapes apart', () => {
    const statements = [
      'SELECT a FROM t',
      'SELECT b FROM t',
      'SELECT a FROM u',
      'SELECT a, b FROM t',
      'SELECT DISTINCT a FROM t',
      'SELECT a FROM t WHERE b = 1',
      'SELECT a FROM t WHERE b > 1',
      'SELECT a FROM t WHERE b = 1 AND c = 2',
      'SELECT a FROM t WHERE b = 1 OR c = 2',
      'SELECT a FROM t WHERE b IN (1)',
      'SELECT a FROM t WHERE b NOT IN (1)',
      'SELECT a FROM t WHERE b IS NULL',
      'SELECT a FROM t WHERE b IS NOT NULL',
      'SELECT a FROM t WHERE b IS TRUE',
      'SELECT a FROM t ORDER BY b',
      'SELECT a FROM t ORDER BY b DESC',
      'SELECT a FROM t LIMIT 1',
      'SELECT a FROM t LIMIT 1 OFFSET 2',
      'SELECT a FROM t LEFT JOIN u ON b = c',
      'SELECT a FROM t JOIN u ON b = c',
      'SELECT f(a) FROM t',
      'SELECT f(a, 1) FROM t',
      'SELECT a[1] FROM t',
      'SELECT a[1:2] FROM t',
      'SELECT "A" FROM t',
      'INSERT INTO t VALUES (1)',
      'INSERT INTO t VALUES (1, 2)',
      'INSERT INTO t (a) VALUES (1)',
      'INSERT INTO t (a) VALUES (1) RETURNING a',
      'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING',
      'INSERT INTO t (a) VALUES (1), (DEFAULT)',
      'UPDATE t SET a = 1',
      'UPDATE t SET a = 1 WHERE b = 2',
      'DELETE FROM t WHERE b = 2',
      'SELECT a FROM address1',
      'SELECT a FROM address2',
    ];
    const groups = new Map(statements.map((sql) => [hash(sql), sql]));
    expect(groups.size).toBe(statements.length);
  });
});

const letter = (n: number): string => String.fromCharCode(97 + (Math.floor(n) % 26));

describe('text', () => {
  it.each([
    [
      "SELECT o.id FROM orders o WHERE o.email = 'a@b.c'",
      'SELECT o.id FROM orders o WHERE o.email = ?',
    ],
    [
      'UPDATE u SET hiv_positive = TRUE WHERE id IS NOT NULL',
      'UPDATE u SET hiv_positive = ? WHERE id IS NOT NULL',
    ],
    ['SELECT utf8, int4, sha256(a) FROM tmp_9f8e7d6c', 'SELECT utf8, int4, sha256(a) FROM tmp_?'],
    [
      'SELECT added, t.facade_id, feedback, succeeded FROM t_fdeadbe, t9fdead, face_feed, xdeadbeefcafe',
      'SELECT added, t.facade_id, feedback, succeeded FROM t_?, ?, face_feed, ?',
    ],
    ["SELECT 'abc", 'SELECT ?'],
    ["lost' AND b = 'x", '?'],
    ['SELECT "odd name" FROM t', 'SELECT ? FROM t'],
    ["SET search_path = 'a'", 'SET search_path = ?'],
    ["CREATE USER bob PASSWORD 'x'", 'CREATE USER ? PASSWORD ?'],
    ['', ''],
    ['  -- nothing', ''],
  ])('%s', (sql, expected) => {
    expect(text(sql)).toBe(expected);
  });

  it('is cut between tokens', () => {
    const long = `SELECT ${Array.from({ length: 2000 }, (_, i) => `column_${String.fromCharCode(97 + (i % 26))}`).join(', ')} FROM t`;
    const signature = sqlSignature(long);
    expect(signature.text.length).toBeLessThanOrEqual(4096);
    expect(signature.text).toMatch(/(?:column_[a-z]|,)$/);
    expect(signature.hash).not.toBe(sqlSignature(`${long} WHERE a = 1`).hash);
  });

  it.each([
    ['SELECT ', (name: string) => `${name}, `],
    ['SELECT ', (name: string) => `t.${name}, `],
    ['SELECT ', (name: string) => `f(t.${name}, 1) AS ${name}, `],
    ['SELECT a FROM t WHERE ', (name: string) => `t.${name} = 1 AND `],
    ['SELECT ', (name: string) => `CASE WHEN ${name} THEN 1 ELSE t.${name} END `],
    ['SELECT a FROM t WHERE a = ', (name: string) => `- t.${name} + `],
    ['SELECT a FROM t WHERE a = 1', (name: string) => ` OR ${name} IN (1, 2)`],
    ['SELECT a FROM ', (name: string) => `s.${name}, `],
    ['INSERT INTO t (', (name: string) => `"${name}", `],
    ['SELECT a FROM t', (name: string) => ` UNION SELECT ${name} FROM t`],
  ])('of a long statement is its own signature: %s …', (head, part) => {
    for (let more = 0; more < 30; more++) {
      // Every place of a part comes to stand at the limit.
      const long = `${head}${Array.from({ length: 900 }, (_, i) => part(`column_${letter(i)}${letter(i / 26)}`)).join('')}`;
      const { text: once } = sqlSignature(long.replace('column', `c${'x'.repeat(more)}`));
      expect(once.length).toBeGreaterThan(3800);
      expect(sqlSignature(once).text).toBe(once);
    }
  });
});

describe('summary', () => {
  it.each([
    ['SELECT * FROM orders o JOIN customers c ON o.id = c.id', 'SELECT orders customers'],
    ['SELECT * FROM a, b x, c WHERE a.i IN (SELECT i FROM d)', 'SELECT a b c d'],
    ['INSERT INTO order_items (a) VALUES (1)', 'INSERT order_items'],
    ['insert into shop.order_items select 1', 'INSERT shop.order_items'],
    ['UPDATE orders SET a = 1', 'UPDATE orders'],
    ['DELETE FROM "Orders" WHERE a = 1', 'DELETE Orders'],
    ['WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN b ON 1 = 1', 'SELECT a b'],
    ['SELECT EXTRACT(year FROM created) FROM t', 'SELECT t'],
    ['SELECT * FROM generate_series(1, 2) g', 'SELECT'],
    ['CREATE TABLE IF NOT EXISTS t (a int)', 'CREATE TABLE t'],
    ['BEGIN', 'BEGIN'],
    ['SELECT a FROM tenant_4711.t', 'SELECT tenant_?.t'],
  ])('%s', (sql, expected) => {
    expect(sqlSignature(sql, { dialect: 'postgresql' }).summary).toBe(expected);
  });
});
