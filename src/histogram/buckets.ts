import { BUCKETS_PER_OCTAVE, MIN_INDEX, OCTAVES, SCALE } from './bucket-index.js';

/**
 * Largest count or sum: beyond it a double no longer tells neighbours apart. Additions saturate here,
 * which keeps them commutative and associative: min(M, min(M, a + b) + c) = min(M, a + b + c).
 */
export const SATURATED = Number.MAX_SAFE_INTEGER;

/** Sum of two integers in 0 … SATURATED, saturating. */
export function addSaturating(a: number, b: number): number {
  const sum = a + b;
  // Not `SATURATED`: compiled, that is a property of the module's exports, whose value is a boxed number,
  // and choosing between the two boxes every sum (16 bytes per recorded value, measured on Node 20).
  return sum > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : sum;
}

/**
 * Counts per bucket, sparse by octave. An octave is a plain array: V8 keeps it as small integers on its
 * own heap and widens it to doubles by itself, where a typed array of this size would cost a separate
 * allocation with about 200 bytes of book-keeping.
 */
export class Buckets {
  /** Sum of all counts, saturating. */
  total = 0;
  private readonly octaves: (number[] | undefined)[] = new Array<number[] | undefined>(
    OCTAVES,
  ).fill(undefined);

  /** Adds to one bucket. Allocates only for the first value of an octave. */
  add(index: number, times: number): void {
    const position = index - MIN_INDEX;
    const octave = (this.octaves[position >> SCALE] ??= newOctave());
    const slot = position & (BUCKETS_PER_OCTAVE - 1);
    const total = this.total + times;
    if (total <= SATURATED) {
      // No bucket is larger than the total: one comparison serves both.
      octave[slot] = (octave[slot] as number) + times;
      this.total = total;
      return;
    }
    octave[slot] = addSaturating(octave[slot] as number, times);
    this.total = SATURATED;
  }

  /** Counts of one octave, made on first use; whoever changes them keeps `total` right. */
  octaveAt(octave: number): number[] {
    return (this.octaves[octave] ??= newOctave());
  }

  /**
   * Indexes of the buckets that hold the given ranks (1 = smallest value), which must ascend; undefined for
   * ranks above the total. One pass for all of them.
   */
  indexesOfRanks(ranks: readonly number[]): (number | undefined)[] {
    const found = new Array<number | undefined>(ranks.length).fill(undefined);
    let seen = 0;
    let wanted = 0;
    for (let o = 0; o < OCTAVES && wanted < ranks.length; o++) {
      const octave = this.octaves[o];
      if (octave === undefined) continue;
      for (let slot = 0; slot < BUCKETS_PER_OCTAVE; slot++) {
        seen += octave[slot] as number;
        while (wanted < ranks.length && seen >= (ranks[wanted] as number)) {
          found[wanted++] = MIN_INDEX + (o << SCALE) + slot;
        }
      }
    }
    return found;
  }

  merge(other: Buckets): void {
    for (let o = 0; o < OCTAVES; o++) {
      const theirs = other.octaves[o];
      if (theirs === undefined) continue;
      const ours = (this.octaves[o] ??= newOctave());
      for (let slot = 0; slot < BUCKETS_PER_OCTAVE; slot++) {
        ours[slot] = addSaturating(ours[slot] as number, theirs[slot] as number);
      }
    }
    this.total = addSaturating(this.total, other.total);
  }

  /** Keeps the octaves it has, so that a reused histogram allocates nothing. */
  clear(): void {
    for (const octave of this.octaves) octave?.fill(0);
    this.total = 0;
  }

  /** Counts from the first to the last bucket that is not empty; `offset` is the index of the first. */
  dense(): { offset: number; counts: number[] } {
    let first = -1;
    let last = -1;
    this.forEach((index) => {
      if (first === -1) first = index - MIN_INDEX;
      last = index - MIN_INDEX;
    });
    if (first === -1) return { offset: 0, counts: [] };
    // At its full length from the start: one that grows is copied again and again.
    const counts = new Array<number>(last - first + 1).fill(0);
    for (let position = first; position <= last; position++) {
      const octave = this.octaves[position >> SCALE];
      if (octave === undefined) position |= BUCKETS_PER_OCTAVE - 1;
      else counts[position - first] = octave[position & (BUCKETS_PER_OCTAVE - 1)] as number;
    }
    return { offset: first + MIN_INDEX, counts };
  }

  /** Calls `visit` for each bucket that is not empty, in ascending order, until it returns true. */
  forEach(visit: (index: number, count: number) => boolean | void): void {
    for (let o = 0; o < OCTAVES; o++) {
      const octave = this.octaves[o];
      if (octave === undefined) continue;
      for (let slot = 0; slot < BUCKETS_PER_OCTAVE; slot++) {
        const count = octave[slot] as number;
        if (count !== 0 && visit(MIN_INDEX + (o << SCALE) + slot, count) === true) return;
      }
    }
  }
}

function newOctave(): number[] {
  return new Array<number>(BUCKETS_PER_OCTAVE).fill(0);
}
