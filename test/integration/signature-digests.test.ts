import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs';
import { hasMariadb, type Mariadb, startMariadb } from '../helpers/mariadb.js';
import { compareDigests, type Digested, type Fold } from './digest-compare.js';
import { digestSamples } from './digest-statements.js';

/** A private server, or why there is none; a failure where services are required. */
async function tryStart<T>(
  name: string,
  start: () => Promise<T>,
): Promise<{ server?: T; reason: string }> {
  try {
    return { server: await start(), reason: '' };
  } catch (error) {
    const reason = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env.RETRACE_REQUIRE_SERVICES === '1') throw new Error(reason, { cause: error });
    console.warn(`skipped: ${reason}`);
    return { reason };
  }
}

const postgres = await tryStart<EmbeddedPostgres>('PostgreSQL with pg_stat_statements', () =>
  startEmbeddedPostgres({ settings: ['shared_preload_libraries=pg_stat_statements'] }),
);
// MariaDB is no dependency of the project: a machine without it skips its half.
const mariadb = hasMariadb()
  ? await tryStart<Mariadb>('MariaDB', startMariadb)
  : { reason: 'no MariaDB server and client on this machine' };
afterAll(async () => {
  await postgres.server?.stop();
  if ('server' in mariadb) await mariadb.server?.stop();
});

const SCHEMA = `
  CREATE EXTENSION pg_stat_statements;
  CREATE TABLE t (a text, b text, c int, d text, id int);
  CREATE TABLE u (a text, b text, c int, d text, id int);
  CREATE TABLE v (a text, b text, d text, e text);
  CREATE CAST (int AS text) WITH INOUT AS IMPLICIT;
  CREATE FUNCTION f(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1';
  CREATE FUNCTION g(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
  SET statement_timeout = 5000;`;

