import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { literals } from './canary/literals.js';
import { dialectNames } from './canary/plant.js';
import { statements } from './canary/statements.js';

/** The list of literal syntaxes and other carriers that the generator has to cover. Not a part of the repository. */
const FILE = join(import.meta.dirname, '../../../../shared/corpora/canary-shapes.md');
const HERE = import.meta.dirname;

/**
 * Per entry of the list how it begins, and pieces of templates of the generator that cover it. Pieces that begin with
 * `file:` are files of tests, for what is no shape of a statement.
 */
const COVERED: Readonly<
  Record<string, readonly (readonly [begins: string, ...pieces: string[]])[]>
> = {
  '1': [
    ["`'a'`", "'«S»'", "'it''s «S»'", "'«S» \n «S»'", "'«S» \r «S»'", "'back\\slash «S»'"],
    [
      "`E'..'`",
      "E'«S»'",
      "e'\\'«S»\\\\ \\x41 \\u0041",
      "E'\\b\\f\\n\\r\\t \\101\\U00000041",
      "E'a''«S»'",
    ],
    ["`U&'..'`", "U&'«S»'", "UESCAPE '!'", "U&'\\'", 'U&"a\\0062 «S»"'],
    [
      'continuation',
      "'«S»'\n'«S»'",
      "E'«S»'\n'",
      "U&'«S»'\n'",
      "B'101'\n'",
      "X'«H»'\n'",
      "-- «W»\n '«S»'",
      '/* «W» */\n',
    ],
    ["`B'101'`", "B'101'", "X'«H»'", "N'«S»'"],
    [
      'dollar quotes',
      '$$«S»$$',
      '$tag$«S» $$ $other$',
      '$Tag_1$',
      '$tägé$',
      '$1 + $2',
      'a$b$c',
      '$1$',
      '$tag$«S»',
      '$$«S»',
    ],
    [
      'typed',
      "date '«D»'",
      "interval(3) '«N»'",
      "'::varchar(«N»)",
      "CAST('«S»' AS text)",
      "interval '«N»' day",
      'timestamp with time zone',
      'time with time zone',
    ],
    [
      '`42`',
      '«N»',
      '«N».5',
      '«N».',
      '.«N»',
      '«N»e2',
      '1.«N»e-3',
      '-«N»',
      '+ «N»',
      '0x«H»',
      '0o1234567',
      '0b1101',
      '9_1_8_«N»',
      '0x_«H»',
      '1_0.0_',
      '«N»abc',
    ],
    ['slices', 'a[«N»:«N»]', 'a[:«N»]', '5--«N»\n', '5 - -«N»'],
    [
      'array',
      "'{«S»,«S»}'::text[]",
      'ARRAY[«N», «N»]',
      "'[«N»,5)'::int4range",
      'ROW(',
      '-> ',
      '->> ',
      'a #> ',
      'a #>> ',
      'a @> ',
      'a <@ ',
      'a ? ',
      'a ?| ',
      'a ?& ',
      'a @? ',
      'a @@ ',
      '$.«S»',
      'IS JSON',
      'PASSING',
      'xmlparse(document',
    ],
    ['`?` is an OPERATOR', "a ? '«S»'"],
    ['named binds', '$1 + $2', ':«W»', '%s AND', '%(name)s', '@«W»', '? AND'],
    [
      'comments',
      "SELECT a FROM t -- it's «W»\n",
      '-- «W»\rWHERE',
      '/* x /* «W» */ «W» */',
      'FROM t /* «W»',
      'a # «N»',
    ],
    ['identifiers', 'SELECT "a""«S»"', 'FROM "«S»'],
    [
      'utility statements',
      'CREATE ROLE «W» PASSWORD',
      'VALID UNTIL',
      'CREATE USER MAPPING',
      'CREATE SERVER s FOREIGN',
      'CREATE FOREIGN TABLE',
      'CREATE SUBSCRIPTION',
      'ALTER SUBSCRIPTION',
      'dblink(',
      'postgres_fdw',
      'ALTER SYSTEM SET primary_conninfo',
      'SET x = «W»',
      'set_config',
      'FROM STDIN;',
      "COPY t FROM '/home",
      'PROGRAM',
      'NOTIFY',
      'COMMENT ON',
      'SECURITY LABEL',
      'PREPARE p AS',
      'EXECUTE p(',
      'PREPARE TRANSACTION',
      'AS ENUM',
      'DEFAULT',
      'CHECK',
      'DO $$',
      'CREATE FUNCTION f() RETURNS text AS $f$',
      "LANGUAGE sql AS '",
      "AS E'SELECT",
      'BEGIN ATOMIC',
      'EXPLAIN (',
      'DECLARE «W» CURSOR',
      'FETCH «N»',
      'LISTEN «W»',
      'REFRESH',
      'FOR VALUES FROM',
      'CREATE POLICY',
    ],
  ],
  '2': [
    [
      "`'..'`",
      "'«S»'",
      '"«S»"',
      "it''s",
      '"a ""«S»"""',
      "'O\\'«S»'",
      '"a \\"«S»"',
      "'\\\\«S»\\\\'",
      '\\0\\b\\n\\Z\\%\\_',
      "'«S»' '«S»'",
    ],
    [
      'introducers',
      "_utf8mb4'«S»' COLLATE",
      "_binary X'«H»'",
      "N'«S»'",
      "SELECT a '«S»'",
      'a AS "«S»"',
    ],
    ['hex', "X'«H»'", "x'«H»'", '0x«H»', '0X«H»', "b'1'", "B'1'", '0b1'],
    ['numbers', '«N»', '.«N»', '«N».', '«N»e5', '«N»e+5', '«N»foo', '1e«N»x', '\\N'],
    [
      'DATE/TIME/TIMESTAMP',
      "DATE '«D»'",
      "TIME '10",
      "TIMESTAMP '«D»",
      "{d '",
      "{t '",
      "{ts '",
      'INTERVAL «N» DAY',
      'TRUE',
      'FALSE',
    ],
    [
      'comments',
      "# it's «W»",
      '-- «W»\n',
      '5--«N»',
      '/* «W» */',
      '/*! «W» */',
      '/*!50000',
      '/*M!',
      '# «W»',
    ],
    [
      'account names',
      "'«S»'@'«S»'",
      "IDENTIFIED BY '«S»'",
      'IDENTIFIED WITH x AS',
      'BY RANDOM PASSWORD',
      'SET PASSWORD',
      'CHANGE MASTER',
      'CHANGE REPLICATION SOURCE',
      'CREATE SERVER',
      'LOAD DATA INFILE',
      'TERMINATED BY',
      'INTO OUTFILE',
      'XA START',
      'PREPARE p FROM',
      '@«W»',
      "@'«S» x'",
      '@"«S»"',
      '@`«W»`',
      'MESSAGE_TEXT',
      'KILL «N»',
      "SHOW TABLES LIKE '",
      "->'$.",
      '->>"$.',
      'DELIMITER',
    ],
    ['MATCH', 'MATCH (a) AGAINST', 'GET_LOCK', 'REGEXP', 'ON DUPLICATE KEY', 'VALUES ROW('],
  ],
  '3': [
    [
      "`'..'`",
      "'«S»'",
      "'it''s «S»'",
      'a = "«S»"',
      'INSERT INTO "t" ("a"',
      '[a «S»]',
      '`a «S»`',
      "x'«H»'",
      "X'«H»'",
    ],
    ['`0x..`', '0x«H»', '9_1_«N»', '.«N»', '«N».', '«N»e5', '?«N»', ':«W»', '@«W»', '$a::b(«W» x)'],
    [
      'comments',
      '-- «W»',
      '/* «W» */',
      'FROM t /* «W»',
      'ATTACH',
      'KEY',
      'PRAGMA key =',
      'hexkey',
      'VACUUM INTO',
      'RAISE(ABORT',
      'CURRENT_TIMESTAMP',
      "->'$.",
    ],
  ],
  '4': [
    ["`'..'`", "'«S»'", "N'it''s «S»'", "'line \\\n", 'a = "«S»"', '[a]]«S»]', 'FROM [«S»'],
    [
      'money',
      '$«N».5',
      '-$«N»',
      '€«N»',
      '£«N»',
      '¥«N»',
      '₩«N»',
      '$1,«N»',
      '0x«H»',
      '0x',
      '0x\\\n',
      '«N»e5',
      '«N».',
      '.«N»',
    ],
    [
      '`{ts',
      '{ts',
      '{d',
      '{t ',
      '{guid',
      '{fn',
      '{call',
      '@«W»',
      '@@rowcount',
      '#tmp',
      '##tmp',
      '$action',
      '$identity',
      '$(«W»)',
    ],
    [
      'nested comments',
      '/* x /* «W» */ «W» */',
      '\nGO\n',
      'TOP «N»',
      'sp_executesql',
      "EXEC('SELECT ' + ",
      'CREATE LOGIN',
      'CREATE USER',
      'CREATE CREDENTIAL',
      'KEY k WITH',
      'CREATE CERTIFICATE',
      'HASHED',
      'SECRET =',
      'OPENROWSET',
      'OPENDATASOURCE',
      'OPENQUERY',
      'BULK INSERT',
      'RAISERROR',
      'THROW',
      'PRINT',
      'WITH (FILLFACTOR',
      '.value(',
      "'«S»' 'alias'",
    ],
  ],
  '5': [
    [
      "`'..'`",
      "'it''s «S»'",
      "N'«S»'",
      "q'[",
      "Q'{",
      "q'(",
      "q'<",
      "q'X«S»'sX'",
      "nq'!",
      "NQ'é",
      "q'[«S»",
    ],
    [
      '`DATE',
      "DATE '«D»'",
      'AT TIME ZONE',
      'YEAR TO MONTH',
      '«N»f',
      '«N»D',
      'e-3F',
      'BINARY_',
      ':1',
      ':«W»',
      ':"«W»"',
      '&«W»',
    ],
    [
      'UNQUOTED SECRETS',
      'IDENTIFIED BY «W»',
      'REPLACE «W»',
      'IDENTIFIED BY VALUES',
      'PASSWORD «W»',
      'CONNECT TO «W»',
      'KEYSTORE',
      '/*+ ',
      '--+ ',
      'BEGIN p(',
      '<<label>>',
      'CHARTOROWID',
      'ROWID =',
      '{ts',
      '(+)',
      'a#b$c',
    ],
  ],
  '6': [
    ['Unknown backslash', "'\\' || '", "'\\''«S»'", 'file:readings.test.ts'],
    ['Unknown double-quote', 'b = "«S»" AND c', 'file:canary.test.ts'],
    ['Comments', '/* «W» */', 'file:canary.test.ts'],
    [
      'Truncated',
      '…«S»',
      '«S»…',
      '«S»...',
      '\u0000',
      '\ud800',
      '\ufeff',
      '\u00a0',
      '\u3000',
      '\u200b',
      '\rWHERE',
      'file:linear-time.test.ts',
      'file:mutations.test.ts',
    ],
    ['Limits', 'file:mutations.test.ts', 'file:linear-time.test.ts'],
    ['Error text', 'ERROR: invalid input', 'file:outgoing.test.ts'],
    ['Appended', '[["name","«S»"]]', "-- params: ['«S»']", '{"bindings"', 'Key (email)='],
    [
      'Identifiers',
      't_9f«H»',
      'tenant_«N»',
      'SAVEPOINT «W»',
      'DECLARE «W»',
      '#tmp_«N»',
      'AS t_«N»',
      '$.«S»',
      'tenant_«N».orders',
      't@l_«N»',
    ],
    ['Keywords', 'LIMIT «N»', 'FETCH FIRST «N»', 'TOP «N»', 'varchar(«N»)', 'ORDER BY «N»'],
    ['Cache keys', 'file:intern.test.ts'],
  ],
};
const DIALECTS: Readonly<Record<string, readonly (keyof typeof literals)[]>> = {
  '1': ['postgresql', 'microsoft.sql_server'],
  '2': ['mysql'],
  '3': ['sqlite'],
  '4': ['microsoft.sql_server'],
  '5': ['oracle.db'],
  '6': dialectNames,
};

