import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../src/signature/sql/dialects.js';
import { MAX_SHAPE_BYTES, ShapeCache } from '../../../src/signature/sql/shapes.js';
import { SqlReader } from '../../../src/signature/sql/signature.js';
import { createRandom, mutate } from './canary/mutate.js';
import { allPlanted, dialectNames } from './canary/plant.js';

const systems = [undefined, ...dialectNames];

function read(reader: SqlReader): string {
  return [reader.text(), reader.hashText(), reader.summary(), reader.collection()].join('\n');
}

/** A reader that asks the shapes first, as the product does, and one that never does. */
class Pair {
  readonly shapes = new ShapeCache<string>();
  hits = 0;
  private readonly fast = new SqlReader();
  private readonly plain = new SqlReader();

  /** Remembers every text at once and often enough to be found again. */
  compare(text: string, system: string | undefined): void {
    const dialect = dialectOf(system);
    this.plain.read(text, dialect);
    const expected = read(this.plain);
    this.fast.source.load(text);
    const known = this.shapes.find(this.fast.source, dialect);
    if (known !== undefined) {
      this.hits++;
      // Not an assertion for each text: a hundred thousand of them take longer than the reading.
      if (known !== expected) expect.fail(`${system ?? 'unknown'}: ${text} → ${known}`);
      return;
    }
    this.fast.readLoaded(dialect);
    if (this.fast.ordinary) this.shapes.remember(this.fast.source, dialect, expected);
  }
}

/** Other values of other lengths in the same places. */
function varied(text: string, random: (below: number) => number): string {
  return text
    .replace(/kanari\d+/g, () => 'kanari'.repeat(1 + random(3)) + String(random(100)))
    .replace(/(?<![\w.])\d+(?![\w.])/g, () => String(random(10 ** random(7))))
    .replace(/''/g, () => (random(2) === 0 ? "''" : "''''"));
}

describe('known shapes', () => {
  it('give what the scanner gives, for every literal in every dialect', () => {
    const pair = new Pair();
    const random = createRandom(7);
    let count = 0;
    for (const { text } of allPlanted()) {
      for (const system of systems) {
        for (const other of [text, varied(text, random)]) {
          pair.compare(other, system);
          count++;
        }
      }
    }
    // Enough of them were found again for this to mean something.
    expect(pair.hits / count).toBeGreaterThan(0.05);
  }, 120_000);

  it('give what the scanner gives for damaged statements', () => {
    const pair = new Pair();
    const originals = [...allPlanted()];
    const random = createRandom(11);
    for (let count = 0; count < 10_000; count++) {
      const { text } = mutate(originals, random);
      const system = systems[random(systems.length)];
      for (const other of [text, varied(text, random)]) pair.compare(other, system);
    }
    expect(pair.hits).toBeGreaterThan(500);
  }, 120_000);

  it.each([
    ["SELECT a FROM t WHERE b = 'x' AND c = 1", "SELECT a FROM t WHERE b = 'O''Brien' AND c = 2.5"],
    ['SELECT a FROM t WHERE b = -5', 'SELECT a FROM t WHERE b = -71'],
    ['/*id=1*/ SELECT a FROM t LIMIT 5', "/*id='it''s'*/ SELECT a FROM t LIMIT 50"],
    ['SELECT a FROM t WHERE b IN (1, 2)', 'SELECT a FROM t WHERE b IN (10, 200)'],
    [
      'SELECT "a" FROM "t" WHERE "b" = $1 AND c = 7',
      'SELECT "a" FROM "t" WHERE "b" = $1 AND c = 8',
    ],
  ])('share a shape: %s', (first, second) => {
    const pair = new Pair();
    pair.compare(first, 'postgresql');
    pair.compare(second, 'postgresql');
    expect(pair.hits).toBe(1);
  });

  it.each([
    ['a UUID without quotes', 'SELECT 12345678-1234 FROM t', 'SELECT 12345678-123 FROM t'],
    ['half of 0x', 'SELECT a FROM t WHERE b IN (5 x1234)', 'SELECT a FROM t WHERE b IN (0 x1234)'],
    ['a backslash', "SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'x\\'"],
    ['a comment that MySQL runs', 'SELECT a /* x */ FROM t', 'SELECT a /*! x */ FROM t'],
    ['an exponent', 'SELECT a FROM t WHERE b = 5', 'SELECT a FROM t WHERE b = 5e3'],
    ['case', 'SELECT a FROM t WHERE b = 5', 'SELECT A FROM t WHERE b = 5'],
    ['no end', "SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'x"],
    ['more text', 'SELECT a FROM t WHERE b = 5', 'SELECT a FROM t WHERE b = 5 AND c = 6'],
    ['less text', 'SELECT a FROM t WHERE b = 5 AND c', 'SELECT a FROM t WHERE b = 5'],
  ])('tell apart: %s', (_, first, second) => {
    for (const system of systems) {
      const pair = new Pair();
      pair.compare(first, system);
      pair.compare(second, system);
      expect(pair.hits).toBe(0);
    }
  });

  it('remember no utility statement, and nothing long', () => {
    const pair = new Pair();
    const long = (n: number): string => `SELECT a FROM t WHERE b IN (${`${n}, `.repeat(2000)}1)`;
    expect(long(1).length).toBeGreaterThan(MAX_SHAPE_BYTES);
    for (const build of [
      (n: number) => `SET x = ${n}`,
      (n: number) => `COPY t FROM STDIN; ${n}`,
      (n: number) => `ALTER USER u PASSWORD x${n}`,
      long,
    ]) {
      for (let n = 1; n < 4; n++) pair.compare(build(n), 'postgresql');
    }
    expect(pair.hits).toBe(0);
  });

  it('stay right while an app makes a new shape per call, and find the ones in use', () => {
    const pair = new Pair();
    for (let n = 0; n < 10_000; n++) {
      const name = n
        .toString(26)
        .replace(/\d/g, (digit) => String.fromCharCode(107 + Number(digit)));
      pair.compare(`SELECT a_${name} FROM t WHERE b = ${n}`, 'postgresql');
      if (n % 10 === 0) pair.compare(`SELECT a, c FROM t WHERE d = ${n}`, 'postgresql');
    }
    expect(pair.hits).toBeGreaterThan(900);
  });
});
