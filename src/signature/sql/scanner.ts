import { BACKSLASH } from './literals.js';
import { PREV } from './output.js';
import { ACT, FLAG } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import type { Dialect } from './dialects.js';
import * as literals from './literals.js';
import * as names from './names.js';
import * as output from './output.js';
import * as words from './words.js';

import { Damage } from './damage.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { afterQuote, alters, wordTable, beforeQuote, classOf, wordBits } = chars;
const { BROKEN, UNCLEAR } = literals;
const { MAX_NAME_BYTES } = names;
const { MAX_OUTPUT_BYTES } = output;
const { findWord, LANE_A_SEED, LANE_B_SEED, wordFlags, wordIsSimple } = words;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

/**
 * The scanner. One pass over the bytes; a token is copied out only when it is proven to be a listed word, an
 * operator or a name in a place where names are no data. Everything else becomes `?`.
 */
export class Scanner extends Damage {
  /**
   * The last text was one or more queries, read to its end without a doubt: nothing but the kind of its literals
   * decided what was written.
   */
  ordinary = false;

  /** Reads the loaded text; the results stay in the fields until the next call. */
  protected scan(dialect: Dialect): void {
    this.dialect = dialect;
    this.src = this.source.bytes;
    this.end = this.source.length;
    this.quoted.backslash = BACKSLASH.undecided;
    this.semicolon = false;
    this.gluedAt = -1;
    this.dollars = 0;
    this.oddComment = false;
    this.unsureAt = -1;
    this.resetBraces();
    this.resetText();
    const verdict = this.run();
    // Brackets that never close, and a comment that may have held the beginning of a literal.
    const torn = this.oddComment && this.depth > 0;
    const cut = this.endsCut();
    this.ordinary =
      verdict === STOP && !torn && !cut && !this.source.truncated && !this.holdsUtility;
    if ((verdict === BROKEN || torn || cut) && !this.source.truncated) this.keepHeadOnly();
    else {
      if (verdict === STOP && !this.source.truncated) this.dropLoneName();
      else if (this.opened) this.plainValue();
      this.closeOpenItems();
      // An element that was taken back may have had dots before it.
      if (this.full) this.trimCut();
      else if (this.prev === PREV.dot) this.keepHeadOnly();
    }
    if (!this.opened && this.end > 0) this.giveUp();
    this.source.release();
  }

  private run(): number {
    const { src, out, end } = this;
    const classes = classOf;
    const table = wordTable;
    const { truncated } = this.source;
    this.unreadable = false;
    let plain = false;
    let i = 0;
    while (i < end) {
      const first = src[i] as number;
      const kind = classes[first] as number;
      if (kind === CLASS.space) {
        i++;
        continue;
      }
      const prev = this.prev;
      if (kind === CLASS.word) {
        const start = i;
        const from = this.o;
        let o = from;
        if (prev !== PREV.start && prev !== PREV.open && prev !== PREV.dot && prev !== PREV.colon) {
          out[o++] = 32;
        }
        const nameStart = o;
        let a = LANE_A_SEED;
        let b = LANE_B_SEED;
        let bits = 0;
        let byte = first;
        let entry = table[byte] as number;
        do {
          // laneA and laneB, written out for the innermost loop.
          const folded = entry & 255;
          a = ((a << 5) | (a >>> 27)) ^ folded;
          b = (((b << 7) | (b >>> 25)) + folded) | 0;
          out[o++] = byte;
          bits |= entry;
          byte = src[++i] as number;
          entry = table[byte] as number;
        } while (entry !== 0);
        const word = findWord(a, b);
        const flags = wordFlags[word] as number;
        // The common case: a name or a word in a query that is under way, nothing special around it.
        if (
          !plain ||
          alters[byte] === 1 ||
          (bits & UNUSUAL) !== 0 ||
          (flags & FLAG.utility) !== 0 ||
          (word === 0 &&
            i - start >= 5 &&
            (first === 120 || first === 88 || mayHoldHex(src, start, i))) ||
          this.dropNext ||
          (truncated && i === end)
        ) {
          // `| 0` keeps the index an integer for the compiler: up to 4 %, depending on Node.
          i = this.slowWord(start, i, bits >> 8, word) | 0;
          if (i < 0) return i;
          plain = this.isPlainQuery;
          continue;
        }
        if (wordIsSimple[word] === 1) {
          this.onSimpleWord(word, flags);
          if (this.full || o > MAX_OUTPUT_BYTES) this.full = true;
          else this.o = o;
          this.mix(a, b);
          this.prev = PREV.keyword;
          continue;
        }
        if (word !== 0 && (flags & FLAG.soft) === 0) {
          if (!this.onWord(word, false)) {
            if (!this.plainValue()) return UNCLEAR;
            this.onValue();
            continue;
          }
          if (this.full || o > MAX_OUTPUT_BYTES) this.full = true;
          else this.o = o;
          if (this.isNoise(word)) {
            this.prev = PREV.keyword;
            continue;
          }
          this.mix(a, b);
          this.prev = (flags & FLAG.operand) !== 0 ? PREV.operand : PREV.keyword;
          continue;
        }
        if (prev === PREV.value && word === 0 && this.isStray(start, i)) return UNCLEAR;
        this.lastAct = ACT.none;
        this.lastWord = 0;
        this.comparing = false;
        if (this.full || o > MAX_OUTPUT_BYTES) this.full = true;
        else this.o = o;
        this.mix(a, b);
        this.prev = PREV.operand;
        if (this.watchesTables) {
          this.prevWasDot = prev === PREV.dot;
          this.nameLane = a;
          this.noteTable(nameStart, this.o);
        }
        continue;
      }
      if (plain) {
        const end = this.quickToken(i, kind, first, prev) | 0;
        if (end > 0) {
          i = end;
          continue;
        }
      }
      i = this.other(i, kind) | 0;
      if (i < 0) return i;
      plain = this.isPlainQuery;
    }
    return STOP;
  }

