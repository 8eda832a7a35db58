/**
 * Ends of literals and comments in the source bytes. Every function returns the index after the end, or one
 * of the two verdicts below. A NUL sentinel follows the last byte.
 */
import { CLASS } from './chars.js';
import * as chars from './chars.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { afterQuote, classOf, wordBits } = chars;

/** The text is not well-formed: it lost its head or its tail, or its quotes are odd. */
export const BROKEN = -1;
/** Two readings of the text differ from here on: what follows cannot be told apart from literals. */
export const UNCLEAR = -2;

/** How backslashes in plain literals are read; decided by the first literal that allows only one reading. */
export const enum BACKSLASH {
  undecided = 0,
  escapes = 1,
  ordinary = 2,
}

const QUOTE = 39;
const BACKSLASH_BYTE = 92;

/** End of a quoted token when backslashes (do not) escape; BROKEN when there is none. */
function endUnder(
  src: Uint8Array,
  end: number,
  from: number,
  quote: number,
  escapes: boolean,
): number {
  for (let i = from; i < end; i++) {
    const byte = src[i];
    if (byte === quote) {
      if (src[i + 1] !== quote) return i + 1;
      i++;
    } else if (escapes && byte === BACKSLASH_BYTE) i++;
  }
  return BROKEN;
}

export interface Quoted {
  /** Index after the token, BROKEN or UNCLEAR. */
  end: number;
  /** The reading of backslashes from now on. */
  backslash: number;
}

/**
 * Finds the end of a quoted token that starts before `from`. A backslash before a quote has two readings. When
 * they end at different places, a reading is refused if its closing quote is glued to something that never
 * follows a literal (`'O\'Reilly'`: a literal `'O\'` followed by a name); when that decides nothing, UNCLEAR.
 * `'\'` after ESCAPE is the one exception: under the other reading it would be two characters long, which no
 * dialect accepts there.
 */
export function findQuotedEnd(
  src: Uint8Array,
  end: number,
  from: number,
  quote: number,
  afterEscape: boolean,
  result: Quoted,
): void {
  let i = from;
  while (i < end) {
    const byte = src[i];
    if (byte === quote) {
      if (src[i + 1] !== quote) {
        result.end = i + 1;
        return;
      }
      i += 2;
      continue;
    }
    if (byte === BACKSLASH_BYTE) {
      const next = src[i + 1];
      if (next === BACKSLASH_BYTE && result.backslash !== BACKSLASH.ordinary) {
        // Two backslashes before a quote: both readings close there. Before anything else: no difference.
        i += 2;
        continue;
      }
      if (next === quote) {
        if (result.backslash === BACKSLASH.escapes) {
          i += 2;
          continue;
        }
        if (result.backslash === BACKSLASH.undecided) {
          if (afterEscape && i === from && src[i + 2] !== quote) {
            result.end = i + 2;
            return;
          }
          const escaped = endUnder(src, end, i + 2, quote, true);
          const ordinary = endUnder(src, end, i + 1, quote, false);
          if (escaped === ordinary) {
            result.end = escaped;
            return;
          }
          const escapedFits = escaped !== BROKEN && afterQuote[src[escaped] as number] === 1;
          const ordinaryFits = ordinary !== BROKEN && afterQuote[src[ordinary] as number] === 1;
          if (escapedFits && !ordinaryFits && ordinary !== BROKEN) {
            result.backslash = BACKSLASH.escapes;
            result.end = escaped;
          } else if (ordinaryFits && !escapedFits && escaped !== BROKEN) {
            result.backslash = BACKSLASH.ordinary;
            result.end = ordinary;
          } else result.end = UNCLEAR;
          return;
        }
      }
    }
    i++;
  }
  result.end = BROKEN;
}

/** End of PostgreSQL's E'…', where backslashes always escape. */
export function findEscapedEnd(src: Uint8Array, end: number, from: number): number {
  return endUnder(src, end, from, QUOTE, true);
}

/** True when nothing between the two indexes could open or close a literal or a comment. */
export function isPlain(src: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const kind = classOf[src[i] as number];
    if (
      kind === CLASS.single ||
      kind === CLASS.double ||
      kind === CLASS.backtick ||
      kind === CLASS.dollar ||
      (kind === CLASS.slash && src[i + 1] === 42)
    ) {
      return false;
    }
  }
  return true;
}

