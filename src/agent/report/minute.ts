import { Histogram } from '../../histogram/index.js';
import type { LocalLoss } from '../report-types.js';
import type { Component } from './read-request.js';

/** Histograms as one block of bytes: about 60 bytes a series instead of a kilobyte. */
interface Packed {
  ids: Uint32Array;
  /** Where each histogram ends in `bytes`. */
  ends: Uint32Array;
  bytes: Buffer;
}

/** Past it the same series would be held too often. */
const MAX_BLOCKS = 4;

/** Everything that one minute's windows said. */
export class Minute {
  readonly instances = new Map<string, Set<string>>();
  readonly components = new Map<
    string,
    Record<Component, number> & { service: string; endpoint: string }
  >();
  readonly repeated = new Map<number, { requests: number; max: number }>();
  readonly losses = new Map<string, LocalLoss>();
  firstMs = Infinity;
  lastMs = 0;
  private live = new Map<number, Histogram>();
  private packed: Packed[] = [];

  add(id: number, histogram: Histogram): void {
    const known = this.live.get(id);
    if (known === undefined) this.live.set(id, histogram);
    else known.merge(histogram);
  }

  /** Histograms held, packed or not. */
  get size(): number {
    return this.packed.reduce((sum, { ids }) => sum + ids.length, this.live.size);
  }

  /** Histograms that take a kilobyte or two each. */
  get liveSize(): number {
    return this.live.size;
  }

  /** Shrinks the minute. Later windows may still be added; they are packed separately, and now and then together. */
  pack(): void {
    if (this.live.size === 0) return;
    if (this.packed.length >= MAX_BLOCKS) {
      const all = [...this.histograms()];
      this.packed = [];
      this.live = new Map();
      for (const [id, histogram] of all) this.add(id, histogram);
    }
    const ids = new Uint32Array(this.live.size);
    const ends = new Uint32Array(this.live.size);
    const blocks: Uint8Array[] = [];
    let i = 0;
    let end = 0;
    for (const [id, histogram] of this.live) {
      const block = histogram.encode();
      blocks.push(block);
      end += block.length;
      ids[i] = id;
      ends[i] = end;
      i += 1;
    }
    this.packed.push({ ids, ends, bytes: Buffer.concat(blocks) });
    this.live = new Map();
  }

  /** Every series with its histogram; a series can come more than once. */
  *histograms(): Generator<[id: number, histogram: Histogram]> {
    yield* this.live;
    for (const { ids, ends, bytes } of this.packed) {
      let start = 0;
      for (let i = 0; i < ids.length; i++) {
        const end = ends[i] as number;
        yield [ids[i] as number, Histogram.decode(bytes.subarray(start, end))];
        start = end;
      }
    }
  }

  collectIds(into: Set<number>): void {
    for (const id of this.live.keys()) into.add(id);
    for (const id of this.repeated.keys()) into.add(id);
    for (const { ids } of this.packed) for (const id of ids) into.add(id);
  }
}
