import type { Dialect } from './dialects.js';
import { HOLE } from './holes.js';
import * as holes from './holes.js';
import type { Source } from './source.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { holeEnd, readPiece } = holes;

/** Longer texts are left to the scanner: what is long is a list or a row that is never the same again. */
export const MAX_SHAPE_BYTES = 4096;
/** Room for the bytes of all shapes; when it is used up, all are forgotten. About two thousand of 260 bytes. */
const ARENA_BYTES = 512 * 1024;
const SETS = 512;
/** Shapes with the same head that are remembered; the one that was not in use for longest goes first. */
const WAYS = 8;
/** Longest head that is looked at to find the shapes to compare with. */
const MAX_HEAD_BYTES = 128;
/** Shapes that nobody asked for again, in a row, until an app is taken for one that makes a new one per call … */
const PATIENCE = 64;
/** … of which every sixteenth is remembered then. */
const RARELY = 15;

/** A statement without its literals: the bytes between the holes, and what the holes are. */
interface Shape<T> {
  dialect: Dialect;
  /** Number of bytes, kind of the hole after them, number of bytes, … , HOLE.end. */
  program: readonly number[];
  /** Where its bytes begin in the arena. */
  start: number;
  value: T;
}

/** Bytes at which the head of a text ends: a hole may begin there. */
function headEnds(...more: string[]): Uint8Array {
  const ends = new Uint8Array(256);
  for (const char of ["'", '/', '-', '\0', ...'0123456789', ...more]) ends[char.charCodeAt(0)] = 1;
  return ends;
}
const ends = headEnds();
const endsWithDouble = headEnds('"');

/** The set in which a text's shape is, from what stands before its first hole, a comment in front left out. */
function setOf(src: Uint8Array, end: number, dialect: Dialect): number {
  const table = dialect.doubleQuote === 'mask' ? endsWithDouble : ends;
  let at = 0;
  if (src[0] === 47) {
    at = holeEnd(src, 0, HOLE.comment);
    if (at < 0) at = 0;
  }
  const stop = Math.min(end, at + MAX_HEAD_BYTES);
  let lane = 0;
  for (; at < stop; at++) {
    const byte = src[at] as number;
    if (table[byte] === 1) break;
    lane = ((lane << 5) | (lane >>> 27)) ^ byte;
  }
  lane = Math.imul(lane, 0x9e3779b1);
  return (lane >>> 16) % SETS;
}

/**
 * What is known of statements that differ from one another in their literals only. A new text of a known shape is
 * compared with it byte by byte, literals skipped by the rules of `holes.ts`, and needs no scan: the scanner would come
 * to the same place after each token. Copied and compared takes a quarter of the time of copied and scanned; this and
 * the other gains that these files state are measured by `benchmarks/micro/tricks.ts`.
 *
 * Nothing of a shape is ever written out. Bounded; an app that makes a new shape per call soon stops being remembered.
 */
export class ShapeCache<T> {
  private readonly sets: (Shape<T> | undefined)[] = new Array<Shape<T> | undefined>(SETS * WAYS);
  private arena = new Uint8Array(0);
  private view = new DataView(this.arena.buffer);
  private used = 0;
  /** Shapes remembered since the last one that was found again. */
  private unasked = 0;

  /** What is known of the text in `source`, or undefined. */
  find(source: Source, dialect: Dialect): T | undefined {
    if (this.used === 0 || source.length > MAX_SHAPE_BYTES) return undefined;
    const { sets } = this;
    const first = setOf(source.bytes, source.length, dialect) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) {
      const shape = sets[slot];
      if (shape === undefined) return undefined;
      if (shape.dialect !== dialect || !this.fits(shape, source)) continue;
      if (slot !== first) {
        // In use: one place away from being replaced.
        sets[slot] = sets[slot - 1];
        sets[slot - 1] = shape;
      }
      this.unasked = 0;
      return shape.value;
    }
    return undefined;
  }

  /** Remembers the shape of the text in `source`, which the scanner found ordinary, unless it has none. */
  remember(source: Source, dialect: Dialect, value: T): void {
    if (source.length > MAX_SHAPE_BYTES) return;
    this.unasked++;
    if (this.unasked > PATIENCE && (this.unasked & RARELY) !== 0) return;
    if (this.used + source.length > ARENA_BYTES || this.used === 0) this.clear();
    const start = this.used;
    const program = this.write(source, dialect);
    if (program === undefined) return;
    const { sets } = this;
    const first = setOf(source.bytes, source.length, dialect) * WAYS;
    let slot = first;
    while (slot < first + WAYS - 1 && sets[slot] !== undefined) slot++;
    sets[slot] = { dialect, program, start, value };
  }

  private clear(): void {
    this.sets.fill(undefined);
    this.used = 0;
    if (this.arena.length === 0) {
      // Comparing reads up to three bytes beyond the last one.
      this.arena = new Uint8Array(ARENA_BYTES + 4);
      this.view = new DataView(this.arena.buffer);
    }
  }

  /** Writes what stands between the holes into the arena; undefined when the text has no shape. */
  private write(source: Source, dialect: Dialect): number[] | undefined {
    const { bytes: src, length: end } = source;
    const { arena } = this;
    const piece = { end: 0, kind: 0 };
    const program: number[] = [];
    let to = this.used;
    let from = to;
    let at = 0;
    while (at < end) {
      if (!readPiece(src, at, dialect, piece) || piece.end > end) return undefined;
      if (piece.kind === HOLE.end) {
        while (at < piece.end) arena[to++] = src[at++] as number;
        continue;
      }
      program.push(to - from, piece.kind);
      from = to;
      at = piece.end;
    }
    program.push(to - from, HOLE.end);
    this.used = to;
    return program;
  }

  private fits(shape: Shape<T>, source: Source): boolean {
    const { bytes: src, view: text, length: end } = source;
    const { arena, view: known } = this;
    const { program } = shape;
    let o = shape.start;
    let at = 0;
    // A shape holds no NUL, and one stands after the text: no comparison goes beyond it.
    for (let k = 0; ; k += 2) {
      const stop = at + (program[k] as number);
      // Four bytes at a time: a fifth less than one by one, the copy of the text included.
      for (; at + 4 <= stop; at += 4, o += 4) {
        if (text.getInt32(at, true) !== known.getInt32(o, true)) return false;
      }
      for (; at < stop; at++, o++) if (src[at] !== arena[o]) return false;
      const kind = program[k + 1] as number;
      if (kind === HOLE.end) return at === end;
      at = holeEnd(src, at, kind);
      if (at < 0) return false;
    }
  }
}
