import { describe, expect, it } from 'vitest';
import { sqlSignature } from '../../../src/signature/index.js';

/** Fastest of three, in ms. */
function timeOf(text: string, dialect?: string): number {
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const start = process.cpuUsage();
    sqlSignature(text, dialect === undefined ? {} : { dialect });
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

const shapes: [string, (n: number) => string][] = [
  ['quotes', (n) => `SELECT ${"'".repeat(n)}`],
  ['quoted quotes', (n) => `SELECT '${"\\'".repeat(n)}'`],
  ['alternating quotes', (n) => `SELECT ${`'"`.repeat(n)}`],
  ['backslash literals', (n) => `SELECT ${"'\\' ',".repeat(n)} 1`],
  ['parentheses', (n) => `SELECT ${'('.repeat(n)}`],
  ['brackets', (n) => `SELECT a${'['.repeat(n)}`],
  ['comment openers', (n) => `SELECT ${'/*'.repeat(n)}`],
  ['comments', (n) => `SELECT ${'/* x */'.repeat(n)} 1`],
  ['dollars', (n) => `SELECT ${'$a$ $b$ '.repeat(n)}`],
  ['lone dollars', (n) => `SELECT ${'$a '.repeat(n)}`],
  ['q-quotes', (n) => `SELECT ${"q'[x ".repeat(n)}`],
  [
    'list',
    (n) => `SELECT a FROM t WHERE b IN (${Array.from({ length: n }, (_, i) => i).join(',')})`,
  ],
  [
    'different elements',
    (n) =>
      `SELECT a FROM t WHERE b IN (${Array.from({ length: n }, (_, i) => `f${i}(a)`).join(',')})`,
  ],
  ['rows', (n) => `INSERT INTO t VALUES ${'(1, 2),'.repeat(n)} (1, 2)`],
  ['statements', (n) => 'SELECT 1;'.repeat(n)],
  ['operators', (n) => `SELECT ${'+-'.repeat(n)}`],
  ['one long word', (n) => `SELECT ${'a1'.repeat(n)}`],
  ['not ASCII', (n) => `SELECT ${'é\u00a0'.repeat(n)}`],
  ['joined names', (n) => `SELECT ${'a.'.repeat(n)}b`],
];

describe('time is linear', () => {
  it.each(shapes)('%s', (_, build) => {
    for (const dialect of [undefined, 'oracle.db', 'mysql']) {
      timeOf(build(1_000), dialect);
      // 16 times the text in at most 64 times the time, with a floor against the clock's grain.
      const small = Math.max(timeOf(build(3_000), dialect), 0.5);
      expect(timeOf(build(48_000), dialect)).toBeLessThan(small * 64);
    }
  });

  it('reads a literal of 1 MiB and a list of 10,000 in milliseconds', () => {
    expect(timeOf(`SELECT '${'x'.repeat(1 << 20)}'`)).toBeLessThan(100);
    expect(
      timeOf(
        `SELECT a FROM t WHERE b IN (${Array.from({ length: 10_000 }, (_, i) => i).join(', ')})`,
      ),
    ).toBeLessThan(100);
  });

  it('drops what lies beyond 1 MiB', () => {
    const head = `SELECT a FROM t WHERE b = 1 AND c IN (${'1,'.repeat(600_000)}`;
    const { text } = sqlSignature(`${head} 'kanari') AND kanari = 5`);
    expect(text).not.toContain('kanari');
    expect(text).toBe('SELECT a FROM t WHERE b = ? AND c IN (?');
    expect(sqlSignature(`SELECT '${'x'.repeat(1_100_000)}', kanari`).text).toBe('SELECT ?');
  });
});
