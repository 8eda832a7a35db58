/**
 * Lays a signature out over lines: each clause on its own, sub-queries and long conditions indented. Only white
 * space changes; the words stay as they are, so that what is copied is still the signature.
 */
import { tokenizeSignature, type SqlToken } from './sql-tokens.js';

/** Words that open a line at the current depth. */
const CLAUSES = new Set(
  'select from where having limit offset union intersect except returning values set window fetch'.split(
    ' ',
  ),
);
/** Two-word clauses: the first opens the line only before the second. */
const PAIRS: Record<string, string[]> = {
  group: ['by'],
  order: ['by'],
  insert: ['into'],
  delete: ['from'],
  on: ['conflict', 'duplicate'],
  for: ['update', 'share'],
};
const JOIN_STARTS = new Set(
  'join left right inner outer full cross natural straight_join lateral'.split(' '),
);
/** Beyond this a bracket is opened over lines even without a SELECT in it. */
const LONG_LIST_CHARS = 120;

const lower = (token: SqlToken | undefined): string => token?.text.toLowerCase() ?? '';

interface Bracket {
  broken: boolean;
}

/** Source text of a bracket from its opening token on, at most `LONG_LIST_CHARS` + 1 characters. */
function isLong(tokens: readonly SqlToken[], open: number): boolean {
  let depth = 0;
  let chars = 0;
  for (let at = open; at < tokens.length && chars <= LONG_LIST_CHARS; at++) {
    const text = tokens[at]?.text ?? '';
    chars += text.length + 1;
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return false;
  }
  return chars > LONG_LIST_CHARS;
}

/** The signature with line breaks and two-space indents. Total and linear (list look-ahead is bounded). */
export function layoutSql(signature: string): string {
  const tokens = tokenizeSignature(signature);
  const words = tokens.filter((token) => token.kind !== 'space');
  const spaced = new Set<SqlToken>();
  tokens.forEach((token, at) => {
    if (at > 0 && tokens[at - 1]?.kind === 'space') spaced.add(token);
  });
  const lines: string[] = [];
  const brackets: Bracket[] = [];
  let line = '';
  let between = false;
  let depth = 0;
  const flush = (extra = 0): void => {
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '  '.repeat(Math.min(depth + extra, 20));
  };
  words.forEach((token, at) => {
    const word = lower(token);
    const before = words[at - 1];
    const after = words[at + 1];
    const inFlatBracket = brackets.length > 0 && brackets.at(-1)?.broken === false;
    if (token.text === ')') {
      if (brackets.pop()?.broken === true) {
        depth--;
        flush();
      }
      line += token.text;
      return;
    }
    if (token.kind === 'keyword' && !inFlatBracket) {
      if (word === 'between') between = true;
      const isJoin =
        JOIN_STARTS.has(word) && !JOIN_STARTS.has(lower(before)) && after?.text !== '(';
      const isPair = PAIRS[word]?.includes(lower(after)) === true;
      // DELETE FROM and the FROM of EXTRACT(… FROM …) or IS DISTINCT FROM are not clauses of their own.
      const isClause = CLAUSES.has(word) && !['delete', 'distinct'].includes(lower(before));
      if (at > 0 && (isJoin || isPair || isClause)) flush();
      else if (word === 'or' || (word === 'and' && !between)) flush(1);
      else if (word === 'and') between = false;
    }
    if (spaced.has(token) && line.trim() !== '') line += ' ';
    line += token.text;
    if (token.text === '(') {
      const broken = ['select', 'with'].includes(lower(after)) || isLong(words, at);
      brackets.push({ broken });
      if (broken) {
        depth++;
        flush();
      }
    } else if (token.text === ',' && brackets.length > 0 && brackets.at(-1)?.broken === true) {
      const list = lower(words[at + 1]) !== '';
      if (list && line.length > 80) flush();
    } else if (token.text === ',' && line.length > 88) flush(1);
    else if (token.text === ';') flush();
  });
  flush();
  return lines.join('\n');
}