/** What pg_stat_statements remembers of each statement that this server executes; the others are passed over. */
async function digestsOfPostgres(server: EmbeddedPostgres): Promise<Digested[]> {
  const { host, port, user, database } = server;
  const client = new pg.Client({ host, port, user, database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(SCHEMA);
    const rows: Digested[] = [];
    for (const sample of digestSamples('postgresql', 2)) {
      await client.query('SELECT pg_stat_statements_reset()');
      await client.query('BEGIN');
      await client.query(sample.text).catch(() => undefined);
      await client.query('ROLLBACK');
      const { rows: found } = await client.query<{ id: string; shown: string }>(
        `SELECT queryid::text AS id, query AS shown FROM pg_stat_statements
          WHERE query NOT LIKE '%pg_stat_statements%' AND query NOT IN ('BEGIN', 'ROLLBACK')`,
      );
      if (found.length === 1 && found[0] !== undefined) rows.push({ ...sample, ...found[0] });
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** PostgreSQL looks at the meaning of a query, not at its text. */
const POSTGRES_SPLITS: readonly Fold[] = [
  [/ UESCAPE \?/g, '', 'an escape character is part of the literal for the server'],
  [/CAST\((\?) AS text\)/gi, '$1', 'a cast of a constant is the constant for the server'],
  [/ = \?(?=$| )/g, ' IN (?)', 'IN with one element is = for the server'],
  [/IN \(\?(?:, \?)+\)/g, 'IN (?)', 'elements with and without a cast are two kinds'],
  [/ AS [xy]\b/g, '', 'names of output columns, and AS before an alias'],
  [/(FROM t) x\b/g, '$1', 'an alias without AS'],
  [/\), \(.*/g, ')', 'rows with and without a cast are two kinds'],
];
/** … and at types and at the number of elements, and it keeps what utility statements say. */
const POSTGRES_MERGES: readonly Fold[] = [
  [/--.*/g, '', 'comments'],
  [/\/\*, \.\.\. \*\//g, '', 'the server’s mark for more elements'],
  [/\$f\$.*\$f\$|'(?:[^']|'')*'/g, '?', 'constants of utility statements, which the server keeps'],
  [/\b(?:wanaka\w+|kanari\w+)\b/g, '?', 'names of roles and cursors, which the server keeps'],
  [/\$\d+/g, '?', 'numbers of parameters'],
  [/\bN\?/g, '?', 'national literals'],
  [/[+-] \?/g, '?', 'signs'],
  [/"/g, '', 'quotes'],
  [/\s+(?=[,)])/g, '', 'space'],
  [/\(\?(?:, \?)+\)/g, '(?)', 'the number of elements'],
  [/(?:, \(\?\))+/g, '', 'the number of rows'],
];

describe.skipIf(postgres.reason)(`against pg_stat_statements ${postgres.reason}`, () => {
  it('groups as the server does, or says why not, and shows no value', async () => {
    const rows = await digestsOfPostgres(postgres.server as EmbeddedPostgres);
    const result = compareDigests(rows, 'postgresql', POSTGRES_SPLITS, POSTGRES_MERGES);
    console.log(`pg_stat_statements: ${JSON.stringify(result)}`);
    expect(result.statements).toBeGreaterThan(400);
    expect(result.ourLeaks).toEqual([]);
    expect(result.unexplained).toEqual([]);
    expect(result.unused).toEqual([]);
  }, 240_000);
});

/** Digests of every statement that MariaDB can parse, executed or not. */
function digestsOfMariadb(server: Mariadb): Digested[] {
  const samples = digestSamples('mysql', 1);
  server.run("UPDATE performance_schema.setup_consumers SET enabled = 'YES'");
  server.run(
    'CREATE DATABASE d; USE d; CREATE TABLE t (a text, b text, c int); CREATE TABLE u (a text, b text);',
  );
  const output = server.run(
    `USE d;\n${samples.map(({ text }) => `${text.trim()}\n;\n`).join('')}SELECT '@@@';
     SELECT HEX(sql_text), digest, HEX(digest_text)
       FROM performance_schema.events_statements_history_long WHERE digest IS NOT NULL;`,
  );
  const digests = new Map<string, { id: string; shown: string }>();
  const decode = (hex: string): string => Buffer.from(hex, 'hex').toString();
  for (const line of output.slice(output.indexOf('@@@')).split('\n')) {
    const [text, id, shown] = line.split('\t');
    if (text && id && shown) digests.set(decode(text).trim(), { id, shown: decode(shown) });
  }
  return samples.flatMap((sample) => {
    const found = digests.get(sample.text.trim());
    return found === undefined ? [] : [{ ...sample, ...found }];
  });
}

const MARIADB_SPLITS: readonly Fold[] = [
  [/\(\?(?:, \?)+\)/g, '(?)', 'the server writes (...) for rows of any width'],
];
/** MariaDB's digest keeps what its lexer calls something else than a literal. */
const MARIADB_MERGES: readonly Fold[] = [
  [/\(unknown\)/g, '?', 'literals that the server cannot name'],
  [/@(?:`[^`]*`|\?)/g, '?', 'user variables'],
  [/`(?:kanari|wanaka)[^`]*`/g, '?', 'quoted names that are data, savepoints and accounts'],
  [/tenant_\d+/g, 'tenant_?', 'digits in names'],
  [/`(?:0xdeadbeefcafe|\d+foo)`/gi, '?', 'names that look like numbers'],
  [/\b(?:TRUE|FALSE)\b/g, '?', 'TRUE and FALSE as values'],
  [/\/\* , \.\.\. \*\//g, '', 'the server’s mark for more rows'],
  [/(SELECT `a`) \?/g, '$1', 'executable comments'],
  [/ - \?/g, '?', 'signs'],
  [/SET PASSWORD.*/g, '', 'whose password is set is hidden with the password'],
  [/ /g, '', 'space'],
  [/\?{2,}/g, '?', 'literals next to each other are one'],
  [/\((?:\?|\.\.\.|,)+\)/g, '(?)', 'the number of elements'],
  [/\(\?\)(?:,\(\?\))+/g, '(?)', 'the number of rows'],
];

describe.skipIf(mariadb.reason)(`against MariaDB’s digests ${mariadb.reason}`, () => {
  it('groups as the server does, or says why not, and shows no value', () => {
    const rows = digestsOfMariadb((mariadb as { server: Mariadb }).server);
    const result = compareDigests(rows, 'mysql', MARIADB_SPLITS, MARIADB_MERGES);
    console.log(`MariaDB: ${JSON.stringify(result)}`);
    expect(result.statements).toBeGreaterThan(1_000);
    expect(result.ourLeaks).toEqual([]);
    expect(result.unexplained).toEqual([]);
    expect(result.unused).toEqual([]);
  }, 240_000);
});
