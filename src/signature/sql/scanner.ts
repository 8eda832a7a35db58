import { BACKSLASH } from './literals.js';
import { MODE } from './statement.js';
import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { ACT, FLAG, POLICY } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import type { Dialect } from './dialects.js';
import * as literals from './literals.js';
import * as names from './names.js';
import * as output from './output.js';
import * as words from './words.js';

import { Marks } from './marks.js';

// Local constants: the compiled module looks an import up at every use, which costs half the speed.
const { afterQuote, alters, wordTable, beforeQuote, classOf, fold, wordBits } = chars;
const { BROKEN, findCommentEnd, findLineEnd, findNumberEnd, UNCLEAR } = literals;
const { MAX_NAME_BYTES, maskName, splitRun } = names;
const { MAX_OUTPUT_BYTES } = output;
const {
  findWord,
  isListed,
  laneA,
  laneB,
  LANE_A_SEED,
  LANE_B_SEED,
  wordAct,
  wordFlags,
  wordPolicy,
  wordText,
  wordIsSimple,
} = words;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

/** Statements that may follow a CREATE without a semicolon; ALTER, DROP and SET are parts of DDL as well. */
const synonyms = new Map([['temp', 'temporary']]);
const afterDdl = new Set(
  'CREATE EXEC EXECUTE PRAGMA GRANT REVOKE CONNECT ADMINISTER DEALLOCATE SAVEPOINT DECLARE RELEASE FETCH MOVE CLOSE PREPARE ROLLBACK XA KILL LOAD CHANGE ATTACH'.split(
    ' ',
  ),
);

/**
 * The scanner. One pass over the bytes; a token is copied out only when it is proven to be a listed word, an
 * operator or a name in a place where names are no data. Everything else becomes `?`.
 */
export class Scanner extends Marks {
  /** Reads a text; the results stay in the fields until the next call. */
  protected scan(text: string, dialect: Dialect): void {
    this.dialect = dialect;
    this.source.load(text);
    this.src = this.source.bytes;
    this.end = this.source.length;
    this.quoted.backslash = BACKSLASH.undecided;
    this.semicolon = false;
    this.gluedAt = -1;
    this.resetText();
    const verdict = this.run();
    if (verdict === BROKEN && !this.source.truncated) this.keepHeadOnly();
    else if (verdict !== STOP || this.source.truncated) {
      if (this.opened) this.plainValue();
      this.closeOpenItems();
    } else this.closeOpenItems();
    if (!this.opened && this.end > 0) this.giveUp();
    this.source.release();
  }

