import { beforeAll, describe, expect, it } from 'vitest';
import pg from 'libpg-query';
import { sqlSignature } from '../../../src/signature/index.js';
import { absent, readRegress } from './oracles/regress.js';

interface Statement {
  text: string;
  /** Words and names as PostgreSQL's lexer sees them. */
  words: string[];
  fingerprint: string;
}

const CONSTANTS = /^(?:ICONST|FCONST|SCONST|BCONST|XCONST|USCONST)$/;

/** Statements of the regression suite that PostgreSQL's parser accepts. */
function readStatements(): Statement[] {
  return readRegress((text) => pg.scanSync(text)).flatMap(({ text, tokens }) => {
    try {
      const words = tokens
        .filter(
          ({ tokenName, text: word }) =>
            tokenName === 'IDENT' || (tokenName === 'UNKNOWN' && /^[a-z_]/i.test(word)),
        )
        .map(({ text: word }) => word.replace(/^"|"$/g, '').toLowerCase());
      return [{ text, words, fingerprint: pg.fingerprintSync(text) }];
    } catch {
      return []; // an error on purpose
    }
  });
}

describe.skipIf(absent('postgres-regress'))(
  'against the lexer of PostgreSQL (skipped: corpus absent)',
  () => {
    let statements: Statement[] = [];

    beforeAll(async () => {
      await pg.loadModule();
      statements = readStatements();
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
