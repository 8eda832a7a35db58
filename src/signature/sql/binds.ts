import { MODE } from './modes.js';
import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as names from './names.js';

import { Operators } from './operators.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { classOf, wordBits } = chars;
const { findLineEnd, findNumberEnd, UNCLEAR } = literals;
const { isOrdinaryName, maskName } = names;

/** Binds of every style, variables, and numbers: what starts with a mark of its own or with a digit. */
export class Binds extends Operators {
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
}
