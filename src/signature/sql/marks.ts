import { MODE } from './modes.js';
import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { ACT, FLAG } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as words from './words.js';

import { Binds } from './binds.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { classOf, wordBits } = chars;
const { UNCLEAR } = literals;
const { wordFlags } = words;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

const odbcWords = new Set(['d', 't', 'ts', 'guid', 'fn', 'call', 'oj', 'escape', '?']);

/** Punctuation: brackets of every kind, the end of a statement. */
export class Marks extends Binds {
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
