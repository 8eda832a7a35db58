/**
 * Search for planted secrets and pieces of them, as they are and in the encodings in which a value could
 * travel. One pass over the bytes: needles are indexed by their first five bytes.
 */
import { createHash } from 'node:crypto';
import { DIGIT_PIECE_LENGTH, PIECE_LENGTH } from '../traffic/secrets.mjs';

/**
 * In encrypted or otherwise random bytes a five-character piece turns up by chance (about once in 2^40 places
 * per piece); twice its length does not.
 */
const OPAQUE_PIECE_LENGTH = 10;
const INDEX_LENGTH = 5;

function* windows(text, length) {
  for (let i = 0; i + length <= text.length; i++) yield text.slice(i, i + length);
}

const hex = (text) => Buffer.from(text).toString('hex');
const percent = (text) => hex(text).replace(/../g, '%$&');

/** What `secret` looks like inside a longer base64 text, whatever stands before and after it. */
function* base64Pieces(secret, length) {
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.from('\0'.repeat(before) + secret)
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters mix with the neighbours' bits.
    const own = encoded.slice(before === 0 ? 0 : before + 1, -1);
    for (const piece of windows(own, length)) {
      yield piece;
      if (/[+/]/.test(piece)) yield piece.replaceAll('+', '-').replaceAll('/', '_');
    }
  }
}

function* formsOf(secret, pieceLength) {
  for (const piece of windows(secret, pieceLength)) {
    yield ['as it is', Buffer.from(piece)];
    yield ['in capitals', Buffer.from(piece.toUpperCase())];
    yield ['backwards', Buffer.from([...piece].reverse().join(''))];
    yield ['UTF-16', Buffer.from(piece, 'utf16le')];
    yield ['hex', Buffer.from(hex(piece))];
    yield ['hex', Buffer.from(hex(piece).toUpperCase())];
    yield ['URL-encoded', Buffer.from(percent(piece))];
    yield ['URL-encoded', Buffer.from(percent(piece).toUpperCase())];
  }
  // Eight base64 characters stand for six bytes.
  const base64Length = Math.max(8, Math.ceil((pieceLength * 4) / 3));
  for (const piece of base64Pieces(secret, base64Length)) yield ['base64', Buffer.from(piece)];
  for (const algorithm of ['md5', 'sha1', 'sha256']) {
    const digest = createHash(algorithm).update(secret).digest();
    yield [algorithm, Buffer.from(digest.toString('hex').slice(0, 16))];
    yield [algorithm, Buffer.from(digest.toString('base64').slice(0, 12))];
    yield [algorithm, digest.subarray(0, 8)];
  }
}

const indexOfBytes = (bytes, at) => (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];

class Index {
  /** Three bytes → is there any needle: keeps the Map out of nearly every step. */
  #starts = new Uint8Array(1 << 24);
  #byPrefix = new Map();
  size = 0;

  add(bytes, finding) {
    const key = bytes.latin1Slice(0, INDEX_LENGTH);
    this.#starts[indexOfBytes(bytes, 0)] = 1;
    const list = this.#byPrefix.get(key);
    if (list === undefined) this.#byPrefix.set(key, [{ bytes, finding }]);
    else list.push({ bytes, finding });
    this.size += 1;
  }

  find(haystack) {
    for (let at = 0; at + INDEX_LENGTH <= haystack.length; at++) {
      if (this.#starts[indexOfBytes(haystack, at)] === 0) continue;
      for (const { bytes, finding } of this.#byPrefix.get(
        haystack.latin1Slice(at, at + INDEX_LENGTH),
      ) ?? []) {
        if (haystack.subarray(at, at + bytes.length).equals(bytes)) return finding;
      }
    }
    return undefined;
  }
}

export class Needles {
  #text = new Index();
  #opaque = new Index();

  /** @param {import('../traffic/secrets.mjs').Secrets} secrets all that was planted so far */
  constructor(secrets) {
    const add = (secret, textLength) => {
      const kind = secrets.kindOf(secret);
      for (const [form, bytes] of formsOf(secret, textLength))
        this.#text.add(bytes, { kind, form });
      for (const [form, bytes] of formsOf(secret, OPAQUE_PIECE_LENGTH)) {
        this.#opaque.add(bytes, { kind, form });
      }
    };
    for (const token of secrets.tokens) add(token, PIECE_LENGTH);
    for (const digits of secrets.digits) add(digits, DIGIT_PIECE_LENGTH);
  }

  get size() {
    return this.#text.size;
  }

  /**
   * The first finding: which kind of planted value, in which form; never the value itself.
   * @param {Buffer} bytes  @param {boolean} opaque random-looking bytes (encrypted)
   * @returns {{ kind: string, form: string } | undefined}
   */
  find(bytes, opaque = false) {
    return (opaque ? this.#opaque : this.#text).find(bytes);
  }
}
