import { PREV } from './output.js';
import { FLAG } from './words.js';
import * as chars from './chars.js';
import * as words from './words.js';

import { Tokens } from './tokens.js';
import * as values from './values.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { wordBits } = chars;
const { isValueSyntax } = values;
const { indexOfWord, wordFlags, wordText } = words;

const WORD_SELECT = indexOfWord('select');
const SELECT_BYTES = 'SELECT '.length;
/** Shorter names reveal nothing. */
const SHORTEST_PIECE = 4;

/** What is kept of a text that is damaged. */
export class Damage extends Tokens {
  /** Nothing of the text is understood: `?`, or nothing for a text of white space and comments. */
  protected giveUp(): void {
    const blank = this.o === 0 && !this.unreadable;
    this.resetText();
    if (!blank) this.value();
  }

  /**
   * The text ends in a list of columns whose last one is a bare name: no column without a table, so it is a piece of
   * something that was longer. Of the list nothing is kept.
   */
  protected dropLoneName(): void {
    const { out, listO } = this;
    if (listO < 0 || this.full || this.listDepth !== this.depth) return;
    let end = this.o;
    while (out[end - 1] === 46) end--;
    const from = Math.max(this.nameStart(end), listO);
    if (end - from < SHORTEST_PIECE) return;
    // A space may stand before SELECT.
    const isFirst = from <= listO + SELECT_BYTES + 1 && this.lastKeyword === WORD_SELECT;
    const before = out[from - 2];
    // After a value: an alias, or what is left of a literal.
    const isAlias = before === 63 && !isValueSyntax(out.toString('latin1', from, end));
    if (!isFirst && before !== 44 && !isAlias) return;
    if (!this.isNameIn(from, this.o)) return;
    if (listO === 0) this.keepHeadOnly();
    else this.emptyList();
  }

  /**
   * Somebody cut the text and said so, with dots or an ellipsis: the word before them is a piece of something, perhaps
   * of a literal that has lost its quote. No statement ends like that.
   */
  protected endsCut(): boolean {
    if (this.prev === PREV.dot && !this.full) return true;
    const { src } = this;
    let { end } = this;
    while (end > 0 && (src[end - 1] as number) <= 32) end--;
    // U+2026 in UTF-8.
    return end >= 3 && src[end - 1] === 0xa6 && src[end - 2] === 0x80 && src[end - 3] === 0xe2;
  }

  /**
   * The signature reached its limit. It ends before the names that came last: without what followed them, a reader of
   * the signature would take them for pieces of something that was longer.
   */
  protected trimCut(): void {
    const { out } = this;
    let end = this.o;
    for (;;) {
      while (out[end - 1] === 46 || out[end - 1] === 32) end--;
      const from = this.nameStart(end);
      if (from === end || !this.isNameIn(from, end)) break;
      end = from;
    }
    this.o = end;
  }

  /** Where the dotted name begins that ends before `end`. */
  private nameStart(end: number): number {
    const { out } = this;
    let from = end;
    while (from > 0 && (wordBits[out[from - 1] as number] !== 0 || out[from - 1] === 46)) from--;
    return from;
  }

  /** What was written at [from, end) is no keyword. */
  private isNameIn(from: number, end: number): boolean {
    // What was written and taken back may stand behind it.
    this.out[end] = 0;
    const flags = wordFlags[this.wordIn(this.out, from)] as number;
    return flags === 0 || (flags & FLAG.soft) !== 0;
  }

  /** The text is damaged: only its first word is certain. */
  protected keepHeadOnly(): void {
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
}