/**
 * End of a comment that runs to the line feed. A lone carriage return inside ends it in PostgreSQL only:
 * UNCLEAR. `certain` is false where another dialect would not see a comment at all: then it must be plain.
 */
export function findLineEnd(src: Uint8Array, end: number, from: number, certain: boolean): number {
  for (let i = from; i < end; i++) {
    const byte = src[i];
    if (byte === 10) return certain || isPlain(src, from, i) ? i + 1 : UNCLEAR;
    if (byte === 13 && src[i + 1] !== 10 && i + 1 < end) return UNCLEAR;
  }
  return certain || isPlain(src, from, end) ? end : UNCLEAR;
}

/**
 * End of a block comment whose `/*` ends at `from`. Comments nest in PostgreSQL and SQL Server only: the outer
 * end is taken, and what lies between the two ends must be plain. MySQL runs `/*! … *\/`: an odd quote in it
 * would reach beyond the end.
 */
export function findCommentEnd(src: Uint8Array, end: number, from: number): number {
  let depth = 1;
  let firstEnd = 0;
  let quotes = 0;
  const executable = src[from] === 33 || (src[from] === 77 && src[from + 1] === 33);
  for (let i = from; i < end; i++) {
    const byte = src[i];
    if (byte === 42 && src[i + 1] === 47) {
      i++;
      if (firstEnd === 0) firstEnd = i + 1;
      if (--depth === 0) {
        if (executable && quotes % 2 !== 0) return UNCLEAR;
        return firstEnd === i + 1 || isPlain(src, firstEnd, i) ? i + 1 : UNCLEAR;
      }
    } else if (byte === 47 && src[i + 1] === 42) {
      depth++;
      i++;
    } else if (byte === QUOTE || byte === 34) quotes++;
  }
  return BROKEN;
}

/** Bytes of the tag at a `$`, both dollars included (2 for `$$`), or 0 when it opens no dollar quote. */
export function dollarTagBytes(src: Uint8Array, at: number): number {
  let i = at + 1;
  if ((wordBits[src[i] as number] as number) === 2) return 0;
  while (src[i] !== 36 && wordBits[src[i] as number] !== 0) i++;
  return src[i] === 36 ? i + 1 - at : 0;
}

/** End of a dollar-quoted literal with the tag at `at`. */
export function findDollarEnd(src: Uint8Array, end: number, at: number, tagBytes: number): number {
  outer: for (let i = at + tagBytes; i + tagBytes <= end; i++) {
    if (src[i] !== 36) continue;
    for (let k = 1; k < tagBytes; k++) {
      if (src[i + k] !== src[at + k]) {
        // Bytes up to the mismatch hold no dollar: the tag has none inside.
        i += k - 1;
        continue outer;
      }
    }
    return i + tagBytes;
  }
  return BROKEN;
}

/** End of Oracle's q'[…]' whose delimiter stands at `at` (after the quote). */
export function findQQuoteEnd(src: Uint8Array, end: number, at: number): number {
  const open = src[at] as number;
  let width = 1;
  if (open >= 128) while (((src[at + width] as number) & 0xc0) === 0x80) width++;
  const closing =
    open === 91 ? 93 : open === 123 ? 125 : open === 40 ? 41 : open === 60 ? 62 : open;
  search: for (let i = at + width; i + width < end; i++) {
    if (src[i] !== closing || src[i + width] !== QUOTE) continue;
    for (let k = 1; k < width; k++) if (src[i + k] !== src[at + k]) continue search;
    return i + width + 1;
  }
  return BROKEN;
}

/** End of a run of digits, letters, dots and exponent signs: every way to write a number, and trailing junk. */
export function findNumberEnd(src: Uint8Array, from: number): number {
  let i = from;
  const hex = src[i] === 48 && ((src[i + 1] as number) | 32) === 120;
  for (;;) {
    const byte = src[i] as number;
    const bits = wordBits[byte] as number;
    if (bits !== 0) {
      if (
        !hex &&
        (byte | 32) === 101 &&
        (src[i + 1] === 43 || src[i + 1] === 45) &&
        wordBits[src[i + 2] as number] === 2
      ) {
        i += 2;
      }
    } else if (byte !== 46) return i;
    i++;
  }
}
