import { MODE } from './modes.js';
import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { ACT } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import { type Quoted, BACKSLASH } from './literals.js';
import * as literals from './literals.js';
import * as names from './names.js';

import { Values } from './values.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { afterQuote, beforeQuote, classOf, wordBits } = chars;
const {
  BROKEN,
  dollarTagBytes,
  findDollarEnd,
  findEscapedEnd,
  findQQuoteEnd,
  findQuotedEnd,
  isPlain,
  UNCLEAR,
} = literals;
const { isOrdinaryName, maskName } = names;

/** Names of types that are written directly before a literal. */
const typeNames = new Set(
  `date time timetz timestamp timestamptz interval int int2 int4 int8 float4 float8 float real numeric decimal
   text bool boolean json jsonb uuid point box circle line lseg path polygon bytea bit varchar char money
   inet cidr macaddr tsvector tsquery xml name regclass regtype`.split(/\s+/),
);

/** What may follow the body of a function besides listed words. */
const routineWords = new Set(
  `immutable stable volatile leakproof strict called cost rows support parallel window transform security returns`.split(
    ' ',
  ),
);

/** Everything between quotes: literals with and without prefixes, quoted names, dollar quotes. */
export class Quotes extends Values {
  /** A word with a quote directly after it. 0: the word stands for itself. */
  protected gluedQuote(start: number, stop: number, word: number): number {
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

  protected doubleQuoted(i: number): number {
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

  /** `…`, […]: names in every dialect that has them. */
  protected quotedName(i: number, close: number): number {
    const src = this.src;
    let end = i + 1;
    for (; end < this.end; end++) {
      if (src[end] !== close) continue;
      if (src[end + 1] !== close) break;
      end++;
    }
    if (end >= this.end) return BROKEN;
    // A name cut in two by a stray end mark.
    if (wordBits[src[end + 1] as number] !== 0) return UNCLEAR;
    if (!isPlainName(src, i + 1, end)) return UNCLEAR;
    const content = this.source.text(i + 1, end);
    if (!isOrdinaryName(content)) return this.maskedName(end + 1);
    if (!this.onName()) return this.maskedName(end + 1);
    this.writeName(maskName(content), src[i] as number, close, /[A-Z]/.test(content));
    return end + 1;
  }

  /**
   * Whether a double-quoted token may be copied. Where the dialect makes it a name, still not in the places in
   * which a careless or differently configured program writes a string; elsewhere only where no dialect could
   * read a string.
   */
  protected keepsDoubleQuoted(content: string, end: number): boolean {
    const { doubleQuote } = this.dialect;
    if (doubleQuote === 'mask') return false;
    if (this.prev === PREV.dot || this.expectsName) return true;
    if (this.leadsToName(end)) return true;
    if (this.depth > 0 && this.frames[this.depth] === FRAME.columns) return true;
    if (this.lastAct === ACT.set) return true;
    if (doubleQuote === 'proven') return false;
    if (this.comparing || this.prev === PREV.operator || this.prev === PREV.sign) return false;
    const frame = this.depth > 0 ? this.frames[this.depth] : FRAME.group;
    if (frame === FRAME.list || frame === FRAME.row) return false;
    return !/[0-9]/.test(content);
  }

  /** `"a".b`, `"a"."b"`, `"a".*`, and `"a".?`, as which such a name is written when it is masked. */
  private leadsToName(end: number): boolean {
    if (this.src[end] !== 46) return false;
    const next = this.src[end + 1] as number;
    return classOf[next] === CLASS.word || next === 34 || next === 42 || next === 63;
  }

  private routineWordFollows(end: number): boolean {
    const from = this.skipSpaces(end);
    let stop = from;
    while (wordBits[this.src[stop] as number] !== 0) stop++;
    return routineWords.has(this.source.text(from, Math.min(stop, from + 20)).toLowerCase());
  }

  /** $tag$…$tag$. A name after it was a part of it: the tag was torn apart. */
  private dollarQuoted(i: number, tagBytes: number): number {
    const { src } = this;
    const end = findDollarEnd(src, this.end, i, tagBytes);
    if (end > 0 && this.nameFollows(end) && !(this.isDdl && this.routineWordFollows(end))) {
      return UNCLEAR;
    }
    return this.finishLiteral(end);
  }

  protected dollar(i: number): number {
    const src = this.src;
    const next = src[i + 1] as number;
    if (wordBits[next] === 2 || (next === 46 && wordBits[src[i + 2] as number] === 2)) {
      // $1 of PostgreSQL, $1.5 of SQL Server. No letters: `$1and`.
      let end = i + 1;
      while (wordBits[src[end] as number] === 2 || src[end] === 46) end++;
      return this.writeValue(end);
    }
    const tag = dollarTagBytes(src, i);
    if (tag > 0) return this.dollarQuoted(i, tag);
    if (next === 40) {
      let end = i + 2;
      while (end < this.end && src[end] !== 41) end++;
      return isPlain(src, i + 2, end) && end < this.end ? this.writeValue(end + 1) : UNCLEAR;
    }
    // A dollar quote whose tag was torn apart looks like a bind and a name with a dollar.
    if (wordBits[next] === 0 || this.dollars > 0) return UNCLEAR;
    this.dollars = 2;
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
    if (this.nameFollows(end)) return UNCLEAR;
    return this.writeValue(end);
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
