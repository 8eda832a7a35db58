import * as chars from './chars.js';
import * as words from './words.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { fold } = chars;
const { laneA, laneB, LANE_A_SEED, LANE_B_SEED } = words;

/** Longest signature in bytes; the cut falls between tokens. */
export const MAX_OUTPUT_BYTES = 4096;

/** What was written last. From OPERAND on: something an operator can follow. */
export const enum PREV {
  start = 0,
  keyword = 1,
  operator = 2,
  sign = 3,
  open = 4,
  comma = 5,
  dot = 6,
  colon = 7,
  operand = 10,
  value = 11,
  close = 12,
}

const VALUE_A = 0x3f3f3f3f;
const VALUE_B = 0x0badf00d;
const QUESTION = 63;
const SPACE = 32;

/**
 * The bytes of the signature and the hash of its token stream, written together. The hash goes on after the
 * output is full, so that long statements which differ late stay apart.
 */
export class Output {
  /** Room beyond the limit: a name is written before its length is known. */
  protected readonly out = Buffer.allocUnsafeSlow(MAX_OUTPUT_BYTES + 1024);
  protected o = 0;
  protected h1 = 0;
  protected h2 = 0;
  protected prev: number = PREV.start;
  protected full = false;
  /** First hash lane of the last name written, or of the last plain one in FROM or after WITH. */
  protected nameLane = 0;

  private signO = 0;
  private signH1 = 0;
  private signH2 = 0;
  private signPrev = 0;
  private signFull = false;

  /** Bytes written before the last SELECT whose FROM was not read yet, or -1; the hash at that point. */
  protected listO = -1;
  private listH1 = 0;
  private listH2 = 0;
  private listPrev = 0;

  protected resetOutput(): void {
    this.o = 0;
    this.listO = -1;
    this.h1 = LANE_A_SEED;
    this.h2 = LANE_B_SEED;
    this.prev = PREV.start;
    this.full = false;
  }

  /** Adds one token to the hash. Rotations make the order count. */
  protected mix(a: number, b: number): void {
    const x = this.h1;
    const y = this.h2;
    this.h1 = Math.imul(((x << 13) | (x >>> 19)) ^ a, 0x9e3779b1);
    this.h2 = (Math.imul((y << 11) | (y >>> 21), 0x85ebca77) + b) | 0;
  }

  /** Space before the next token, unless the last one binds to it. */
  protected space(): void {
    const prev = this.prev;
    if (prev !== PREV.start && prev !== PREV.open && prev !== PREV.dot && prev !== PREV.colon) {
      this.out[this.o++] = SPACE;
    }
  }

  /** Commits what was written since `from`, or takes it back when the limit is passed. */
  protected commit(from: number): void {
    if (this.full || this.o > MAX_OUTPUT_BYTES) {
      this.full = true;
      this.o = from;
    }
  }

  /** Takes a sign back: the value after it includes it. */
  protected withdrawSign(): void {
    if (this.prev !== PREV.sign) return;
    this.o = this.signO;
    this.h1 = this.signH1;
    this.h2 = this.signH2;
    this.prev = this.signPrev;
    this.full = this.signFull;
  }

  /** SELECT is about to be written. */
  protected markListStart(): void {
    this.listO = this.o;
    this.listH1 = this.h1;
    this.listH2 = this.h2;
    this.listPrev = this.prev;
  }

  /** Takes everything after the last SELECT back: `SELECT ?`. */
  protected emptyList(): void {
    this.o = this.listO;
    this.h1 = this.listH1;
    this.h2 = this.listH2;
    this.prev = this.listPrev;
    this.token('SELECT', PREV.keyword, true);
    this.value();
  }

  /** One `?`. Values next to each other are one; a sign before a value belongs to it. */
  protected value(): void {
    if (this.prev === PREV.value) return;
    this.withdrawSign();
    if (this.prev === PREV.value) return;
    const from = this.o;
    this.space();
    this.out[this.o++] = QUESTION;
    this.commit(from);
    this.mix(VALUE_A, VALUE_B);
    this.prev = PREV.value;
  }

  /** A token of ASCII text, hashed as `meaning`. */
  protected token(text: string, prev: number, spaced: boolean, meaning = text): void {
    const from = this.o;
    if (spaced) this.space();
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    for (let at = 0; at < text.length; at++) this.out[this.o++] = text.charCodeAt(at);
    for (let at = 0; at < meaning.length; at++) {
      const byte = fold[meaning.charCodeAt(at)] as number;
      a = laneA(a, byte);
      b = laneB(b, byte);
    }
    this.commit(from);
    this.mix(a, b);
    this.prev = prev;
  }

  /** A listed word of the source, byte by byte: with a string made of it a scan takes a tenth longer. */
  protected copyWord(src: Uint8Array, start: number, end: number, prev: number): void {
    const from = this.o;
    this.space();
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    for (let i = start; i < end; i++) {
      const byte = src[i] as number;
      this.out[this.o++] = byte;
      a = laneA(a, fold[byte] as number);
      b = laneB(b, fold[byte] as number);
    }
    this.commit(from);
    this.mix(a, b);
    this.prev = prev;
  }

  /** A single byte of punctuation. */
  protected mark(byte: number, prev: number, spaced: boolean): void {
    const from = this.o;
    if (spaced) this.space();
    this.out[this.o++] = byte;
    this.commit(from);
    this.mix(byte * 0x01010101, byte);
    this.prev = prev;
  }

  /** A plus or minus where no operand stands before: withdrawn when a value follows. */
  protected sign(byte: number): void {
    // A sign after a sign: one of them is enough to withdraw.
    if (this.prev === PREV.sign) return;
    this.signO = this.o;
    this.signH1 = this.h1;
    this.signH2 = this.h2;
    this.signPrev = this.prev;
    this.signFull = this.full;
    this.mark(byte, PREV.sign, true);
  }

  /** An operator of the source, byte by byte. */
  protected operator(src: Uint8Array, start: number, end: number): void {
    const from = this.o;
    this.space();
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    for (let i = start; i < end; i++) {
      const byte = src[i] as number;
      this.out[this.o++] = byte;
      a = laneA(a, byte);
      b = laneB(b, byte);
    }
    this.commit(from);
    this.mix(a, b);
    this.prev = PREV.operator;
  }

  /**
   * A name given as text (the slow path: quoted, masked or not ASCII).
   * @param open byte of the opening quote, 0 for none; @param exact hash without folding the case.
   */
  protected name(text: string, open: number, close: number, exact: boolean): void {
    const from = this.o;
    this.space();
    if (open !== 0) this.out[this.o++] = open;
    const start = this.o;
    this.o += this.out.write(text, this.o, 'utf8');
    let a = LANE_A_SEED;
    let b = LANE_B_SEED;
    for (let i = start; i < this.o; i++) {
      const byte = exact ? (this.out[i] as number) : (fold[this.out[i] as number] as number);
      a = laneA(a, byte);
      b = laneB(b, byte);
    }
    this.nameLane = a;
    if (exact) a ^= 0x5bd1e995;
    if (close !== 0) this.out[this.o++] = close;
    this.commit(from);
    this.mix(a, b);
    this.prev = PREV.operand;
  }
}
