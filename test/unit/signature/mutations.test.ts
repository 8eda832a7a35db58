import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_OUTPUT_BYTES } from '../../../src/signature/sql/output.js';
import { sqlSignatureParts } from '../../../src/signature/sql/signature.js';
import { fuzz } from './canary/fuzz.js';
import { dialectNames } from './canary/plant.js';

/** A slice of what `npm run test:nightly` reads a million of. */
const STATEMENTS = 40_000;
const SEED = 20_260_601;

describe('damaged statements', () => {
  it(`reveal nothing (${STATEMENTS} statements, seed ${SEED})`, () => {
    const { readings, leaks, unstable, unequal } = fuzz(STATEMENTS, SEED);
    expect(leaks).toEqual([]);
    expect(unstable).toEqual([]);
    expect(unequal).toEqual([]);
    expect(readings).toBe(3 * STATEMENTS);
  }, 240_000);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        ...`SELECT INSERT VALUES ( ) [ ] { } ' " \` \\ $$ $a$ -- /* */ ; , . :: : := @ @@ # ? ?| IN ARRAY SET = TO a t_1 1 0x E' U&' q'[ N' ROW AS FROM NULL IS`.split(
          ' ',
        ),
        ' ',
        '\n',
        '\r',
        '\0',
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
  fc
    .array(
      fc.constantFrom(
        'SELECT',
        'a',
        '(',
        ')',
        ',',
        '?',
        "'x'",
        'IN',
        '-',
        '[',
        ']',
        ';',
        'VALUES',
        '.',
        '::',
      ),
      {
        maxLength: 60,
      },
    )
    .map((parts) => `SELECT ${parts.join(' ')}`),
);
const anyDialect = fc.constantFrom(undefined, ...dialectNames);

describe('any text', () => {
  it('gives a bounded signature that is its own signature', () => {
    fc.assert(
      fc.property(anyText, anyDialect, (text, dialect) => {
        const once = sqlSignatureParts(text, dialect);
        expect(Buffer.byteLength(once.text)).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
        expect(once.hash).toMatch(/^[0-9a-f]{16}$/);
        expect(once.summary.length).toBeLessThanOrEqual(255);
        expect(sqlSignatureParts(once.text, dialect).text).toBe(once.text);
      }),
      { numRuns: 20_000, seed: SEED },
    );
  });

  it('is read without a trace of the text before it', () => {
    fc.assert(
      fc.property(anyText, anyText, anyDialect, (first, second, dialect) => {
        const alone = sqlSignatureParts(second, dialect);
        sqlSignatureParts(first, dialect);
        expect(sqlSignatureParts(second, dialect)).toEqual(alone);
      }),
      { numRuns: 5_000, seed: SEED },
    );
  });

  it('hides what stands between the quotes of a literal', () => {
    const content = fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(content, anyDialect, (raw, dialect) => {
        const secret = `zqx${raw.replace(/[\\']/g, '')}zqx`;
        const text = `SELECT a FROM t WHERE b = '${secret}' AND c = 1`;
        expect(sqlSignatureParts(text, dialect).text).toBe('SELECT a FROM t WHERE b = ? AND c = ?');
      }),
      { numRuns: 3_000, seed: SEED },
    );
  });
});
