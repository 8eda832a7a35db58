import { afterQuote, beforeQuote, CLASS, classOf, fold, isOperator, wordBits } from './chars.js';
import type { Dialect } from './dialects.js';
import { FRAME } from './lists.js';
import {
  BACKSLASH,
  BROKEN,
  dollarTagBytes,
  findCommentEnd,
  findDollarEnd,
  findEscapedEnd,
  findLineEnd,
  findNumberEnd,
  findQQuoteEnd,
  findQuotedEnd,
  isPlain,
  type Quoted,
  UNCLEAR,
} from './literals.js';
import { isOrdinaryName, MAX_NAME_BYTES, maskName, splitRun } from './names.js';
import { MAX_OUTPUT_BYTES, PREV } from './output.js';
import { Source } from './source.js';
import { MODE, Statement } from './statement.js';
import {
  ACT,
  findWord,
  FLAG,
  LANE_A_PRIME,
  LANE_A_SEED,
  LANE_B_SEED,
  wordAct,
  wordFlags,
  wordText,
} from './words.js';

/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

/** Names of types that are written directly before a literal. */
const typeNames = new Set(
  `date time timetz timestamp timestamptz interval int int2 int4 int8 float4 float8 float real numeric decimal
   text bool boolean json jsonb uuid point box circle line lseg path polygon bytea bit varchar char money
   inet cidr macaddr tsvector tsquery xml name regclass regtype`.split(/\s+/),
);
const odbcWords = new Set(['d', 't', 'ts', 'guid', 'fn', 'call', 'oj', 'escape', '?']);

/**
 * The scanner. One pass over the bytes; a token is copied out only when it is proven to be a listed word, an
 * operator or a name in a place where names are no data. Everything else becomes `?`.
 */