  /** Nothing of the text is understood: `?`, or nothing for a text of white space and comments. */
  private giveUp(): void {
    const blank = this.o === 0 && !this.unreadable;
    this.resetText();
    if (!blank) this.value();
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
          ((flags & FLAG.utility) !== 0 && (prev === PREV.open || prev >= PREV.operand)) ||
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
      this.onComma();
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
      const end = findNumberEnd(src, i);
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
      if (next === 39 || next === 0 || afterQuote[next] !== 1) return 0;
      this.value();
      this.onValue();
      return end;
    }
    return 0;
  }

  /** Everything about a word that is not the common case. Returns the index to go on from, or a verdict. */
  private slowWord(start: number, stop: number, bits: number, wordIndex: number): number {
    const src = this.src;
    let i = stop;
    let word = wordIndex;
    const next = src[i] as number;
    if (this.source.truncated && i >= this.end) return UNCLEAR;
    if ((bits & 4) !== 0) {
      if (i - start > MAX_RUN_BYTES) {
        if (this.starting) return this.refuse();
        return this.plainValue() ? i : UNCLEAR;
      }
      const run = this.source.text(start, i);
      const split = splitRun(run);
      if (split.kind === 'other') return this.starting ? BROKEN : UNCLEAR;
      const bytes = Buffer.byteLength(run.slice(0, split.length));
      if (split.kind === 'space') return start + bytes;
      if (start + bytes !== i) {
        i = start + bytes;
        word = 0;
        if (/^[\0-\x7f]*$/.test(run.slice(0, split.length))) {
          // ASCII up to an invisible character: look the word up again without it.
          let x = LANE_A_SEED;
          let y = LANE_B_SEED;
          for (let k = start; k < i; k++) {
            x = laneA(x, fold[src[k] as number] as number);
            y = laneB(y, fold[src[k] as number] as number);
          }
          word = findWord(x, y);
        }
      }
    } else if (next === 39 || next === 34 || next === 38) {
      const glued = this.gluedQuote(start, i, word);
      if (glued !== 0) return glued;
    } else if (next === 35 && (this.dialect.hash === 'name' || this.dialect.hash === 'temporary')) {
      while (src[i] === 35 || wordBits[src[i] as number] !== 0) i++;
      word = 0;
    }
    if ((bits & 16) !== 0 && countDollars(src, start, i) > 1) {
      // `and$tag$…`: one name, or a keyword and a dollar quote that lost the space between them.
      return this.starting ? BROKEN : UNCLEAR;
    }
    let first = false;
    if (this.starting) {
      if (word === 0 || !this.begin(word)) return this.refuse();
      first = true;
    }
    if (!first && this.opensUtility(word, i)) return UNCLEAR;
    if (!first && this.restarts(word, i)) {
      this.startStatement(word);
      first = true;
    }
    const flags = wordFlags[word] as number;
    const asName =
      word === 0 ||
      ((flags & FLAG.soft) !== 0 &&
        !first &&
        (this.expectsName ||
          (this.mode === MODE.normal && !this.isUtility) ||
          this.prev === PREV.dot));
    if (!asName) {
      if (!this.onWord(word, first)) {
        if (!this.plainValue()) return UNCLEAR;
        this.onValue();
        return i;
      }
      const operand = (flags & (FLAG.operand | FLAG.soft)) !== 0 && !first;
      const text = this.source.text(start, i);
      // SET x TO y is SET x = y, TEMP is TEMPORARY.
      const meaning =
        this.lastAct === ACT.to && this.inSet ? '=' : (synonyms.get(text.toLowerCase()) ?? text);
      const { h1, h2 } = this;
      this.token(text, operand ? PREV.operand : PREV.keyword, true, meaning);
      if (this.isNoise(word)) {
        this.h1 = h1;
        this.h2 = h2;
      }
      return i;
    }
    if (!this.onName()) return this.plainValue() ? i : UNCLEAR;
    if (word === 0) i = this.maskEnd(i);
    const text = this.source.text(start, i);
    if (text.length > MAX_NAME_BYTES) {
      this.value();
      this.onOther();
      return i;
    }
    const masked = maskName(text);
    // A keyword that ran into a number would be read as the keyword next time.
    const mark = masked.indexOf('?');
    this.writeName(
      mark > 0 && masked !== text && isListed(masked.slice(0, mark)) ? '?' : masked,
      0,
      0,
      false,
    );
    return i;
  }

  /** A utility statement in parentheses within a query: nothing valid, and its values may be bare words. */
  private opensUtility(word: number, from: number): boolean {
    if (this.prev !== PREV.open || this.isUtility || !isUtilityWord(word)) return false;
    const kind = classOf[this.src[this.skipSpaces(from)] as number];
    return (
      kind === CLASS.word || kind === CLASS.at || kind === CLASS.digit || kind === CLASS.single
    );
  }

  /** A utility statement after a query without a semicolon between them, as SQL Server allows. */
  private restarts(word: number, from: number): boolean {
    if (this.depth > 0 || this.prev < PREV.operand || !isUtilityWord(word)) return false;
    if (this.isUtility && !this.isDdl) return false;
    const text = wordText[word] as string;
    if (this.isDdl && text !== 'ALTER' && !afterDdl.has(text)) return false;
    if (wordAct[word] === ACT.set && this.assigns) return false;
    if (((wordFlags[word] as number) & FLAG.soft) === 0 && !this.isDdl) return true;
    const start = this.skipSpaces(from);
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    let i = start;
    for (; wordBits[this.src[i] as number] !== 0; i++) {
      const folded = fold[this.src[i] as number] as number;
      a = laneA(a, folded);
      b = laneB(b, folded);
    }
    if (i === start) return wordBits[this.src[start] as number] === 2 || this.src[start] === 39;
    // An alias is followed by a keyword, a verb by a name. FETCH FIRST belongs to a query.
    const next = findWord(a, b);
    if (next === 0) return true;
    if (text === 'ALTER') return ((wordFlags[next] as number) & FLAG.secret) !== 0;
    if (text === 'CREATE' || text === 'GRANT' || text === 'REVOKE') return true;
    if (text === 'EXECUTE' && ((wordFlags[next] as number) & FLAG.kind) !== 0) return false;
    if (text === 'FETCH') return wordText[next] !== 'FIRST' && wordText[next] !== 'NEXT';
    return (
      ((wordFlags[next] as number) & (FLAG.soft | FLAG.kind | FLAG.verb)) !== 0 ||
      wordAct[next] === ACT.to
    );
  }

  /** `tenant_?` read again: the mark belongs to the name when what follows can follow a name. */
  private maskEnd(at: number): number {
    const src = this.src;
    let i = at;
    while (src[i] === 63) {
      const next = src[i + 1] as number;
      const kind = classOf[next];
      const fits =
        i + 1 >= this.end ||
        wordBits[next] !== 0 ||
        kind === CLASS.space ||
        kind === CLASS.comma ||
        kind === CLASS.dot ||
        kind === CLASS.close ||
        kind === CLASS.open ||
        kind === CLASS.semicolon ||
        kind === CLASS.bracket ||
        kind === CLASS.bracketEnd ||
        (kind === CLASS.colon && src[i + 2] === 58) ||
        (kind === CLASS.hash &&
          (this.dialect.hash === 'name' || this.dialect.hash === 'temporary')) ||
        kind === CLASS.braceEnd;
      if (!fits) return i;
      i++;
      while (
        src[i] === 35 ||
        (wordBits[src[i] as number] !== 0 && wordBits[src[i] as number] !== 4)
      ) {
        i++;
      }
    }
    return i;
  }

  /** Words that change nothing: INNER JOIN is JOIN, VALUES ROW (…) is VALUES (…). */
  private isNoise(word: number): boolean {
    const act = wordAct[word];
    return act === ACT.noise || (act === ACT.row && this.rowsDepth === this.depth);
  }

  /** Tokens that start with neither a letter nor a space. */
  private other(i: number, kind: number): number {
    const src = this.src;
    const byte = src[i] as number;
    const next = src[i + 1] as number;
    switch (kind) {
      case CLASS.minus:
        if (next === 45) {
          const after = src[i + 2] as number;
          return findLineEnd(src, this.end, i + 2, this.dialect.dashComment || after <= 32);
        }
        return this.operators(i);
      case CLASS.slash:
        if (next === 42) {
          const end = findCommentEnd(src, this.end, i + 2);
          if (end === BROKEN && this.dialect.openComments) return STOP;
          return end;
        }
        return this.operators(i);
      case CLASS.semicolon:
        return this.endStatement(i);
      case CLASS.open:
        return this.openParenthesis(i);
      case CLASS.brace:
        return this.openBrace(i);
      case CLASS.hash:
        if (this.dialect.hash === 'comment') return findLineEnd(src, this.end, i + 1, true);
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
        this.onComma();
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
        return this.writeValue(findNumberEnd(src, i));
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
        return this.writeValue(end);
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
        if (this.mode === MODE.masked) return this.writeValue(i + 1);
        if (this.depth > 0) {
          if (this.frames[this.depth] === FRAME.list) this.endItem(this.depth);
          this.depth--;
        }
        this.mark(93, PREV.close, false);
        this.onOther();
        return i + 1;
      case CLASS.braceEnd:
        if (this.mode === MODE.masked) return this.writeValue(i + 1);
        this.mark(125, PREV.close, true);
        this.onOther();
        return i + 1;
      case CLASS.backslash:
        // MySQL's \N is NULL.
        if (next === 78 && wordBits[src[i + 2] as number] === 0 && this.prev < PREV.operand) {
          return this.writeValue(i + 2);
        }
        return UNCLEAR;
      case CLASS.percent:
        return this.percent(i);
      case CLASS.operator:
        // SQL*Plus: &name where a value is expected. Nothing else starts like that.
        if (
          byte === 38 &&
          (this.prev < PREV.operand || classOf[src[i - 1] as number] === CLASS.space)
        ) {
          let end = next === 38 ? i + 2 : i + 1;
          if (wordBits[src[end] as number] !== 0) {
            while (wordBits[src[end] as number] !== 0 || src[end] === 46) end++;
            return this.writeValue(end);
          }
        }
        return this.operators(i);
      default:
        return UNCLEAR;
    }
  }
}

function isUtilityWord(word: number): boolean {
  const policy = wordPolicy[word] as number;
  return policy !== POLICY.normal && policy !== POLICY.explain;
}

/** A longer run with characters outside of ASCII is masked as a whole: splitting it piece by piece is quadratic. */
const MAX_RUN_BYTES = 512;

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

function countDollars(src: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (src[i] === 36) count++;
  return count;
}
