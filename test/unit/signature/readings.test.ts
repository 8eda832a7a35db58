import { describe, expect, it } from 'vitest';
import { sqlSignatureParts } from '../../../src/signature/sql/signature.js';
import { dialectNames, findLeak } from './canary/plant.js';

const readings = [undefined, ...dialectNames];

/**
 * Texts that two dialects read differently, found by the nightly run: a value survived, or the signature was not its
 * own. One case for each cause.
 */
const cases: [string, string, string[]][] = [
  [
    'a comment in some dialects, COPY FROM STDIN and its rows in MySQL',
    'SELECT a, 5--94178 AS b FROM t; COPY t (a, b) FROM STDIN;\n93112\twanakag\n\\.\n',
    ['94178', '93112', 'wanakag'],
  ],
  [
    'MySQL’s comment, an operator elsewhere',
    'SELECT a #94178 AS b FROM t; COPY t FROM STDIN;\n93112\twanakag\n',
    ['94178', '93112', 'wanakag'],
  ],
  [
    'a comment within a comment, where they do not nest',
    'SELECT a /* x /* y */ ; COPY t FROM STDIN; */\n93112\twanakag\n',
    ['93112', 'wanakag'],
  ],
  ['a comment that MySQL runs', 'SELECT a /*! FROM t; SET x = */ wanakag', ['wanakag']],
  [
    'a dollar quote whose tag was torn apart before its last digit',
    'SELECT a, $Tag_/1$ kanari7 $tag_1$ kanari8 $Tag_1$ AS b FROM t',
    ['kanari7', 'kanari8'],
  ],
  [
    'a quoted name before one that is masked as a whole',
    'SELECT "t"."@kanari36", "t".a93112 FROM x',
    ['kanari36', '93112'],
  ],
  ['a name that is masked but for its last digit', 'CALL p(0b1101, 0/b110?1)', ['b110']],
  [
    'a hexadecimal literal cut at its x, behind MySQL’s comment',
    'SELECT a FROM t WHERE b# BETWEEN 0x\\\ndead',
    ['dead'],
  ],
  ['a word cut with dots, not in a list', 'DELETE FROM t WHERE a = kanari36...', ['kanari36']],
  ['a word cut with an ellipsis', 'UPDATE t SET a = kanari36…', ['kanari36']],
  [
    'a password behind a kind of object with a dollar in its name',
    'CREATE MASTER KEY ENCRYPTI$ON BY PASSWORD = wanakag',
    ['wanakag'],
  ],
  [
    'a channel after DDL that lost its semicolon',
    'CREATE TABLE t (a text DEFAULT 0xdeadbeefcafe)\nLISTEN wanakah',
    ['wanakah', 'deadb'],
  ],
  [
    'accounts after DDL without a semicolon',
    'CREATE TABLE t (a int)\nDENY SELECT ON t TO wanakag\nDROP USER wanakah',
    ['wanakag', 'wanakah'],
  ],
  ['… and an account that is dropped', 'DROP TABLE t\nDROP ROLE wanakah', ['wanakah']],
  [
    'rows after DDL without a semicolon',
    'CREATE TABLE t (a int)\nCOPY t FROM STDIN;\nset wanakag\n',
    ['wanakag'],
  ],
  ['a setting with a dollar in its name', 'PRAGMA k$ey = wanakag', ['wanakag']],
  ['a setting whose name holds data', 'PRAGMA key4711 = wanakag', ['wanakag', '4711']],
  ['a setting in quotes with a space', 'SET "odd name" = wanakag', ['wanakag']],
  [
    'MySQL’s comment where a table’s name is due, then a statement of its own',
    "SELECT a FROM #tmp_96141 WHERE b = 'kanari4315'\nGRANT SELECT ON t TO wanakai",
    ['wanakai', 'kanari4315'],
  ],
  [
    'MySQL’s comment with the beginning of a literal in it',
    "(SELECT a FROM t) ORDER BY# 1; SELECT a \\FROM t WHERE 'kanari46 \n kanari4...",
    ['kanari46'],
  ],
  [
    'a brace that nothing opened, within a literal that lost its quotes',
    "UPDATE t SET b = N'k'}kanari...",
    ['kanari'],
  ],
  ['a hexadecimal number torn after its x', 'SELECT a, 0x[_deadbee', ['deadbee']],
  ['a hexadecimal number torn after its x by a slash', 'CALL p(0x/_dead', ['_dead']],
  ['a hexadecimal number glued to a keyword', 'SELECT a FROM t WHERE0x_deadb', ['deadb']],
  [
    'a list of columns without a table, in a second statement',
    "INSERT INTO t (a) VALUES ('x')\nSELECT kanari24",
    ['kanari24'],
  ],
  ['a list of columns without a table, cut with dots', 'SELECT a, kanari3...', ['kanari3']],
  [
    'a dollar quote that lost its end, in DDL',
    'CREATE TABLE t (a text DEFAULT $Tag_1$ kanari3 Tag_1$, CHECK (b <> $Tag_1$ kanar...',
    ['kanar'],
  ],
  [
    'rows whose COPY stands in a comment',
    'SELECT * FROM (SELECT a FROM t -- b) x WHERE a IN (COPY t FROM STDIN;\n94112\twanakag\n)',
    ['wanakag'],
  ],
  ['a name after a value, without a table', "SELECT a, float8 '92333' kanari2", ['kanari2']],
  [
    'something between two rows',
    "INSERT INTO t (a) VALUES ROW('kanari7'),@ ROW('kanari8')",
    ['kanari'],
  ],
  ['one word and a semicolon', 'SELECT interval;', []],
  [
    'a hexadecimal value cut to seven letters of a name',
    'REFRESH MATERIALIZED VIEW t_fdeadbe',
    ['deadb'],
  ],
  ['… and without the line before it', 'ALTER DATABASE d RENAME TO t9fdeadbe', ['deadb']],
  [
    'dots before an element of a list that was there before',
    "SELECT a FROM t WHERE b IN (X'deadbeefcafe', 2, X...,\ud800",
    ['deadb'],
  ],
  [
    'a name that is masked as a whole in place of a list',
    'SELECT a FROM t WHERE b IN deadbeefcafe = c',
    ['deadb'],
  ],
  ['… and one that is too long', `SELECT a FROM t WHERE b IN ${'kanari'.repeat(30)}`, ['kanari']],
  ['a setting with a name that is too long', `SET ${'kanari'.repeat(30)} = wanakag`, ['wanakag']],
  ['rows without a comma', "INSERT INTO t (a) VALUES ROW('kanari7') ROW('kanari8')", ['kanari']],
];

describe('texts with two readings', () => {
  it.each(cases)('%s', (_, text, values) => {
    for (const dialect of readings) {
      const once = sqlSignatureParts(text, dialect);
      expect(findLeak(JSON.stringify({ ...once, hash: '' }), values), dialect).toBeUndefined();
      expect(sqlSignatureParts(once.text, dialect), dialect).toMatchObject({
        text: once.text,
        hash: once.hash,
      });
    }
  });

  it('leaves comments alone that hold no such statement', () => {
    for (const dialect of readings.filter((name) => name !== undefined)) {
      const text =
        'SELECT a -- set by the job; copy it\n FROM t /*! FORCE INDEX (i) */ /* update */';
      expect(sqlSignatureParts(text, dialect).text).toBe('SELECT a FROM t');
    }
  });
});
