import type { Segment } from './segment.js';

/**
 * Batches that were sent without an answer: only the server knows whether it has them. To drop them from a full spool
 * would count as lost what may be stored. They are the oldest, so they lie in one segment.
 */
export class InDoubt {
  private segment: Segment | undefined;
  private untilSeq = 0;

  /** Batches of that segment with numbers before `untilSeq` may have reached the server. */
  add(segment: Segment, untilSeq: number): void {
    this.untilSeq = this.segment === segment ? Math.max(this.untilSeq, untilSeq) : untilSeq;
    this.segment = segment;
  }

  has(segment: Segment): boolean {
    return this.segment === segment;
  }

  /** Everything before `nextSeq` has been answered for. */
  answered(nextSeq: number): void {
    if (nextSeq >= this.untilSeq) this.segment = undefined;
  }

  gone(segment: Segment): void {
    if (this.segment === segment) this.segment = undefined;
  }
}
