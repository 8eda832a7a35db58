/** Compares our grouping with a server's: same digest ⇔ same hash, every difference explained by a listed fold. */
import { sqlSignature } from '../../src/signature/index.js';
import { findLeak } from '../unit/signature/canary/plant.js';
import type { Sample } from './digest-statements.js';

/** A sample with what the server made of it. */
export interface Digested extends Sample {
  /** The server's id of the group. */
  id: string;
  /** The server's text of the group. */
  shown: string;
}

/** A difference that is meant: applied to texts of one group, it makes them equal. */
export type Fold = readonly [pattern: RegExp, replacement: string, reason: string];

export interface Comparison {
  statements: number;
  theirGroups: number;
  ourGroups: number;
  /** Planted values in our signatures. Must be none. */
  ourLeaks: string[];
  /** Statements whose planted values are in the server's texts. */
  theirLeaks: number;
  /** Their groups that are several of ours, our groups that are several of theirs. */
  split: number;
  merged: number;
  /** What no fold explains. Must be none. */
  unexplained: string[];
  /** Folds that explain nothing any more. Must be none. */
  unused: string[];
}

function groupBy(rows: readonly Digested[], key: (row: Digested) => string): Digested[][] {
  const groups = new Map<string, Digested[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/**
 * @param splits folds for our texts of one of their groups
 * @param merges folds for their texts of one of our groups
 */
export function compareDigests(
  rows: readonly Digested[],
  dialect: string,
  splits: readonly Fold[],
  merges: readonly Fold[],
): Comparison {
  const ours = new Map(rows.map((row) => [row.text, sqlSignature(row.text, { dialect })]));
  const signature = (row: Digested): { text: string; hash: string } =>
    ours.get(row.text) ?? { text: '', hash: '' };
  const used = new Set<Fold>();
  const fold = (text: string, folds: readonly Fold[]): string => {
    let folded = text;
    for (const each of folds) {
      const next = folded.replace(each[0], each[1]);
      if (next !== folded) used.add(each);
      folded = next;
    }
    return folded.replace(/\s+/g, ' ').trim().toLowerCase();
  };
  const unexplained: string[] = [];
  const judge = (
    groups: Digested[][],
    text: (row: Digested) => string,
    folds: readonly Fold[],
    word: string,
  ): void => {
    for (const group of groups) {
      const texts = [...new Set(group.map(text))];
      if (new Set(texts.map((each) => fold(each, folds))).size > 1)
        unexplained.push(
          `${word}: ${[...new Set(texts.map((each) => fold(each, folds)))].slice(0, 4).join(' | ')}`,
        );
    }
  };
  const byId = groupBy(rows, ({ id }) => id);
  const byHash = groupBy(rows, (row) => signature(row).hash);
  const split = byId.filter((group) => new Set(group.map((row) => signature(row).hash)).size > 1);
  const merged = byHash.filter((group) => new Set(group.map(({ id }) => id)).size > 1);
  judge(split, (row) => signature(row).text, splits, 'split');
  judge(merged, ({ shown }) => shown, merges, 'merged');
  return {
    statements: rows.length,
    theirGroups: byId.length,
    ourGroups: byHash.length,
    ourLeaks: rows
      .filter((row) => findLeak(signature(row).text, row.values) !== undefined)
      .map(({ text }) => text),
    theirLeaks: rows.filter((row) => findLeak(row.shown, row.values) !== undefined).length,
    split: split.length,
    merged: merged.length,
    unexplained,
    unused: [...splits, ...merges].filter((each) => !used.has(each)).map(([, , reason]) => reason),
  };
}
