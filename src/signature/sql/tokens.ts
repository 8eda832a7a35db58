import { MODE } from './modes.js';
import { PREV } from './output.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';

import { Words } from './slow-words.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { beforeQuote, classOf, wordBits } = chars;
const { BROKEN, findNumberEnd, UNCLEAR } = literals;

/** Which token it is, where it is neither a word nor one of the commonest. */
export class Tokens extends Words {
  /** Tokens that start with neither a letter nor a space. */
  protected other(i: number, kind: number): number {
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
        const bytes = this.prev >= PREV.operand ? this.questionOperator(i) : 0;
        if (bytes > 0) {
          if (this.mode === MODE.masked) return this.writeValue(i + bytes);
          this.operator(src, i, i + bytes);
          this.onOther();
          return i + bytes;
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
  /** Bytes of PostgreSQL's operator that begins with a question mark: ?|, ?&, ?#, ?||, ?-|; 0 when it is a bind. */
  private questionOperator(i: number): number {
    if (!this.dialect.questionOperators) return 0;
    const { src } = this;
    const next = src[i + 1] as number;
    const after = src[i + 2] as number;
    if ((next === 124 || next === 45) && after === 124) return src[i + 3] === 124 ? 0 : 3;
    return (next === 124 || next === 38 || next === 35) && after !== next ? 2 : 0;
  }
}
