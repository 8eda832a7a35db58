import { BACKSLASH } from './literals.js';
import { MODE } from './statement.js';
import { PREV } from './output.js';
import { ACT, FLAG } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import type { Dialect } from './dialects.js';
import * as literals from './literals.js';
import * as names from './names.js';
import * as output from './output.js';
import * as words from './words.js';

import { Words } from './slow-words.js';

// Local constants: the compiled module looks an import up at every use, which costs half the speed.
const { afterQuote, alters, wordTable, beforeQuote, classOf, wordBits } = chars;
const { BROKEN, findNumberEnd, UNCLEAR } = literals;
const { MAX_NAME_BYTES } = names;
const { MAX_OUTPUT_BYTES } = output;
const { findWord, indexOfWord, LANE_A_SEED, LANE_B_SEED, wordFlags, wordText, wordIsSimple } =
  words;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

/**
 * The scanner. One pass over the bytes; a token is copied out only when it is proven to be a listed word, an
 * operator or a name in a place where names are no data. Everything else becomes `?`.
 */
export class Scanner extends Words {
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
    this.ordinary = verdict === STOP && !torn && !this.source.truncated && !this.holdsUtility;
    if ((verdict === BROKEN || torn) && !this.source.truncated) this.keepHeadOnly();
    else if (verdict !== STOP || this.source.truncated) {
      if (this.opened) this.plainValue();
      this.closeOpenItems();
    } else {
      this.dropLoneName();
      this.closeOpenItems();
    }
    if (!this.opened && this.end > 0) this.giveUp();
    this.source.release();
  }

  /** Nothing of the text is understood: `?`, or nothing for a text of white space and comments. */
  private giveUp(): void {
    const blank = this.o === 0 && !this.unreadable;
    this.resetText();
    if (!blank) this.value();
  }

  /**
   * The text ends in a list of columns whose last one is a bare name: no column without a table, so it is a piece of
   * something that was longer. Of the list nothing is kept.
   */
  private dropLoneName(): void {
    const { out, listO } = this;
    if (listO < 0 || this.full || this.listDepth !== this.depth) return;
    let end = this.o;
    while (out[end - 1] === 46) end--;
    let from = end;
    while (from > listO && (wordBits[out[from - 1] as number] !== 0 || out[from - 1] === 46))
      from--;
    if (end - from < SHORTEST_PIECE) return;
    // A space may stand before SELECT.
    const isFirst = from <= listO + SELECT_BYTES + 1 && this.lastKeyword === WORD_SELECT;
    if (!isFirst && out[from - 2] !== 44) return;
    // What was written and taken back may stand behind it.
    out[this.o] = 0;
    const flags = wordFlags[this.wordIn(out, from)] as number;
    if (flags !== 0 && (flags & FLAG.soft) === 0) return;
    if (listO === 0) this.keepHeadOnly();
    else this.emptyList();
  }

  /** The text is damaged: only its first word is certain. */
  private keepHeadOnly(): void {
    const head = this.headWord;
    this.resetText();
    if (head !== 0) {
      this.opened = true;
      this.headWord = head;
      this.operationWord = head;
      this.token(wordText[head] as string, PREV.keyword, true);
      this.value();
    } else this.unreadable = true;
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
          (i - start >= 8 && mayHoldHex(src, start, i)) ||
          (flags & FLAG.utility) !== 0 ||
          (i - start >= 5 && (bits >> 8 === 1 || first === 120 || first === 88)) ||
          this.dropNext ||
          (truncated && i === end)
        ) {
          // `| 0` keeps the index an integer for the compiler: a fifth of the time of the loop.
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

  /** Tokens that start with neither a letter nor a space. */
  private other(i: number, kind: number): number {
    const src = this.src;
    const byte = src[i] as number;
    const next = src[i + 1] as number;
    const { prev } = this;
    switch (kind) {
      case CLASS.minus:
        if (next === 45) {
          const after = src[i + 2] as number;
          // MySQL wants a space: `5--1` is 6 there.
          return this.lineComment(i + 2, this.dialect.dashComment || after <= 32, after <= 32);
        }
        break;
      case CLASS.slash:
        if (next === 42) return this.blockComment(i);
        break;
      case CLASS.semicolon:
        return this.endStatement(i);
      case CLASS.open:
        return this.openParenthesis(i);
      case CLASS.brace:
        return this.openBrace(i);
      case CLASS.hash:
        if (this.dialect.hash === 'comment') return this.lineComment(i + 1, true, false);
        break;
    }
    if (this.starting) {
      // <<label>> before a block.
      if (byte === 60 && next === 60) return this.skipLabel(i);
      return this.refuse();
    }
    switch (kind) {
      case CLASS.comma:
        if (this.mode === MODE.masked) return this.writeValue(i + 1);
        this.leaveName();
        if ((this.mode as number) === MODE.masked) return this.writeValue(i + 1);
        this.comma();
        this.onComma(prev);
        return i + 1;
      case CLASS.dot:
        if (
          wordBits[next] === 2 &&
          (this.prev < PREV.operand || classOf[src[i - 1] as number] === CLASS.space)
        ) {
          return this.writeValue(findNumberEnd(src, i));
        }
        if (this.mode === MODE.masked) return this.writeValue(i + 1);
        this.mark(46, PREV.dot, false);
        return i + 1;
      case CLASS.close:
        return this.closeParenthesis(i);
      case CLASS.digit:
        return this.number(i);
      case CLASS.single: {
        const before = src[i - 1] as number;
        if (!beforeQuote[before] && this.gluedAt !== i && !(before === 47 && src[i - 2] === 42))
          return BROKEN;
        this.findEnd(i + 1, 39);
        return this.finishLiteral(this.quoted.end);
      }
      case CLASS.double:
        return this.doubleQuoted(i);
      case CLASS.backtick:
        return this.quotedName(i, 96);
      case CLASS.question: {
        if (
          this.dialect.questionOperators &&
          (next === 124 || next === 38 || next === 35) &&
          src[i + 2] !== next &&
          this.prev >= PREV.operand
        ) {
          if (this.mode === MODE.masked) return this.writeValue(i + 2);
          this.operator(src, i, i + 2);
          this.onOther();
          return i + 2;
        }
        let end = i + 1;
        // SQLite's ?1; letters behind the digits are no name either.
        if (wordBits[next] === 2) while (wordBits[src[end] as number] !== 0) end++;
        return this.bind(i, end);
      }
      case CLASS.dollar:
        return this.dollar(i);
      case CLASS.colon:
        return this.colon(i);
      case CLASS.at:
        return this.at(i);
      case CLASS.hash:
        return this.hash(i);
      case CLASS.bracket:
        return this.openBracket(i);
      case CLASS.bracketEnd:
        return this.closeBracket(i);
      case CLASS.braceEnd:
        return this.closeBrace(i);
      case CLASS.backslash:
        // MySQL's \N is NULL.
        if (next === 78 && wordBits[src[i + 2] as number] === 0 && this.prev < PREV.operand) {
          return this.writeValue(i + 2);
        }
        return UNCLEAR;
      case CLASS.percent:
        return this.percent(i);
      case CLASS.minus:
      case CLASS.slash:
        return this.operators(i);
      case CLASS.operator:
        // SQL*Plus: &name where a value is expected. Nothing else starts like that.
        if (
          byte === 38 &&
          (this.prev < PREV.operand || classOf[src[i - 1] as number] === CLASS.space)
        ) {
          let end = next === 38 ? i + 2 : i + 1;
          if (wordBits[src[end] as number] !== 0) {
            while (wordBits[src[end] as number] !== 0 || src[end] === 46) end++;
            return this.bind(i, end);
          }
        }
        return this.operators(i);
      default:
        return UNCLEAR;
    }
  }
}

const WORD_SELECT = indexOfWord('select');
const SELECT_BYTES = 'SELECT '.length;
/** Shorter names reveal nothing. */
const SHORTEST_PIECE = 4;

/** `wordTable` of a digit, less the digit. */
const DIGIT = 2 << 8;

/** Digits, bytes of other scripts and dollars in a word: bits of `wordTable`. */
const UNUSUAL = 22 << 8;

/** Bytes after which an operator of one byte is certainly over: a space, a letter, a digit. */
const mayFollow = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) {
  if (byte === 32 || (wordBits[byte] !== 0 && byte !== 36)) mayFollow[byte] = 1;
}

/** Eight hexadecimal letters in a row, and thus an id (every eighth byte tells whether to look closer), or far too long. */
function mayHoldHex(src: Uint8Array, from: number, to: number): boolean {
  if (to - from > MAX_NAME_BYTES) return true;
  for (let i = from + 7; i < to; i += 8) {
    if (wordBits[src[i] as number] !== 1) continue;
    let run = 0;
    for (let k = from; k < to; k++) {
      run = wordBits[src[k] as number] === 1 ? run + 1 : 0;
      if (run === 8) return true;
    }
    return false;
  }
  return false;
}
