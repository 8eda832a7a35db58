import { Output, PREV } from './output.js';
import * as words from './words.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { LANE_A_SEED, LANE_B_SEED } = words;

/** What a pair of brackets holds. */
export const enum FRAME {
  group = 0,
  /** Arguments of a function: FROM inside is part of its syntax. */
  call = 1,
  /** Starts with SELECT. */
  query = 2,
  /** Elements of IN (…) or ARRAY[…]: equal elements count once. */
  list = 3,
  /** One row of VALUES. */
  row = 4,
  /** Column names after INSERT INTO t. */
  columns = 5,
  /** Square brackets of a subscript. */
  subscript = 6,
}

/** Deeper nesting is not followed: what lies below is masked. */
export const MAX_DEPTH = 200;
/** Different elements remembered per list, different rows per VALUES; later ones count as seen. */
const MAX_KINDS = 16;

/**
 * Lists and rows: every element is hashed by itself, and one whose hash was seen before is taken back with the
 * comma before it. `IN (1, 2, 3)` and `IN (1)`, one row and many rows thus give the same bytes.
 */
export class Lists extends Output {
  protected depth = 0;
  protected readonly frames = new Uint8Array(MAX_DEPTH + 2);
  /** 1 = a FROM list is under way at this depth: a table may follow a comma. */
  protected readonly inFrom = new Uint8Array(MAX_DEPTH + 2);
  private readonly outerH1 = new Int32Array(MAX_DEPTH + 2);
  private readonly outerH2 = new Int32Array(MAX_DEPTH + 2);
  private readonly itemO = new Int32Array(MAX_DEPTH + 2);
  private readonly itemPrev = new Uint8Array(MAX_DEPTH + 2);
  private readonly itemFull = new Uint8Array(MAX_DEPTH + 2);
  private readonly kinds = new Uint8Array(MAX_DEPTH + 2);
  private readonly kindA = new Int32Array((MAX_DEPTH + 2) * MAX_KINDS);
  private readonly kindB = new Int32Array((MAX_DEPTH + 2) * MAX_KINDS);
  /** Depth at which VALUES expects a row, -1 for nowhere. */
  protected rowsDepth = -1;
  /** VALUES or the comma between two rows was read. */
  protected rowDue = false;

  /** Depth of the SELECT that `listO` is about. */
  protected listDepth = 0;

  /** SELECT is about to be written. */
  protected markList(): void {
    this.markListStart();
    this.listDepth = this.depth;
  }

  protected resetLists(): void {
    this.depth = 0;
    this.rowsDepth = -1;
    this.kinds[0] = 0;
  }

  /** Starts hashing an element on its own at level `slot`. */
  protected beginItem(slot: number): void {
    this.outerH1[slot] = this.h1;
    this.outerH2[slot] = this.h2;
    this.h1 = LANE_A_SEED;
    this.h2 = LANE_B_SEED;
  }

  /** Where to return to when the element that follows was seen before. */
  protected markItem(slot: number): void {
    this.itemO[slot] = this.o;
    this.itemPrev[slot] = this.prev;
    this.itemFull[slot] = this.full ? 1 : 0;
  }

  /** Ends an element: true when it is new; else everything since `markItem` is taken back. */
  protected endItem(slot: number): boolean {
    const a = this.h1;
    const b = this.h2;
    this.h1 = this.outerH1[slot] as number;
    this.h2 = this.outerH2[slot] as number;
    const base = slot * MAX_KINDS;
    const count = this.kinds[slot] as number;
    let seen = count === MAX_KINDS;
    for (let k = 0; k < count && !seen; k++) {
      seen = this.kindA[base + k] === a && this.kindB[base + k] === b;
    }
    if (seen && (this.itemO[slot] as number) <= this.o) {
      this.o = this.itemO[slot] as number;
      this.prev = this.itemPrev[slot] as number;
      this.full = this.itemFull[slot] === 1;
      return false;
    }
    this.kindA[base + count] = a;
    this.kindB[base + count] = b;
    this.kinds[slot] = count + 1;
    this.mix(a, b);
    return true;
  }

  /** Enters brackets; false when the nesting is too deep. */
  protected enter(kind: number): boolean {
    if (this.depth >= MAX_DEPTH) return false;
    const slot = ++this.depth;
    this.frames[slot] = kind;
    this.inFrom[slot] = 0;
    if (kind === FRAME.row) {
      this.rowDue = false;
      // The first row: later ones are marked at the comma before them.
      if (this.kinds[slot] === 0) this.markItem(slot);
      this.beginItem(slot);
    } else {
      this.kinds[slot] = 0;
      if (kind === FRAME.list) {
        this.markItem(slot);
        this.beginItem(slot);
      }
    }
    return true;
  }

  /** A list that turns out to hold a query is an ordinary group. */
  protected listBecomesQuery(): void {
    const slot = this.depth;
    if (this.frames[slot] === FRAME.list) {
      const a = this.h1;
      const b = this.h2;
      this.h1 = this.outerH1[slot] as number;
      this.h2 = this.outerH2[slot] as number;
      if (a !== LANE_A_SEED || b !== LANE_B_SEED) this.mix(a, b);
    }
    this.frames[slot] = FRAME.query;
  }

  /** Folds the elements that are still open into the hash: the text ended inside of them. */
  protected closeOpenItems(): void {
    for (let slot = this.depth; slot > 0; slot--) {
      const kind = this.frames[slot];
      if (kind === FRAME.list || kind === FRAME.row) this.endItem(slot);
    }
    this.depth = 0;
  }

  protected comma(): void {
    const slot = this.depth;
    if (this.frames[slot] === FRAME.list && slot > 0) {
      this.endItem(slot);
      this.markItem(slot);
      this.silentComma();
      this.beginItem(slot);
      return;
    }
    if (slot === this.rowsDepth && this.prev === PREV.close && slot <= MAX_DEPTH) {
      this.markItem(slot + 1);
      this.rowDue = true;
      this.silentComma();
      return;
    }
    // Something that is no row stands between the rows.
    if (slot === this.rowsDepth) this.rowsDepth = -1;
    this.mark(44, PREV.comma, false);
  }

  /** A comma between elements: their own hashes tell them apart, and a withdrawn element leaves none behind. */
  private silentComma(): void {
    const h1 = this.h1;
    const h2 = this.h2;
    this.mark(44, PREV.comma, false);
    this.h1 = h1;
    this.h2 = h2;
  }

  /** VALUES was read: rows may follow at this depth. */
  protected expectRows(): void {
    this.rowsDepth = this.depth;
    this.rowDue = true;
    this.kinds[this.depth + 1] = 0;
  }
}
