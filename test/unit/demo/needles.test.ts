import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Needles } from '../../../demo/smoke/needles.mjs';
import { DIGIT_PIECE_LENGTH, PIECE_LENGTH, Secrets } from '../../../demo/traffic/secrets.mjs';

const secrets = new Secrets();
for (let i = 0; i < 20; i++) {
  secrets.email(`email ${i}`);
  secrets.iban(`iban ${i}`);
  secrets.card('4242');
}
const needles = new Needles(secrets);
const token = fc.constantFrom(...secrets.tokens);

/** A piece of at least the length that counts, anywhere in the secret. */
const pieceOf = (secret: string, length: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(secret.length - length), fc.nat(secret.length))
    .map(([start, more]) => secret.slice(start, start + length + more));

const surroundings = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));

const forms: Record<string, (piece: string) => string | Buffer> = {
  'as it is': (piece) => piece,
  'in capitals': (piece) => piece.toUpperCase(),
  backwards: (piece) => [...piece].reverse().join(''),
  'UTF-16': (piece) => Buffer.from(piece, 'utf16le'),
  hex: (piece) => Buffer.from(piece).toString('hex'),
  'URL-encoded': (piece) => Buffer.from(piece).toString('hex').replace(/../g, '%$&'),
};

describe('search for planted values', () => {
  it.each(Object.keys(forms))('finds any piece of five characters, %s', (form) => {
    fc.assert(
      fc.property(
        token.chain((secret) => pieceOf(secret, PIECE_LENGTH)),
        surroundings,
        (piece, [before, after]) => {
          const hidden = forms[form]?.(piece) ?? '';
          const haystack = Buffer.concat([before, Buffer.from(hidden), after]);
          expect(needles.find(haystack)).toBeDefined();
        },
      ),
    );
  });

  it('finds a whole value inside base64, whatever stands before and after it', () => {
    fc.assert(
      fc.property(token, surroundings, (secret, [before, after]) => {
        const text = Buffer.concat([before, Buffer.from(secret), after]).toString('base64');
        expect(needles.find(Buffer.from(text))).toBeDefined();
        expect(
          needles.find(Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))),
        ).toBeDefined();
      }),
    );
  });

  it('finds digests of a value and runs of its digits', () => {
    for (const secret of secrets.tokens) {
      for (const algorithm of ['md5', 'sha1', 'sha256']) {
        const hash = createHash(algorithm).update(secret);
        expect(needles.find(Buffer.from(`x${hash.digest('hex')}`))?.form).toBe(algorithm);
      }
    }
    for (const digits of secrets.digits) {
      const run = digits.slice(-DIGIT_PIECE_LENGTH);
      expect(needles.find(Buffer.from(`iban ${run}.`))).toBeDefined();
    }
  });

  it('says where a value was planted and not what it is', () => {
    const finding = needles.find(Buffer.from(secrets.tokens[3] ?? ''));
    expect(finding).toEqual({ kind: 'email email 3', form: 'as it is' });
  });

  it('finds nothing in ordinary text, in hashes and in random bytes', () => {
    const text = 'SELECT id, name FROM customers WHERE email = ? /* 2026-11-23T20:00:00.123Z */ ';
    expect(needles.find(Buffer.from(text.repeat(500)))).toBeUndefined();
    expect(needles.find(Buffer.from(randomBytes(50_000).toString('hex')))).toBeUndefined();
    expect(needles.find(randomBytes(5_000_000), true)).toBeUndefined();
  });

  it('needs compressed bytes unpacked: that is why the recorder unpacks them', () => {
    const packed = gzipSync(`{"name":"${secrets.tokens[0] ?? ''}"}`);
    expect(needles.find(gunzipSync(packed))).toBeDefined();
  });
});
