/**
 * Holes: the places of a statement in which the ordinary literals and comments stand, and the rules by which a text
 * is cut into holes and the bytes between them. Deliberately narrower than the scanner: whatever is not plain here is
 * left to it.
 */
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import type { Dialect } from './dialects.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { classOf, wordBits } = chars;

export const enum HOLE {
  /** No hole: the text ends. */
  end = 0,
  /** Digits, with a point and more digits or without. */
  number = 1,
  /** '…', quotes in it doubled. */
  single = 2,
  /** "…" where that is a literal. */
  double = 3,
  /** A block comment that no dialect runs and that holds no other. */
  comment = 4,
}

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKSLASH = 92;

function numberEnd(src: Uint8Array, from: number): number {
  let at = from;
  if (wordBits[src[at] as number] !== 2) return -1;
  do at++;
  while (wordBits[src[at] as number] === 2);
  // `0 x1f` may be a hexadecimal number that was torn apart: the scanner looks at what follows.
  if (at - from === 1 && src[from] === 48 && ((src[at + 1] as number) | 32) === 120) return -1;
  if (src[at] === 46 && wordBits[src[at + 1] as number] === 2) {
    do at++;
    while (wordBits[src[at] as number] === 2);
  }
  return at;
}

/** A backslash has two readings, and a NUL may be the end of the text. */
function quotedEnd(src: Uint8Array, from: number, quote: number): number {
  if (src[from] !== quote) return -1;
  let at = from;
  for (;;) {
    const byte = src[++at] as number;
    if (byte === quote) {
      if (src[at + 1] !== quote) return at + 1;
      at++;
    } else if (byte === BACKSLASH || byte === 0) return -1;
  }
}

function commentEnd(src: Uint8Array, from: number): number {
  if (src[from] !== 47 || src[from + 1] !== 42) return -1;
  let at = from + 2;
  // MySQL and MariaDB run /*! and /*M!.
  if (src[at] === 33 || src[at] === 77) return -1;
  for (;;) {
    const byte = src[at] as number;
    if (byte === 0) return -1;
    if (byte === 42 && src[at + 1] === 47) return at + 2;
    if (byte === 47 && src[at + 1] === 42) return -1;
    at++;
  }
}

/** Index after the hole of a kind that begins at `from`, or -1 when there is none. */
export function holeEnd(src: Uint8Array, from: number, kind: number): number {
  switch (kind) {
    case HOLE.number:
      return numberEnd(src, from);
    case HOLE.single:
      return quotedEnd(src, from, QUOTE);
    case HOLE.double:
      return quotedEnd(src, from, DOUBLE_QUOTE);
    default:
      return commentEnd(src, from);
  }
}

function setOf(bytes: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const char of bytes) set[char.charCodeAt(0)] = 1;
  return set;
}

const beforeHole = setOf(' \t\n\r\f\v(,=<>');
/** Before the minus sign of a number: nothing that a number could be subtracted from without a space. */
const beforeSign = setOf(' \t\n\r\f\v(,=');
/** NUL: the end of the text. */
const afterQuoted = setOf(' \t\n\r\f\v),;:|\0');
const afterNumber = setOf(' \t\n\r\f\v),;:|*/+-<>=\0');
/** What a quoted name may hold: nothing that could be taken for a quote, a comment or a bracket. */
const inName = setOf(' -.');

function isLiteralPlace(src: Uint8Array, at: number): boolean {
  return at > 0 && beforeHole[src[at - 1] as number] === 1;
}

function isNumberPlace(src: Uint8Array, at: number): boolean {
  if (isLiteralPlace(src, at)) return true;
  return at > 1 && src[at - 1] === 45 && beforeSign[src[at - 2] as number] === 1;
}

/** Index after the closing mark of an ordinary quoted name, or -1. */
function nameEnd(src: Uint8Array, from: number, close: number): number {
  let at = from + 1;
  while (wordBits[src[at] as number] !== 0 || inName[src[at] as number] === 1) at++;
  return src[at] === close && src[at + 1] !== close ? at + 1 : -1;
}

/** What stands at an index: `end` after it, `kind` of the hole, HOLE.end for bytes that belong to the shape. */
export interface Piece {
  end: number;
  kind: number;
}

/**
 * Looks at the piece of an ordinary statement that begins at `at`.
 * @returns false when it is anything the two readers might see differently: then the text has no shape.
 */
export function readPiece(src: Uint8Array, at: number, dialect: Dialect, piece: Piece): boolean {
  const byte = src[at] as number;
  const next = src[at + 1] as number;
  piece.kind = HOLE.end;
  piece.end = at + 1;
  switch (classOf[byte] as number) {
    case CLASS.word: {
      let end = at;
      while (wordBits[src[end] as number] !== 0) if ((src[end++] as number) >= 128) return false;
      piece.end = end;
      return src[end] !== QUOTE && src[end] !== DOUBLE_QUOTE && src[end] !== 96;
    }
    case CLASS.digit:
      piece.kind = HOLE.number;
      if (!isNumberPlace(src, at)) return false;
      piece.end = numberEnd(src, at);
      return piece.end > 0 && afterNumber[src[piece.end] as number] === 1;
    case CLASS.single:
      piece.kind = HOLE.single;
      if (!isLiteralPlace(src, at)) return false;
      piece.end = quotedEnd(src, at, QUOTE);
      return piece.end > 0 && afterQuoted[src[piece.end] as number] === 1;
    case CLASS.double:
      if (dialect.doubleQuote === 'mask') {
        piece.kind = HOLE.double;
        if (!isLiteralPlace(src, at)) return false;
        piece.end = quotedEnd(src, at, DOUBLE_QUOTE);
        return piece.end > 0 && afterQuoted[src[piece.end] as number] === 1;
      }
      piece.end = nameEnd(src, at, DOUBLE_QUOTE);
      return piece.end > 0;
    case CLASS.backtick:
      piece.end = nameEnd(src, at, 96);
      return piece.end > 0;
    case CLASS.bracket:
      piece.end = nameEnd(src, at, 93);
      return piece.end > 0 && dialect.bracket === 'identifier';
    case CLASS.slash:
      if (next !== 42) return true;
      piece.kind = HOLE.comment;
      piece.end = commentEnd(src, at);
      return piece.end > 0;
    case CLASS.dollar:
      // $1 and its like; $tag$ opens a literal.
      if (wordBits[next] !== 2) return false;
      while (wordBits[src[piece.end] as number] !== 0) piece.end++;
      return true;
    case CLASS.minus:
      return next !== 45;
    case CLASS.percent:
      return next !== 40;
    case CLASS.operator:
      return !(byte === 60 && next === 60) && !(byte === 42 && next === 47);
    case CLASS.space:
    case CLASS.comma:
    case CLASS.dot:
    case CLASS.open:
    case CLASS.close:
    case CLASS.semicolon:
    case CLASS.colon:
    case CLASS.at:
    case CLASS.question:
      return true;
    default:
      return false;
  }
}