/** Entries of a section: what follows a dash or a number, and the numbers of PostgreSQL's second heading. */
function entriesOf(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const [, section] = /^## (\d)\./.exec(line) ?? [];
    if (section !== undefined) sections.set(section, (current = []));
    const [, entry] = /^(?:- |\d+\. )(.+)$/.exec(line) ?? [];
    if (entry !== undefined) current.push(entry);
  }
  return sections;
}

describe.runIf(existsSync(FILE))('the list of shapes', () => {
  it('is covered by the generator, entry by entry', () => {
    const sections = entriesOf(readFileSync(FILE, 'utf8'));
    expect([...sections.keys()]).toEqual(Object.keys(COVERED));
    const missing: string[] = [];
    for (const [section, entries] of sections) {
      const covered = COVERED[section] ?? [];
      expect(covered.map(([begins]) => begins)).toEqual(
        entries.map((entry, at) => entry.slice(0, covered[at]?.[0].length ?? 40)),
      );
      const templates = (DIALECTS[section] ?? []).flatMap((name) => [
        ...literals[name],
        ...statements[name],
      ]);
      for (const [begins, ...pieces] of covered) {
        for (const piece of pieces) {
          const found = piece.startsWith('file:')
            ? existsSync(join(HERE, piece.slice(5)))
            : templates.some((template) => template.includes(piece));
          if (!found) missing.push(`${section} ${begins}: ${JSON.stringify(piece)}`);
        }
      }
    }
    expect(missing).toEqual([]);
  });
});

describe.skipIf(existsSync(FILE))('the list of shapes', () => {
  it.skip(`is not here: ${FILE}`);
});
