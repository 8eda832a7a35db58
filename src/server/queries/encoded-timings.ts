import { Histogram } from '../../histogram/index.js';
import type { SeriesView } from '../store/store.js';

/**
 * Histograms kept as stored bytes, by where they lie: three numbers and a shared reference each. A view of its
 * own per histogram would be 100 bytes for the garbage collector, which reports then mostly consist of.
 */
export class EncodedTimings {
  private readonly chunks: Uint8Array[] = [];
  /** Start and end of each. */
  private readonly borders: number[] = [];

  add({ bytes, start, end }: Pick<SeriesView, 'bytes' | 'start' | 'end'>): void {
    this.chunks.push(bytes);
    this.borders.push(start, end);
  }

  addAll(other: EncodedTimings): void {
    for (const chunk of other.chunks) this.chunks.push(chunk);
    for (const border of other.borders) this.borders.push(border);
  }

  mergeInto(histogram: Histogram): void {
    for (let i = 0; i < this.chunks.length; i++) {
      histogram.mergeEncoded(
        this.chunks[i] as Uint8Array,
        this.borders[2 * i] as number,
        this.borders[2 * i + 1] as number,
      );
    }
  }

  get heldBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.borders.length; i += 2) {
      bytes += (this.borders[i + 1] as number) - (this.borders[i] as number);
    }
    return bytes;
  }

  /** Merges all into one histogram of its own: same result, less memory, and no chunk held on to. */
  compact(): void {
    const [first] = this.chunks;
    if (first === undefined || (this.chunks.length === 1 && this.heldBytes === first.length))
      return;
    scratch.clear();
    this.mergeInto(scratch);
    const bytes = scratch.encode();
    this.chunks.splice(0, Infinity, bytes);
    this.borders.splice(0, Infinity, 0, bytes.length);
  }
}

/** Reused: never kept. */
const scratch = new Histogram();
