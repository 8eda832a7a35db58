import { FRAME } from './lists.js';
import { PREV } from './output.js';
import { ACT } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import { type Quoted, BACKSLASH } from './literals.js';
import * as literals from './literals.js';
import { Source } from './source.js';
import * as words from './words.js';
import { MODE } from './modes.js';
import { Statement } from './statement.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { afterQuote, classOf, fold, wordBits } = chars;
const { BROKEN, findQuotedEnd, UNCLEAR } = literals;
const { findWord, indexOfWord, laneA, laneB, LANE_A_SEED, LANE_B_SEED } = words;

/** Keywords before an expression that cannot have an alias. */
const takesNoAlias = new Set(
  `where and or on having between like ilike rlike regexp glob in when then else case set values limit offset by
   not is any some escape`
    .split(/\s+/)
    .map(indexOfWord),
);

/** Unlisted words that may stand after a value: units of intervals, and parts of the syntax of functions. */
const followsValue = new Set(
  `day days hour hours minute minutes second seconds month months year years week weeks quarter quarters
   microsecond microseconds millisecond milliseconds day_hour day_minute day_second day_microsecond hour_minute
   hour_second hour_microsecond minute_second minute_microsecond second_microsecond year_month at isnull notnull
   value passing columns error empty separator overflow percent path wrapper absent strict keep omit symmetric
   ties connect model within filter respect sounds member binary contains allow settings procedure fetch
   straight_join pivot unpivot rollup`.split(/\s+/),
);

const wordFrom = indexOfWord('from');
const wordIn = indexOfWord('in');

/** True for a word that belongs to the value before it. */
export function isValueSyntax(text: string): boolean {
  return followsValue.has(text.toLowerCase());
}

/** Writes values and names, and opens statements: what every kind of token ends in. */
export class Values extends Statement {
  readonly source = new Source();
  protected readonly quoted: Quoted = { end: 0, backslash: BACKSLASH.undecided };
  protected src: Buffer = this.source.bytes;
  protected end = 0;
  protected semicolon = false;
  /** Index of a quote that may stand directly after the word before it. */
  protected gluedAt = -1;
  protected unreadable = false;
  /** 1 = a name with a dollar was read, 2 = a bind `$name` was. */
  protected dollars = 0;
  /** A comment to the end of its line held an odd quote. */
  protected oddComment = false;
  /** Bytes of output when a comment was skipped that some dialects do not see; -1: none was. */
  protected unsureAt = -1;

  protected skipSpaces(from: number): number {
    let i = from;
    while (classOf[this.src[i] as number] === CLASS.space) i++;
    return i;
  }

  /** Index of the listed word at `from`, 0 for any other. */
  protected wordAt(from: number): number {
    return this.wordIn(this.src, from);
  }

  /** As `wordAt`, in other bytes: a word that is followed by something. */
  protected wordIn(bytes: Uint8Array, from: number): number {
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    for (let i = from; wordBits[bytes[i] as number] !== 0; i++) {
      const folded = fold[bytes[i] as number] as number;
      a = laneA(a, folded);
      b = laneB(b, folded);
    }
    return findWord(a, b);
  }

  /** The next token is a word that is not listed. */
  protected nameFollows(end: number): boolean {
    const from = this.skipSpaces(end);
    const bits = wordBits[this.src[from] as number];
    return bits !== 0 && bits !== 2 && this.wordAt(from) === 0;
  }

  /**
   * A name directly after a value where no alias can stand: what is left of a literal without its quotes, unless
   * the word belongs to a value's syntax.
   */
  protected isStray(start: number, end: number): boolean {
    if (this.isUtility) return false;
    const kind = this.depth > 0 ? this.frames[this.depth] : FRAME.group;
    if (
      kind !== FRAME.call &&
      kind !== FRAME.list &&
      kind !== FRAME.row &&
      !takesNoAlias.has(this.lastKeyword) &&
      !this.isValueAfterTable
    )
      return false;
    return !isValueSyntax(this.source.text(start, Math.min(end, start + 20)));
  }

  /** `FROM t ?`: nothing valid has a value there. */
  private get isValueAfterTable(): boolean {
    if (this.lastKeyword !== wordFrom) return false;
    let at = this.o - 2;
    if (this.out[at] !== 32) return false;
    while (wordBits[this.out[at - 1] as number] !== 0) at--;
    return at < this.o - 2 && this.wordIn(this.out, at) === 0;
  }

  protected writeName(text: string, open: number, close: number, exact: boolean): void {
    if (text === '?' && open === 0) {
      // The name has taken the place of IN as what was read last.
      if (this.prev === PREV.keyword && this.lastKeyword === wordIn) this.lastAct = ACT.in;
      if (!this.plainValue()) this.value();
      this.onOther();
      this.leaveName();
      return;
    }
    const wasDot = this.prev === PREV.dot;
    const from = this.o;
    this.name(text, open, close, exact);
    this.prevWasDot = wasDot;
    // The table's name without the space before it.
    this.noteTable(this.out[from] === 32 && from < this.o ? from + 1 : from, this.o);
  }

  /** Opens a statement, writing the semicolon that stands before it. */
  protected begin(word: number): boolean {
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
  protected refuse(): number {
    if (!this.opened) {
      this.unreadable = true;
      return BROKEN;
    }
    if (this.semicolon) this.mark(59, PREV.keyword, false);
    this.semicolon = false;
    return UNCLEAR;
  }

  protected findEnd(from: number, quote: number): void {
    findQuotedEnd(this.src, this.end, from, quote, this.lastAct === ACT.escape, this.quoted);
  }

  /** A literal ends at `end`: writes its `?`. */
  protected finishLiteral(end: number): number {
    if (end < 0) return end;
    const next = this.src[end] as number;
    if (!afterQuote[next] && !(next === 47 && this.src[end + 1] === 42)) return BROKEN;
    if (next === 0 && end < this.end) return BROKEN;
    // `'<a>`: the start of a literal that is XML, taken for the end of one.
    const after = this.src[end + 1] as number;
    if (next === 60 && (after === 47 || (wordBits[after] as number) !== 0)) return BROKEN;
    return this.writeValue(end);
  }

  protected writeValue(end: number): number {
    if (this.starting) return this.refuse();
    if (this.mode === MODE.name) this.leaveName();
    if (!this.plainValue()) return UNCLEAR;
    this.onValue();
    return end;
  }

  /** A value; false when the nesting is too deep. */
  protected plainValue(): boolean {
    this.withdrawSign();
    if (this.lastAct === ACT.in && this.prev === PREV.keyword && this.mode === MODE.normal) {
      // IN ? and IN (?) are one.
      this.mark(40, PREV.open, true);
      if (!this.enter(FRAME.list)) return false;
      this.value();
      this.endItem(this.depth);
      this.mark(41, PREV.close, false);
      this.depth--;
    } else this.value();
    return true;
  }

  /** After a value or punctuation the name of SET or EXEC is over. */
  protected leaveName(): void {
    if (this.mode === MODE.name) this.endNameMode();
  }

  protected maskedName(end: number): number {
    if (!this.plainValue()) return UNCLEAR;
    // Read again, the mark in place of a setting's name is a value, and nothing but `?` follows.
    this.leaveName();
    this.onName();
    this.onOther();
    return end;
  }
}
