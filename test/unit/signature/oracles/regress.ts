import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const CORPORA = path.resolve(import.meta.dirname, '../../../../../shared/corpora');
const REGRESS = path.join(CORPORA, 'postgres-regress');

/** '' or why the tests that need a corpus are skipped. */
export function absent(name: string): string {
  return existsSync(path.join(CORPORA, name)) ? '' : `corpus ${name} is absent`;
}

/** A corpus file in JSON. */
export function readCorpus<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(CORPORA, file), 'utf8')) as T;
}

/** A token of PostgreSQL's lexer, as `scanSync` of libpg-query gives it. */
export interface Token {
  text: string;
  tokenName: string;
  start: number;
  end: number;
}

/** One statement of the regression suite with the tokens that PostgreSQL's lexer sees in it. */
export interface RegressStatement {
  text: string;
  tokens: Token[];
}

/**
 * The statements of PostgreSQL's regression suite, split at the semicolons that its lexer sees. psql's own commands
 * are left out. Statements may be errors on purpose.
 * @param scan `scanSync` of libpg-query, its module loaded.
 */
export function readRegress(scan: (text: string) => { tokens: Token[] }): RegressStatement[] {
  const statements: RegressStatement[] = [];
  for (const file of readdirSync(REGRESS)) {
    const source = readFileSync(path.join(REGRESS, file), 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('\\'))
      .join('\n');
    const bytes = Buffer.from(source);
    let tokens: Token[];
    try {
      ({ tokens } = scan(source));
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
      statements.push({
        text: bytes.subarray(own[0]?.start, token.end).toString(),
        tokens: own,
      });
    });
  }
  return statements;
}
