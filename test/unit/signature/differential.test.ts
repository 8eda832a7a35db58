import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import pg from 'libpg-query';
import { sqlSignature } from '../../../src/signature/index.js';

const CORPUS = path.resolve(import.meta.dirname, '../../../../shared/corpora/postgres-regress');

interface Statement {
  text: string;
  /** Words and names as PostgreSQL's lexer sees them. */
  words: string[];
  fingerprint: string;
}

const CONSTANTS = /^(?:ICONST|FCONST|SCONST|BCONST|XCONST|USCONST)$/;

/** Statements of the regression suite that PostgreSQL's parser accepts. psql's own commands are left out. */
function readCorpus(): Statement[] {
  const statements: Statement[] = [];
  for (const file of readdirSync(CORPUS)) {
    const raw = readFileSync(path.join(CORPUS, file), 'utf8');
    const source = raw
      .split('\n')
      .filter((line) => !line.startsWith('\\'))
      .join('\n');
    const bytes = Buffer.from(source);
    let tokens;
    try {
      ({ tokens } = pg.scanSync(source));
    } catch {
      continue; // numerology.sql holds malformed numbers on purpose
    }
    let from = 0;
    let depth = 0;
    tokens.forEach((token, at) => {
      if (token.text === '(') depth++;
      if (token.text === ')') depth--;
      if (token.text !== ';' || depth > 0) return;
      const own = tokens.slice(from, at + 1);
      from = at + 1;
      depth = 0;
      const text = bytes.subarray(own[0]?.start, token.end).toString();
      try {
        const words = own
          .filter(
            ({ tokenName, text: word }) =>
              tokenName === 'IDENT' || (tokenName === 'UNKNOWN' && /^[a-z_]/i.test(word)),
          )
          .map(({ text: word }) => word.replace(/^"|"$/g, '').toLowerCase());
        statements.push({ text, words, fingerprint: pg.fingerprintSync(text) });
      } catch {
        // Statements that are errors on purpose.
      }
    });
  }
  return statements;
}

describe.skipIf(!existsSync(CORPUS))(
  'against the lexer of PostgreSQL (skipped: corpus absent)',
  () => {
    let statements: Statement[] = [];

    beforeAll(async () => {
      await pg.loadModule();
      statements = readCorpus();
    }, 60_000);

    it('masks every constant', () => {
      const left: string[] = [];
      for (const { text } of statements) {
        const signature = sqlSignature(text, { dialect: 'postgresql' }).text;
        let tokens;
        try {
          ({ tokens } = pg.scanSync(signature.replaceAll('?', '$1')));
        } catch {
          continue; // an empty signature
        }
        if (tokens.some(({ tokenName }) => CONSTANTS.test(tokenName))) left.push(signature);
      }
      expect(statements.length).toBeGreaterThan(17_000);
      expect(left).toEqual([]);
    }, 60_000);

    /*
     * What is masked besides constants (2.5 % of the words): names of roles, cursors, savepoints, prepared statements,
     * channels, servers and subscriptions; the right side of SET; TRUE, FALSE and NULL as values; quoted names with
     * characters beyond ordinary ones; digit runs in names; what follows CREATE ROLE … PASSWORD.
     */
    it('masks at most 3 % of the words', () => {
      let words = 0;
      let masked = 0;
      for (const { text, words: own } of statements) {
        const signature = sqlSignature(text, { dialect: 'postgresql' }).text.toLowerCase();
        const kept = new Set(signature.match(/[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/g));
        words += own.length;
        masked += own.filter((word) => !kept.has(word)).length;
      }
      expect(masked / words).toBeLessThan(0.03);
    }, 60_000);

    /*
     * Groups of the fingerprint that are split (4.0 %): casts of constants (`1::int8` and `1`), the order and number of
     * columns and arguments, names of output columns, aliases, noise words (WORK, SAVEPOINT), temporary tables.
     * Groups that are merged (1.2 %): roles, servers and other names that are masked, what SET sets, ids in names.
     */
    it('groups as the fingerprint does', () => {
      const byFingerprint = new Map<string, Set<string>>();
      const byHash = new Map<string, Set<string>>();
      const add = (map: Map<string, Set<string>>, key: string, value: string): void => {
        const set = map.get(key);
        if (set === undefined) map.set(key, new Set([value]));
        else set.add(value);
      };
      for (const { text, fingerprint } of statements) {
        const { hash } = sqlSignature(text, { dialect: 'postgresql' });
        add(byFingerprint, fingerprint, hash);
        add(byHash, hash, fingerprint);
      }
      const share = (map: Map<string, Set<string>>): number =>
        [...map.values()].filter(({ size }) => size > 1).length / map.size;
      console.log(
        `split ${(share(byFingerprint) * 100).toFixed(2)} %, merged ${(share(byHash) * 100).toFixed(2)} %`,
      );
      expect(share(byFingerprint)).toBeLessThanOrEqual(0.04);
      expect(share(byHash)).toBeLessThanOrEqual(0.015);
    }, 60_000);
  },
);
