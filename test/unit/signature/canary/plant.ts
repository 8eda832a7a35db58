import { literals, positions, type DialectName } from './literals.js';
import { statements } from './statements.js';

/** A statement with planted values, and those values. */
export interface Planted {
  dialect: DialectName;
  text: string;
  values: readonly string[];
}

export const dialectNames = Object.keys(literals) as DialectName[];

/** Replaces the marks of a template by values that occur nowhere else. */
export function plant(dialect: DialectName, template: string, seed: number): Planted {
  const values: string[] = [];
  let at = 0;
  const text = template.replace(/«([SNHDW])»/g, (_, kind: string) => {
    const n = seed + at++;
    const value =
      kind === 'N'
        ? String(91827 + n)
        : kind === 'H'
          ? 'deadbeefcafe'
          : kind === 'D'
            ? '1987-06-05'
            : kind === 'W'
              ? `wanaka${'abcdefghij'[n % 10] as string}`
              : `kanari${n}`;
    values.push(value);
    return value;
  });
  return { dialect, text, values };
}

/** Other values with another `first`. Every literal in every position of its dialect, and every statement of the list. */
export function* allPlanted(first = 1): Generator<Planted> {
  let seed = first;
  for (const dialect of dialectNames) {
    for (const literal of literals[dialect]) {
      for (const position of positions) {
        yield plant(
          dialect,
          position.replaceAll('@', () => literal),
          seed++ % 8000,
        );
      }
    }
    for (const statement of statements[dialect]) yield plant(dialect, statement, seed++ % 8000);
  }
}

/** Longest piece of a planted value that may survive by chance. */
export const PIECE = 4;

/** A piece of a planted value of at least PIECE characters in the output, or undefined. */
export function findLeak(output: string, values: Iterable<string>): string | undefined {
  const lower = output.toLowerCase();
  for (const value of values) {
    for (let at = 0; at + PIECE <= value.length; at++) {
      const piece = value.slice(at, at + PIECE).toLowerCase();
      if (lower.includes(piece)) return piece;
    }
  }
  return undefined;
}