export class Scanner extends Statement {
  private readonly source = new Source();
  private readonly quoted: Quoted = { end: 0, backslash: BACKSLASH.undecided };
  private src: Buffer = this.source.bytes;
  private end = 0;
  private semicolon = false;
  /** Index of a quote that may stand directly after the word before it. */
  private gluedAt = -1;

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
      if (this.opened) this.value();
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
  private unreadable = false;

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
    this.unreadable = false;
    let i = 0;
    while (i < end) {
      const first = src[i] as number;
      const kind = classOf[first] as number;
      if (kind === CLASS.space) {
        i++;
        continue;
      }
      if (kind === CLASS.word) {
        const start = i;
        const from = this.o;
        const prev = this.prev;
        let o = from;
        if (prev !== PREV.start && prev !== PREV.open && prev !== PREV.dot && prev !== PREV.colon) {
          out[o++] = 32;
        }
        const nameStart = o;
        let a = LANE_A_SEED;
        let b = LANE_B_SEED;
        let bits = 0;
        let byte = first;
        let more = wordBits[byte] as number;
        do {
          const folded = fold[byte] as number;
          a = Math.imul(a ^ folded, LANE_A_PRIME);
          b = (Math.imul(b, 31) + folded) | 0;
          out[o++] = byte;
          bits |= more;
          byte = src[++i] as number;
          more = wordBits[byte] as number;
        } while (more !== 0);
        const word = findWord(a, b);
        const flags = wordFlags[word] as number;
        // The common case: a name or a word in a statement that is under way, nothing special around it.
        if (
          byte === 39 ||
          byte === 34 ||
          byte === 63 ||
          byte === 38 ||
          byte === 35 ||
          this.starting ||
          (bits & 6) !== 0 ||
          (bits === 1 && i - start >= 8) ||
          i - start > MAX_NAME_BYTES ||
          ((flags & FLAG.soft) !== 0 && (this.mode !== MODE.normal || this.isUtility)) ||
          i === end
        ) {
          i = this.slowWord(start, i, bits, word);
          if (i < 0) return i;
          continue;
        }
        if (word !== 0 && (flags & FLAG.soft) === 0) {
          if (!this.onWord(word, false)) {
            this.value();
            continue;
          }
          if (this.full || o > MAX_OUTPUT_BYTES) this.full = true;
          else this.o = o;
          const act = wordAct[word];
          if (act === ACT.noise || (act === ACT.row && this.rowsDepth === this.depth)) {
            if (prev !== PREV.keyword) this.prev = PREV.keyword;
            continue;
          }
          this.mix(a, b);
          this.prev = (flags & FLAG.operand) !== 0 ? PREV.operand : PREV.keyword;
          continue;
        }
        if (!this.onName()) {
          this.value();
          continue;
        }
        if (this.full || o > MAX_OUTPUT_BYTES) this.full = true;
        else this.o = o;
        this.mix(a, b);
        this.prevWasDot = prev === PREV.dot;
        this.prev = PREV.operand;
        this.nameLane = a;
        this.noteTable(nameStart, this.o);
        continue;
      }
      i = this.other(i, kind);
      if (i < 0) return i;
    }
    return STOP;
  }

  /** Everything about a word that is not the common case. Returns the index to go on from, or a verdict. */
  private slowWord(start: number, stop: number, bits: number, wordIndex: number): number {
    const src = this.src;
    let i = stop;
    let word = wordIndex;
    const next = src[i] as number;
    if (this.source.truncated && i >= this.end) return UNCLEAR;
    if ((bits & 4) !== 0) {
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
            x = Math.imul(x ^ (fold[src[k] as number] as number), LANE_A_PRIME);
            y = (Math.imul(y, 31) + (fold[src[k] as number] as number)) | 0;
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
    let first = false;
    if (this.starting) {
      if (word === 0 || !this.begin(word)) return this.refuse();
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
        this.value();
        return i;
      }
      this.token(
        this.source.text(start, i),
        (flags & (FLAG.operand | FLAG.soft)) !== 0 && !first ? PREV.operand : PREV.keyword,
        true,
      );
      return i;
    }
    if (!this.onName()) {
      this.value();
      return i;
    }
    if (word === 0) i = this.maskEnd(i);
    const text = this.source.text(start, i);
    if (text.length > MAX_NAME_BYTES) {
      this.value();
      this.onOther();
      return i;
    }
    this.writeName(maskName(text), 0, 0, false);
    return i;
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
        kind === CLASS.semicolon;
      if (!fits) return i;
      i++;
      while (wordBits[src[i] as number] !== 0 && (wordBits[src[i] as number] as number) !== 4) i++;
    }
    return i;
  }

  protected writeName(text: string, open: number, close: number, exact: boolean): void {
    const wasDot = this.prev === PREV.dot;
    const from = this.o;
    this.nameLane = 0;
    this.name(text, open, close, exact);
    this.prevWasDot = wasDot;
    // The table's name without the space before it.
    this.noteTable(this.out[from] === 32 && from < this.o ? from + 1 : from, this.o);
  }

  /** Opens a statement, writing the semicolon that stands before it. */
  private begin(word: number): boolean {
    const semicolon = this.semicolon;
    if (!this.startStatement(word)) return false;
    if (semicolon) {
      const prev = this.prev;
      this.semicolon = false;
      if (prev !== PREV.open) {
        this.mark(59, PREV.keyword, false);
      }
    }
    return true;
  }

  /** A statement that starts with no known word. */
  private refuse(): number {
    if (!this.opened) {
      this.unreadable = true;
      return BROKEN;
    }
    if (this.semicolon) this.mark(59, PREV.keyword, false);
    this.semicolon = false;
    return UNCLEAR;
  }

  /** A word with a quote directly after it. 0: the word stands for itself. */
  private gluedQuote(start: number, stop: number, word: number): number {
    const src = this.src;
    const next = src[stop] as number;
    const length = stop - start;
    const letter = (src[start] as number) | 32;
    if (next === 38) {
      const quote = src[stop + 1] as number;
      if (length !== 1 || letter !== 117 || (quote !== 39 && quote !== 34)) return 0;
      // U&'…' and U&"…": a backslash is no escape for the quote.
      const result: Quoted = { end: 0, backslash: BACKSLASH.ordinary };
      findQuotedEnd(src, this.end, stop + 2, quote, false, result);
      return this.finishLiteral(result.end);
    }
    if (next === 39) {
      if (length === 1 && letter === 101) {
        return this.finishLiteral(findEscapedEnd(src, this.end, stop + 1));
      }
      if (
        length <= 2 &&
        ((src[stop - 1] as number) | 32) === 113 &&
        (length === 1 || letter === 110)
      ) {
        const end = findQQuoteEnd(src, this.end, stop + 1);
        if (this.dialect.qQuotes) return this.finishLiteral(end);
        this.findEnd(stop + 1, 39);
        return this.quoted.end === end ? this.finishLiteral(end) : UNCLEAR;
      }
      if (
        (length === 1 && (letter === 110 || letter === 98 || letter === 120)) ||
        src[start] === 95
      ) {
        this.findEnd(stop + 1, 39);
        return this.finishLiteral(this.quoted.end);
      }
    }
    if (word === 0 && !typeNames.has(this.source.text(start, stop).toLowerCase())) return BROKEN;
    this.gluedAt = stop;
    return 0;
  }

  private findEnd(from: number, quote: number): void {
    findQuotedEnd(this.src, this.end, from, quote, this.lastAct === ACT.escape, this.quoted);
  }

  /** A literal ends at `end`: writes its `?`. */
  private finishLiteral(end: number): number {
    if (end < 0) return end;
    const next = this.src[end] as number;
    if (!afterQuote[next] && !(next === 47 && this.src[end + 1] === 42)) return BROKEN;
    if (next === 0 && end < this.end) return BROKEN;
    return this.writeValue(end);
  }

  private writeValue(end: number): number {
    if (this.starting) return this.refuse();
    if (this.mode === MODE.name) this.leaveName();
    if (this.lastAct === ACT.in && this.prev === PREV.keyword && this.mode === MODE.normal) {
      // IN ? and IN (?) are one.
      this.mark(40, PREV.open, true);
      if (!this.enter(FRAME.list)) return UNCLEAR;
      this.value();
      this.endItem(this.depth);
      this.mark(41, PREV.close, false);
      this.depth--;
    } else this.value();
    this.onValue();
    return end;
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
          (next === 124 || next === 38) &&
          src[i + 2] !== next &&
          this.prev >= PREV.operand
        ) {
          if (this.mode === MODE.masked) return this.writeValue(i + 2);
          this.operator(src, i, i + 2);
          this.onOther();
          return i + 2;
        }
        let end = i + 1;
        while (wordBits[src[end] as number] === 2) end++;
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
        if (byte === 38 && this.dialect.hash === 'name') {
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

  /** After a value or punctuation the name of SET or EXEC is over. */
  private leaveName(): void {
    if (this.mode === MODE.name) this.endNameMode();
  }

  private skipLabel(i: number): number {
    let end = i + 2;
    while (
      wordBits[this.src[end] as number] !== 0 ||
      classOf[this.src[end] as number] === CLASS.space
    )
      end++;
    return this.src[end] === 62 && this.src[end + 1] === 62 ? end + 2 : this.refuse();
  }

  private endStatement(i: number): number {
    if (this.starting) return i + 1;
    if (this.dataFollows) return STOP;
    this.closeOpenItems();
    this.resetStatement();
    this.semicolon = true;
    return i + 1;
  }

  private openParenthesis(i: number): number {
    if (this.starting) {
      if (this.semicolon) {
        this.mark(59, PREV.keyword, false);
        this.semicolon = false;
      }
      this.mark(40, PREV.open, true);
      return this.enter(FRAME.group) ? i + 1 : UNCLEAR;
    }
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    if (this.mode === MODE.name) {
      this.endNameMode();
      if ((this.mode as number) === MODE.masked) return this.writeValue(i + 1);
    }
    const wasSpaced = classOf[this.src[i - 1] as number] === CLASS.space;
    const spaced =
      this.prev >= PREV.operand
        ? wasSpaced
        : this.prev === PREV.keyword && (wordFlags[this.lastWord] as number) & FLAG.callable
          ? wasSpaced
          : true;
    const kind = this.frameKind();
    if (kind === FRAME.row) {
      if (!this.enter(kind)) return UNCLEAR;
      this.mark(40, PREV.open, spaced);
    } else {
      this.mark(40, PREV.open, spaced);
      if (!this.enter(kind)) return UNCLEAR;
    }
    this.onOther();
    return i + 1;
  }

  private closeParenthesis(i: number): number {
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    this.leaveName();
    const slot = this.depth;
    if (slot === 0) {
      this.mark(41, PREV.close, false);
      this.onOther();
      return i + 1;
    }
    const kind = this.frames[slot];
    if (kind === FRAME.list) this.endItem(slot);
    this.mark(41, PREV.close, false);
    if (kind === FRAME.row) this.endItem(slot);
    this.depth--;
    if (this.rowsDepth > this.depth) this.rowsDepth = -1;
    this.onOther();
    return i + 1;
  }

  private openBrace(i: number): number {
    let at = i + 1;
    while (classOf[this.src[at] as number] === CLASS.space) at++;
    let end = at;
    while (wordBits[this.src[end] as number] !== 0) end++;
    if (this.src[at] === 63) end = at + 1;
    const word = this.source.text(at, Math.min(end, at + 8)).toLowerCase();
    if (!odbcWords.has(word)) return this.starting ? this.refuse() : UNCLEAR;
    if (this.starting) {
      // {call p(…)} and {? = call p(…)} stand for the statement itself.
      while (
        end < this.end &&
        this.src[at] === 63 &&
        (classOf[this.src[end] as number] === CLASS.space || this.src[end] === 61)
      )
        end++;
      return this.src[at] === 63 ? end : at;
    }
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    this.mark(123, PREV.open, true);
    this.onOther();
    return i + 1;
  }

  private operators(i: number): number {
    const src = this.src;
    let end = i;
    let special = false;
    while (isOperator[src[end] as number]) {
      const byte = src[end] as number;
      const next = src[end + 1] as number;
      if (end > i) {
        if ((byte === 45 && next === 45) || (byte === 47 && next === 42) || byte === 35) break;
        if (byte === 64 && (wordBits[next] !== 0 || next === 64 || next === 39 || next === 34))
          break;
        if (byte === 37 && (next === 115 || next === 40)) break;
      }
      if (byte === 42 && next === 47) return BROKEN;
      if (
        byte !== 43 &&
        byte !== 45 &&
        byte !== 42 &&
        byte !== 47 &&
        byte !== 60 &&
        byte !== 62 &&
        byte !== 61
      ) {
        special = true;
      }
      end++;
    }
    // As PostgreSQL's lexer: =-1 is an equals sign and a sign.
    while (end - i > 1 && !special && (src[end - 1] === 43 || src[end - 1] === 45)) end--;
    const byte = src[i] as number;
    if (this.mode === MODE.masked) return this.writeValue(end);
    const single = end - i === 1;
    if (single && (byte === 43 || byte === 45) && this.prev < PREV.operand) {
      this.leaveName();
      this.sign(byte);
      this.lastAct = ACT.none;
      return end;
    }
    const equals = byte === 61 && single;
    if (!equals) this.leaveName();
    if ((this.mode as number) === MODE.masked) return this.writeValue(end);
    this.operator(src, i, end);
    this.onOther();
    this.comparing = true;
    if (equals) this.onEquals();
    return end;
  }

  private percent(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (next === 115 && wordBits[src[i + 2] as number] === 0 && this.prev < PREV.operand) {
      return this.writeValue(i + 2);
    }
    if (next === 40 && this.prev < PREV.operand) {
      let end = i + 2;
      while (wordBits[src[end] as number] !== 0) end++;
      if (src[end] === 41 && src[end + 1] === 115) return this.writeValue(end + 2);
    }
    return this.operators(i);
  }

  private dollar(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (wordBits[next] === 2 || (next === 46 && wordBits[src[i + 2] as number] === 2)) {
      // $1 of PostgreSQL, $1.5 of SQL Server. No letters: `$1and`.
      let end = i + 1;
      while (wordBits[src[end] as number] === 2 || src[end] === 46) end++;
      return this.writeValue(end);
    }
    const tag = dollarTagBytes(src, i);
    if (tag > 0) return this.finishLiteral(findDollarEnd(src, this.end, i, tag));
    if (next === 40) {
      let end = i + 2;
      while (end < this.end && src[end] !== 41) end++;
      return isPlain(src, i + 2, end) && end < this.end ? this.writeValue(end + 1) : UNCLEAR;
    }
    if (wordBits[next] === 0) return UNCLEAR;
    // SQLite: $name, $name::more(free text).
    let end = i + 1;
    while (wordBits[src[end] as number] !== 0) end++;
    while (src[end] === 58 && src[end + 1] === 58) {
      end += 2;
      while (wordBits[src[end] as number] !== 0) end++;
    }
    if (src[end] === 40) {
      const open = end;
      while (end < this.end && src[end] !== 41) end++;
      if (end >= this.end || !isPlain(src, open, end)) return UNCLEAR;
      end++;
    }
    return this.writeValue(end);
  }

  private colon(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (next === 58) {
      if (this.mode === MODE.masked) return this.writeValue(i + 2);
      this.mark(58, PREV.colon, false);
      this.mark(58, PREV.colon, false);
      this.onOther();
      return i + 2;
    }
    if (next === 61) {
      if (this.mode === MODE.masked) return this.writeValue(i + 2);
      this.operator(src, i, i + 2);
      this.onOther();
      this.onEquals();
      return i + 2;
    }
    const slice = this.depth > 0 && this.frames[this.depth] === FRAME.subscript;
    if (!slice) {
      if (wordBits[next] !== 0) {
        let end = i + 1;
        while (wordBits[src[end] as number] !== 0) end++;
        return this.writeValue(end);
      }
      if (next === 39 || next === 34) {
        this.findEnd(i + 2, next);
        return this.finishLiteral(this.quoted.end);
      }
    }
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    this.operator(src, i, i + 1);
    this.onOther();
    return i + 1;
  }

  private at(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (wordBits[next] !== 0) {
      let end = i + 1;
      while (wordBits[src[end] as number] !== 0 || src[end] === 35 || src[end] === 64) end++;
      return this.writeValue(end);
    }
    if (next === 39 || next === 34 || next === 96) {
      this.findEnd(i + 2, next);
      return this.finishLiteral(this.quoted.end);
    }
    if (next === 64 && wordBits[src[i + 2] as number] !== 0 && this.prev < PREV.operand) {
      if (this.mode === MODE.masked) return this.writeValue(i + 2);
      this.operator(src, i, i + 2);
      this.onOther();
      this.prev = PREV.colon;
      return i + 2;
    }
    return this.operators(i);
  }

  private hash(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (this.dialect.hash === 'temporary' && this.expectsName) {
      let end = i + 1;
      while (wordBits[src[end] as number] !== 0 || src[end] === 35) end++;
      return this.writeValue(end);
    }
    if (this.dialect.hash === 'unclear' && this.prev >= PREV.operand && isOperator[next]) {
      return this.operators(i);
    }
    // PostgreSQL's bitwise XOR, or MySQL's comment: the rest of the line is masked either way.
    const end = findLineEnd(src, this.end, i + 1, false);
    return end < 0 ? end : this.writeValue(end);
  }

  private openBracket(i: number): number {
    const src = this.src;
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    const next = src[i + 1] as number;
    const inList = this.depth > 0 && this.frames[this.depth] === FRAME.list;
    const isArray =
      (this.lastAct === ACT.array && this.prev === PREV.keyword) ||
      (inList &&
        (this.prev === PREV.open || this.prev === PREV.comma) &&
        this.dialect.bracket !== 'identifier');
    if (isArray) {
      this.mark(91, PREV.open, false);
      this.onOther();
      return this.enter(FRAME.list) ? i + 1 : UNCLEAR;
    }
    const touches = this.prev >= PREV.operand && classOf[src[i - 1] as number] !== CLASS.space;
    if (this.dialect.bracket !== 'identifier' && touches && next !== 91 && next !== 34) {
      this.mark(91, PREV.open, false);
      this.onOther();
      return this.enter(FRAME.subscript) ? i + 1 : UNCLEAR;
    }
    // Bind lists appended to a statement look the same to PostgreSQL.
    if (this.dialect.bracket === 'subscript') return UNCLEAR;
    return this.quotedName(i, 93);
  }

  /** `…`, […]: names in every dialect that has them. */
  private quotedName(i: number, close: number): number {
    const src = this.src;
    let end = i + 1;
    for (; end < this.end; end++) {
      if (src[end] !== close) continue;
      if (src[end + 1] !== close) break;
      end++;
    }
    if (end >= this.end) return BROKEN;
    if (!isPlainName(src, i + 1, end)) return UNCLEAR;
    const content = this.source.text(i + 1, end);
    if (!isOrdinaryName(content)) return this.maskedName(end + 1);
    if (!this.onName()) return this.maskedName(end + 1);
    this.writeName(maskName(content), src[i] as number, close, /[A-Z]/.test(content));
    return end + 1;
  }

  private maskedName(end: number): number {
    this.value();
    this.onName();
    this.onOther();
    return end;
  }

  private doubleQuoted(i: number): number {
    const src = this.src;
    const before = src[i - 1] as number;
    if (
      !beforeQuote[before] &&
      before !== 46 &&
      this.gluedAt !== i &&
      !(before === 47 && src[i - 2] === 42)
    ) {
      return BROKEN;
    }
    this.findEnd(i + 1, 34);
    const end = this.quoted.end;
    if (end < 0) return end;
    const next = src[end] as number;
    if (!afterQuote[next] && next !== 46 && next !== 40 && next !== 91 && next !== 47)
      return BROKEN;
    const content = this.source.text(i + 1, end - 1);
    if (
      this.mode !== MODE.normal ||
      !isOrdinaryName(content) ||
      !this.keepsDoubleQuoted(content, end)
    ) {
      if (this.mode === MODE.name) this.leaveName();
      return this.prev === PREV.keyword && this.lastAct === ACT.in
        ? this.writeValue(end)
        : this.maskedName(end);
    }
    if (!this.onName()) return this.maskedName(end);
    this.writeName(maskName(content), 34, 34, /[A-Z]/.test(content));
    return end;
  }

  /**
   * Whether a double-quoted token may be copied. Where the dialect makes it a name, still not in the places in
   * which a careless or differently configured program writes a string; elsewhere only where no dialect could
   * read a string.
   */
  private keepsDoubleQuoted(content: string, end: number): boolean {
    const { doubleQuote } = this.dialect;
    if (doubleQuote === 'mask') return false;
    if (this.prev === PREV.dot || this.expectsName) return true;
    const src = this.src;
    if (
      src[end] === 46 &&
      (classOf[src[end + 1] as number] === CLASS.word || src[end + 1] === 34 || src[end + 1] === 42)
    ) {
      return true;
    }
    if (this.depth > 0 && this.frames[this.depth] === FRAME.columns) return true;
    if (this.lastAct === ACT.set) return true;
    if (doubleQuote === 'proven') return false;
    if (this.comparing || this.prev === PREV.operator || this.prev === PREV.sign) return false;
    const frame = this.depth > 0 ? this.frames[this.depth] : FRAME.group;
    if (frame === FRAME.list || frame === FRAME.row) return false;
    return !/[0-9]/.test(content);
  }
}

/** No quote inside a quoted name: it could be read differently. */
function isPlainName(src: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = src[i] as number;
    if (byte === 39 || byte === 34 || byte === 10) return false;
  }
  return true;
}
