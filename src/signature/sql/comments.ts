import { PREV } from './output.js';
import { ACT, FLAG } from './words.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as words from './words.js';

import { Quotes } from './quotes.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { wordBits } = chars;
const { BROKEN, findCommentEnd, findLineEnd, UNCLEAR } = literals;
const { wordAct, wordFlags } = words;
const BACKSLASH_BYTE = 92;
/** The end of the text was reached, or nothing after this point may be written. */
const STOP = -3;

/**
 * Comments. What is one in some dialects only is skipped where that reveals nothing: the other dialects would run
 * what is in it, and what they run may make data of the text that follows.
 */
export class Comments extends Quotes {
  /**
   * A comment to the end of the line, unless the rest of the line may be a literal's beginning.
   * @param certain no dialect that may be meant reads anything else.
   * @param always no dialect at all reads anything else: `db.system.name` may be wrong.
   */
  protected lineComment(from: number, certain: boolean, always: boolean): number {
    const { src } = this;
    const end = findLineEnd(src, this.end, from, certain);
    let single = 0;
    let double = 0;
    for (let i = from; i < end; i++) {
      if (src[i] === 39) single ^= 1;
      else if (src[i] === 34) double ^= 1;
    }
    if ((single | double) !== 0) {
      if ((this.prev >= PREV.operand || !always) && this.nameFollows(end)) return UNCLEAR;
      this.oddComment = true;
    }
    if (always) return end;
    // The middle of a literal that goes on in the next line, where this is no comment.
    if (src[end - 2] === BACKSLASH_BYTE && src[end - 1] === 10 && this.nameFollows(end))
      return UNCLEAR;
    this.unsureAt = this.o;
    return this.changesReading(from, end) ? UNCLEAR : end;
  }

  /** A block comment whose `/*` stands at `i`. */
  protected blockComment(i: number): number {
    const { src } = this;
    const from = i + 2;
    const end = findCommentEnd(src, this.end, from);
    if (end < 0) return end === BROKEN && this.dialect.openComments ? STOP : end;
    // MySQL runs `/*! … */`; mysqldump writes whole statements so.
    const isRun = src[from] === 33 || (src[from] === 77 && src[from + 1] === 33);
    if (isRun && src[end] !== 59 && this.changesReading(from, end)) return UNCLEAR;
    if (isRun) this.unsureAt = this.o;
    // Where comments do not nest, the inner end is the end.
    const innerEnd = src.indexOf('*/', from) + 2;
    if (innerEnd < end) {
      if (this.changesReading(innerEnd, end)) return UNCLEAR;
      this.unsureAt = this.o;
    }
    return end;
  }

  /**
   * True when a comment that some dialect does not see holds a statement after which bare words are data (COPY FROM
   * STDIN, IDENTIFIED BY, SET), and text follows.
   */
  protected changesReading(from: number, end: number): boolean {
    const { src } = this;
    if (this.skipSpaces(end) >= this.end) return false;
    let i = from;
    while (i < end) {
      if (wordBits[src[i] as number] === 0) {
        i++;
        continue;
      }
      const word = this.wordAt(i);
      const act = wordAct[word] as number;
      if (
        ((wordFlags[word] as number) & FLAG.utility) !== 0 ||
        act === ACT.identified ||
        act === ACT.password ||
        act === ACT.owner ||
        act === ACT.stdin
      ) {
        return true;
      }
      while (i < end && wordBits[src[i] as number] !== 0) i++;
    }
    return false;
  }
}
