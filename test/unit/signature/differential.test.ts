import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import pg from 'libpg-query';
import { sqlSignature } from '../../../src/signature/index.js';
import { mergeClass, splitClass, tableOf } from './oracles/grouping-classes.js';
import { absent, readRegress } from './oracles/regress.js';

interface Statement {
  text: string;
  /** Words and names as PostgreSQL's lexer sees them. */
  words: string[];
  fingerprint: string;
}

const DOC = path.resolve(import.meta.dirname, '../../../docs/signatures-grouping.md');
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
     * What is masked besides constants (the share is in docs/signatures-grouping.md): names of roles, cursors, savepoints, prepared statements,
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
      const share = `Of ${words} words and names ${masked} (${((masked / words) * 100).toFixed(2)} %) are masked.`;
      if (process.env.UPDATE_DOCS !== undefined) console.log(share);
      expect(plain(readFileSync(DOC, 'utf8'))).toContain(share);
    }, 60_000);

    it('groups as the fingerprint does, but for the classes that are listed', () => {
      const byFingerprint = new Map<string, Map<string, string>>();
      const byHash = new Map<string, Map<string, string>>();
      const add = (groups: typeof byHash, key: string, value: string, text: string): void => {
        const group = groups.get(key) ?? new Map<string, string>();
        if (!group.has(value)) group.set(value, text);
        groups.set(key, group);
      };
      for (const { text, fingerprint } of statements) {
        const { hash, text: signature } = sqlSignature(text, { dialect: 'postgresql' });
        add(byFingerprint, fingerprint, hash, signature);
        add(byHash, hash, fingerprint, signature);
      }
      const severalOf = (groups: typeof byHash): string[][] =>
        [...groups.values()].filter(({ size }) => size > 1).map((group) => [...group.values()]);
      const split = severalOf(byFingerprint);
      const merged = severalOf(byHash);
      expect(split.length / byFingerprint.size).toBeLessThanOrEqual(0.04);
      expect(merged.length / byHash.size).toBeLessThanOrEqual(0.015);

      const shortest = (texts: string[]): string =>
        texts
          .slice(0, 2)
          .map((text) => `\`${text.length > 70 ? `${text.slice(0, 70)} …` : text}\``)
          .join(' and ');
      const count = (groups: string[][], classOf: (texts: string[]) => string): string => {
        const classes = new Map<string, { count: number; example: string }>();
        const lengths = new Map<string, number>();
        for (const texts of groups) {
          const name = classOf(texts);
          const known = classes.get(name) ?? { count: 0, example: '' };
          known.count++;
          const length = texts.slice(0, 2).join('').length;
          if (length > 0 && length < (lengths.get(name) ?? Infinity)) {
            lengths.set(name, length);
            known.example = shortest(texts);
          }
          classes.set(name, known);
        }
        return tableOf(classes);
      };
      const percent = (part: number, whole: number): string =>
        `${((part / whole) * 100).toFixed(2)} %`;
      const expected = [
        `PostgreSQL's fingerprint makes ${byFingerprint.size} groups of ${statements.length} statements; ${split.length} of them (${percent(split.length, byFingerprint.size)}) are split, and ${merged.length} of ${byHash.size} signatures (${percent(merged.length, byHash.size)}) stand for more than one.`,
        count(split, splitClass),
        count(
          merged.map((texts) => texts.slice(0, 1)),
          ([signature]) => mergeClass(signature as string),
        ),
      ];
      const doc = plain(readFileSync(DOC, 'utf8'));
      // `UPDATE_DOCS=1` prints what belongs into the file.
      if (process.env.UPDATE_DOCS !== undefined) console.log(expected.join('\n\n'));
      for (const part of expected) expect(doc).toContain(plain(part));
    }, 60_000);
  },
);

/** A text without what the formatter of tables changes. */
function plain(text: string): string {
  return text.replace(/-{3,}/g, '---').replace(/[ \t]+/g, ' ');
}
