import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlSignature, urlSignature } from '../../../src/signature/index.js';

const GUIDE = readFileSync(join(import.meta.dirname, '../../../docs/signatures.md'), 'utf8');

/** The code spans of each row of a table of the guide; `\n` in a span is a line's end. */
function rowsOf(name: string): string[][] {
  const [, body = ''] =
    new RegExp(`<!-- ${name}:begin -->([\\s\\S]*?)<!-- ${name}:end -->`).exec(GUIDE) ?? [];
  return body
    .split('\n')
    .map((line) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll('\\n', '\n')),
    )
    .filter((spans) => spans.length >= 2);
}

describe('docs/signatures.md', () => {
  it.each(rowsOf('sql'))('%s → %s', (statement, signature) => {
    const texts = ['postgresql', 'mysql', 'oracle.db', undefined].map(
      (dialect) => sqlSignature(statement as string, dialect === undefined ? {} : { dialect }).text,
    );
    expect(texts).toEqual(texts.map(() => signature));
  });

  it.each(rowsOf('same'))('%s and %s share a hash', (one, other) => {
    expect(sqlSignature(one as string).hash).toBe(sqlSignature(other as string).hash);
  });

  it.each(rowsOf('url'))('%s → %s', (url, signature) => {
    expect(urlSignature('GET', url as string)).toBe(signature);
  });

  it('shows how dialects differ, and what its code gives', () => {
    expect(rowsOf('sql').length + rowsOf('same').length + rowsOf('url').length).toBeGreaterThan(15);
    const rows = [...GUIDE.matchAll(/^\| `(SELECT[^`]+)` +\| `([^`]+)` +\| `([^`]+)` +\|$/gm)];
    expect(rows).toHaveLength(2);
    for (const [, statement = '', postgresql, mysql] of rows) {
      expect(sqlSignature(statement, { dialect: 'postgresql' }).text).toBe(postgresql);
      expect(sqlSignature(statement, { dialect: 'mysql' }).text).toBe(mysql);
    }
    for (const [, call = '', expected] of GUIDE.matchAll(
      /^((?:sql|url)Signature\(.+\)(?:\.text)?); \/\/ (.+)$/gm,
    )) {
      const run = new Function('sqlSignature', 'urlSignature', `return ${call}`) as (
        sql: typeof sqlSignature,
        url: typeof urlSignature,
      ) => string;
      expect(run(sqlSignature, urlSignature)).toBe(expected);
    }
  });
});
