import { MODE } from './statement.js';
import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { ACT, FLAG } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as words from './words.js';

import * as names from './names.js';
import { Comments } from './comments.js';

// Local constants: the compiled module looks an import up at every use, which costs half the speed.
const { classOf, isOperator, wordBits } = chars;
const { BROKEN, findLineEnd, findNumberEnd, UNCLEAR } = literals;
const { wordFlags, laneA, laneB, LANE_A_SEED, LANE_B_SEED } = words;
const { isOrdinaryName, maskName } = names;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

const odbcWords = new Set(['d', 't', 'ts', 'guid', 'fn', 'call', 'oj', 'escape', '?']);

/** PostgreSQL allows 63; the longest that exists has five. A bound keeps a run of signs linear. */
const MAX_OPERATOR_BYTES = 16;

/** Punctuation and operators. */
export class Marks extends Comments {
  /** Braces that are open, and whether the statement itself stands in some. */
  private braces = 0;
  private inBraces = false;

  protected resetBraces(): void {
    this.braces = 0;
    this.inBraces = false;
  }

  protected skipLabel(i: number): number {
    let end = i + 2;
    while (
      wordBits[this.src[end] as number] !== 0 ||
      classOf[this.src[end] as number] === CLASS.space
    )
      end++;
    return this.src[end] === 62 && this.src[end + 1] === 62 ? end + 2 : this.refuse();
  }

  protected endStatement(i: number): number {
    if (this.starting) return i + 1;
    if (this.dataFollows) return STOP;
    // Only the action of CREATE RULE holds statements in parentheses.
    if (this.prev === PREV.open || (this.depth > 0 && !this.isDdl)) return UNCLEAR;
    this.closeOpenItems();
    this.resetStatement();
    this.semicolon = true;
    return i + 1;
  }

  protected openParenthesis(i: number): number {
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
    this.leaveSet();
    const kind = this.frameKind();
    if (kind === FRAME.row) {
      if (!this.enter(kind)) return UNCLEAR;
      this.mark(40, PREV.open, spaced);
    } else {
      this.mark(40, PREV.open, spaced);
      if (!this.enter(kind)) return UNCLEAR;
    }
    this.onOpen();
    return i + 1;
  }

