import { beforeAll, describe, expect, it } from 'vitest';
import pg from 'libpg-query';
import { sqlSignatureParts } from '../../../src/signature/sql/signature.js';
import { refineSummary } from './oracles/pgsql-ast-parser.js';
import { parsedSummary } from './oracles/postgres-parser.js';
import { absent, readCorpus, readRegress } from './oracles/regress.js';

describe('summary', () => {
  it.each([
    ['SELECT a FROM t GROUP BY a, b', 'SELECT t'],
    ['SELECT a FROM (t)', 'SELECT t'],
    ['SELECT a FROM (SELECT b FROM u) x, v', 'SELECT u v'],
    ['SELECT a FROM t LEFT JOIN (u JOIN v USING (id)) USING (id), w', 'SELECT t u v w'],
    ['SELECT a FROM t WHERE b IN (SELECT c FROM t)', 'SELECT t'],
    ['WITH x (a, b) AS (SELECT 1, 2) SELECT * FROM x JOIN orders USING (a)', 'SELECT orders'],
    ['WITH "x" AS (SELECT * FROM "orders") SELECT * FROM "x" JOIN "items"', 'SELECT orders items'],
    ['SELECT * FROM ROWS FROM (f(1), g(2)), t', 'SELECT t'],
    ['SELECT extract(year FROM a), b FROM t', 'SELECT t'],
    ['DELETE FROM t USING u, v WHERE t.a = u.a', 'DELETE t u v'],
    ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE', 'MERGE t u'],
    ['SELECT a INTO u FROM t', 'SELECT u t'],
    ['CALL p(1, t)', 'CALL p'],
  ])('%s', (text, summary) => {
    expect(sqlSignatureParts(text, 'postgresql').summary).toBe(summary);
  });

  it.each([
    ['UPDATE LOW_PRIORITY IGNORE `shop`.`items` SET a = 1', 'UPDATE shop.items'],
    ['INSERT IGNORE INTO `items` (`a`) SELECT `b` FROM `orders`', 'INSERT items orders'],
    ['INSERT LOW_PRIORITY INTO items (a) VALUES (1)', 'INSERT items'],
    ['REPLACE INTO items VALUES (1)', 'REPLACE items'],
    ['SELECT `a` FROM (`items`) GROUP BY `a`, `b`', 'SELECT items'],
  ])('%s', (text, summary) => {
    expect(sqlSignatureParts(text, 'mysql').summary).toBe(summary);
  });
});

/** Where the scanner's summary differs from PostgreSQL's parser, and why. Anything else fails the test. */
const EXPLAINED: readonly [RegExp, string][] = [
  [
    /^(?:VALUES|TABLE)\b/,
    'PostgreSQL calls VALUES and TABLE a SELECT; the summary says what was written',
  ],
  [/\?\s*$/, 'geometric operators that begin with a question mark end what is read'],
  [/^$/, 'nothing but a semicolon'],
  [/^INSERT INTO \?/, 'a table whose whole name is hidden is not named in the summary either'],
];

describe.skipIf(absent('postgres-regress'))(
  'against parsers, over PostgreSQL’s regression suite (skipped: corpus absent)',
  () => {
    let texts: string[] = [];
    beforeAll(async () => {
      await pg.loadModule();
      const all = readRegress((text) => pg.scanSync(text)).map(({ text }) => text);
      for (const { input } of readCorpus<{ input: string }[]>('libpg_query/fingerprint.json'))
        all.push(input);
      texts = [...new Set(all)];
    }, 60_000);

    it('names the operation and the tables that PostgreSQL’s own parser finds', () => {
      const unexplained: string[] = [];
      let parsed = 0;
      let equal = 0;
      for (const text of texts) {
        let expected: string | undefined;
        try {
          expected = parsedSummary(pg.parseSync(text));
        } catch {
          continue; // an error on purpose
        }
        if (expected === undefined) continue;
        parsed++;
        const { summary, text: signature } = sqlSignatureParts(text, 'postgresql');
        const eight = expected.split(' ').slice(0, 9).join(' ');
        if (eight.toLowerCase() === summary.toLowerCase()) equal++;
        else if (!EXPLAINED.some(([pattern]) => pattern.test(signature.toUpperCase())))
          unexplained.push(`${signature}: ${summary}, not ${eight}`);
      }
      console.log(`summaries: ${equal} of ${parsed} queries equal PostgreSQL's`);
      expect(unexplained).toEqual([]);
      expect(parsed).toBeGreaterThan(7_500);
      expect(equal / parsed).toBeGreaterThan(0.997);
    }, 60_000);

    it('leaves pgsql-ast-parser nothing to refine', () => {
      const different: string[] = [];
      const seen = new Set<string>();
      let parsed = 0;
      // 1 in 12: the parser takes some milliseconds for a statement.
      for (let at = 0; at < texts.length; at += 12) {
        const own = sqlSignatureParts(texts[at] as string, 'postgresql');
        if (seen.has(own.hash)) continue;
        seen.add(own.hash);
        const refined = refineSummary(own.text, 'postgresql');
        if (refined === undefined) continue;
        parsed++;
        // It walks the tree in another order than the text's, which is the one OpenTelemetry asks for.
        const set = (summary: string): string => summary.toLowerCase().split(' ').sort().join(' ');
        if (set(refined.summary) !== set(own.summary))
          different.push(`${own.text}: ${own.summary}, not ${refined.summary}`);
      }
      expect(parsed).toBeGreaterThan(150);
      expect(different).toEqual([]);
    }, 60_000);
  },
);