  /**
   * The commonest tokens of a query without the detours of `other`, which decides the same: a dot after a name, a
   * comma, an operator of one byte, a literal without backslashes or doubled quotes, a number.
   * @returns the index after the token, or 0 when it is none of these.
   */
  private quickToken(i: number, kind: number, byte: number, prev: number): number {
    const { src } = this;
    if (kind === CLASS.dot) {
      if (prev !== PREV.operand || classOf[src[i - 1] as number] === CLASS.space) return 0;
      this.mark(46, PREV.dot, false);
      return i + 1;
    }
    if (kind === CLASS.comma) {
      this.comma();
      this.onComma(prev);
      return i + 1;
    }
    if (kind === CLASS.operator) {
      if (
        byte === 38 ||
        byte === 43 ||
        prev < PREV.operand ||
        mayFollow[src[i + 1] as number] !== 1
      )
        return 0;
      this.singleOperator(byte);
      this.comparing = true;
      return i + 1;
    }
    if (this.lastAct === ACT.in) return 0;
    if (kind === CLASS.digit) {
      // Anything but digits and a point is looked at more closely: letters, dollars, an exponent.
      let end = i + 1;
      let next = src[end] as number;
      while (wordTable[next] === next + DIGIT || next === 46) next = src[++end] as number;
      if (wordTable[next] !== 0 || (byte === 48 && end - i < 3)) return 0;
      this.value();
      this.onValue();
      return end;
    }
    if (kind === CLASS.single && beforeQuote[src[i - 1] as number] === 1) {
      let end = i + 1;
      let next = src[end] as number;
      while (next !== 39 && next !== 92 && next !== 0) next = src[++end] as number;
      if (next !== 39) return 0;
      next = src[++end] as number;
      if (next === 39 || next === 60 || next === 0 || afterQuote[next] !== 1) return 0;
      this.value();
      this.onValue();
      return end;
    }
    return 0;
  }
}

/** `wordTable` of a digit, less the digit. */
const DIGIT = 2 << 8;

/** Digits, bytes of other scripts and dollars in a word: bits of `wordTable`. */
const UNUSUAL = 22 << 8;

/** Bytes after which an operator of one byte is certainly over: a space, a letter, a digit. */
const mayFollow = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) {
  if (byte === 32 || (wordBits[byte] !== 0 && byte !== 36)) mayFollow[byte] = 1;
}

/**
 * Hexadecimal letters that may be data, by the rules of `names.ts`: five with no other letter beside them, or eight in
 * a row; or a word that is far too long. A run of five covers every fifth byte: the others need no look.
 */
function mayHoldHex(src: Uint8Array, from: number, to: number): boolean {
  let i = from + 4;
  while (i < to) {
    if (wordBits[src[i] as number] !== 1) {
      i += 5;
      continue;
    }
    let start = i;
    while (start > from && wordBits[src[start - 1] as number] === 1) start--;
    let end = i + 1;
    while (wordBits[src[end] as number] === 1) end++;
    if (end - start >= 5) {
      if (end - start >= 8) return true;
      if ((start === from || src[start - 1] === 95) && (end === to || src[end] === 95)) return true;
    }
    i = end + 5;
  }
  return to - from > MAX_NAME_BYTES;
}