  protected closeParenthesis(i: number): number {
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    this.leaveName();
    if ((this.mode as number) === MODE.masked) return this.writeValue(i + 1);
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

  protected openBrace(i: number): number {
    let at = i + 1;
    while (classOf[this.src[at] as number] === CLASS.space) at++;
    let end = at;
    while (wordBits[this.src[end] as number] !== 0) end++;
    if (this.src[at] === 63) end = at + 1;
    const word = this.source.text(at, Math.min(end, at + 8)).toLowerCase();
    if (!odbcWords.has(word)) return this.starting ? this.refuse() : UNCLEAR;
    if (this.starting) {
      this.inBraces = true;
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
    this.braces++;
    this.mark(123, PREV.open, true);
    this.onOther();
    return i + 1;
  }

  protected closeBrace(i: number): number {
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    if (this.braces === 0) {
      if (!this.inBraces) return UNCLEAR;
      // The end of {call p(…)}, whose beginning was not written either.
      this.inBraces = false;
      return i + 1;
    }
    this.braces--;
    this.mark(125, PREV.close, true);
    this.onOther();
    return i + 1;
  }

  /** A bare UUID: the groups after the first, glued with dashes, belong to the value. 0: none here. */
  private hexGroupEnd(from: number): number {
    const { src } = this;
    if (classOf[src[from - 2] as number] === CLASS.space) return 0;
    let end = from;
    while (wordBits[src[end] as number] === 1 || wordBits[src[end] as number] === 2) end++;
    const bytes = end - from;
    return (bytes === 4 || bytes === 12) && wordBits[src[end] as number] === 0 ? end : 0;
  }

  protected operators(i: number): number {
    const src = this.src;
    let end = i;
    let special = false;
    while (isOperator[src[end] as number] && end - i < MAX_OPERATOR_BYTES) {
      const byte = src[end] as number;
      const next = src[end + 1] as number;
      if (end > i) {
        if (
          (byte === 45 && next === 45) ||
          (byte === 47 && next === 42) ||
          (byte === 35 && src[i] !== 35)
        )
          break;
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
    if (byte === 45 && end - i === 1 && this.prev === PREV.value) {
      const group = this.hexGroupEnd(end);
      if (group > 0) return group;
    }
    if (this.mode === MODE.masked) return this.writeValue(end);
    const single = end - i === 1;
    if (single && (byte === 43 || byte === 45) && this.prev < PREV.operand) {
      this.leaveName();
      this.sign(byte);
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

  /** An operator of one byte between two operands. */
  protected singleOperator(byte: number): void {
    const { out } = this;
    const from = this.o;
    out[this.o++] = 32;
    out[this.o++] = byte;
    this.commit(from);
    this.mix(laneA(LANE_A_SEED, byte), laneB(LANE_B_SEED, byte));
    this.prev = PREV.operator;
    this.onOther();
  }

  protected percent(i: number): number {
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

  protected colon(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (next === 58) {
      if (this.mode === MODE.masked) return this.writeValue(i + 2);
      // Not glued to a colon before it: three in a row would be read differently.
      this.mark(58, PREV.colon, this.prev === PREV.operator || this.prev === PREV.colon);
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
    const slice =
      this.depth > 0 &&
      this.frames[this.depth] === FRAME.subscript &&
      (this.prev >= PREV.operand || this.prev === PREV.open);
    if (!slice) {
      if (wordBits[next] !== 0) {
        let end = i + 1;
        while (wordBits[src[end] as number] !== 0) end++;
        return this.bind(i, end);
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

  protected at(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (wordBits[next] !== 0) {
      let end = i + 1;
      while (wordBits[src[end] as number] !== 0 || src[end] === 35 || src[end] === 64) end++;
      return this.bind(i, end);
    }
    if (next === 39 || next === 34 || next === 96) {
      this.findEnd(i + 2, next);
      return this.finishLiteral(this.quoted.end);
    }
    if (next === 64 && wordBits[src[i + 2] as number] !== 0 && this.prev < PREV.operand) {
      // @@rowcount: a variable of the server, whose name is no data.
      let end = i + 2;
      while (wordBits[src[end] as number] !== 0) end++;
      const name = this.source.text(i + 2, end);
      if (this.mode !== MODE.normal || !isOrdinaryName(name) || maskName(name) !== name) {
        return this.writeValue(end);
      }
      this.writeName(`@@${name}`, 0, 0, false);
      this.onOther();
      return end;
    }
    return this.operators(i);
  }

  protected hash(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (this.dialect.hash === 'temporary' && this.expectsName) {
      let end = i + 1;
      while (wordBits[src[end] as number] !== 0 || src[end] === 35) end++;
      return this.writeValue(end);
    }
    // #>, #>>, #-, #= and ## of PostgreSQL.
    if (
      this.dialect.hash === 'unclear' &&
      this.prev >= PREV.operand &&
      (next === 62 || (next === 45 && src[i + 2] !== 45) || next === 61 || next === 35)
    ) {
      return this.operators(i);
    }
    // PostgreSQL's bitwise XOR, or MySQL's comment: the rest of the line is masked either way.
    const end = findLineEnd(src, this.end, i + 1, false);
    if (end < 0) return end;
    return this.changesReading(i + 1, end) ? UNCLEAR : this.writeValue(end);
  }

  /** A number; `0` and `0x` beside hexadecimal digits are one that was torn apart. */
  protected number(i: number): number {
    const { src } = this;
    const end = findNumberEnd(src, i);
    if (src[i] === 48 && this.isTornHex(i, end)) return UNCLEAR;
    return this.bind(i, end);
  }

  private isTornHex(i: number, end: number): boolean {
    const { src } = this;
    let at: number;
    if (end - i === 1) {
      // `0 x1f`
      if (((src[end + 1] as number) | 32) !== 120) return false;
      at = end + 2;
    } else {
      if (((src[i + 1] as number) | 32) !== 120) return false;
      for (let k = i + 2; k < end; k++) if (src[k] !== 95) return false;
      // `0x` alone is an empty value in SQL Server: with a space or the end of a list after it.
      const kind = classOf[src[end] as number];
      if (kind === CLASS.comma || kind === CLASS.close || kind === CLASS.semicolon) return false;
      if (kind !== CLASS.space) return end < this.end;
      at = end + 1;
    }
    const from = at;
    while (
      src[at] === 95 ||
      wordBits[src[at] as number] === 1 ||
      wordBits[src[at] as number] === 2
    ) {
      at++;
    }
    return at - from > 2 && wordBits[src[at] as number] === 0;
  }

  /** A bind or a number of word bytes. A dollar in it belongs to a dollar quote that was torn apart. */
  protected bind(from: number, end: number): number {
    for (let i = from + 1; i < end; i++) if (this.src[i] === 36) return UNCLEAR;
    return this.writeValue(end);
  }

  protected closeBracket(i: number): number {
    if (this.mode === MODE.masked) return this.writeValue(i + 1);
    const kind = this.frames[this.depth];
    // The end of a quoted name that was cut in two.
    if (this.depth === 0 || (kind !== FRAME.list && kind !== FRAME.subscript)) return UNCLEAR;
    if (kind === FRAME.list) this.endItem(this.depth);
    this.depth--;
    this.mark(93, PREV.close, false);
    this.onOther();
    return i + 1;
  }

  protected openBracket(i: number): number {
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
}
