import { MODE } from './modes.js';
import { PREV } from './output.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as words from './words.js';

import { Comments } from './comments.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { classOf, isOperator, wordBits } = chars;
const { BROKEN } = literals;
const { laneA, laneB, LANE_A_SEED, LANE_B_SEED } = words;

/** PostgreSQL allows 63; the longest that exists has five. A bound keeps a run of signs linear. */
const MAX_OPERATOR_BYTES = 16;

/** Operators of one byte and of several. */
export class Operators extends Comments {
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
}
