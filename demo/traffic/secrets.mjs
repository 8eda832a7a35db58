/**
 * Planted secrets. Every personal value of the demo carries a token nobody can guess, so that finding one
 * (or a piece of one) anywhere proves a leak, and finding none is not luck.
 */
import { randomInt } from 'node:crypto';

/** Letters beyond hexadecimal and no vowels: no piece can be a hash, an id or a word. */
const LETTERS = 'ghjkmnpqrtvwxz';
const DIGITS = '23456789';
const TOKEN_LENGTH = 14;
/** Shortest piece of a token that counts as a leak. */
export const PIECE_LENGTH = 5;
/** Digits occur in honest numbers; only longer runs of them prove anything. */
export const DIGIT_PIECE_LENGTH = 9;

const pick = (text) => text[randomInt(text.length)];

function createToken() {
  for (;;) {
    let token = '';
    for (let i = 0; i < TOKEN_LENGTH; i++) token += pick(randomInt(3) === 0 ? DIGITS : LETTERS);
    let good = true;
    for (let i = 0; i + PIECE_LENGTH <= TOKEN_LENGTH; i++) {
      const piece = token.slice(i, i + PIECE_LENGTH);
      if (piece.replace(/\D/g, '').length > 3 || !/\d/.test(piece)) good = false;
    }
    if (good) return token;
  }
}

function createDigits(count) {
  let digits = '';
  for (let i = 0; i < count; i++) digits += String(randomInt(10));
  return digits;
}

/** All tokens of one run, for planting and for searching. */
export class Secrets {
  /** @type {string[]} */
  tokens = [];
  /** @type {string[]} */
  digits = [];
  /** A bounded set is planted again and again: the search stays exact and fast for a demo that runs for days. */
  #maxPerKind = 12;
  #byKind = new Map();

  #take(kind, create) {
    let values = this.#byKind.get(kind);
    if (values === undefined) this.#byKind.set(kind, (values = []));
    if (values.length < this.#maxPerKind) values.push(create());
    else values.push(values.shift());
    return values[values.length - 1];
  }

  /** A token; `kind` separates positions, so that a finding says where it was planted. */
  token(kind) {
    return this.#take(kind, () => {
      const token = createToken();
      this.tokens.push(token);
      return token;
    });
  }

  #number(kind, length) {
    return this.#take(kind, () => {
      const digits = createDigits(length);
      this.digits.push(digits);
      return digits;
    });
  }

  email(kind) {
    return `anna.${this.token(`email ${kind}`)}@mail.example`;
  }

  /** With an apostrophe and a space: quoting and URL encoding have something to do. */
  name(kind) {
    return `Anna O'${this.token(`name ${kind}`)} Weber`;
  }

  iban(kind) {
    return `DE${this.#number(`iban ${kind}`, 20)}`;
  }

  /** @param {string} last the four digits by which the payment service decides. */
  card(last) {
    return `4${this.#number('card', 11)}${last}`;
  }

  /** Which kind of value a token was planted as. */
  kindOf(secret) {
    for (const [kind, values] of this.#byKind) if (values.includes(secret)) return kind;
    return 'unknown';
  }
}
