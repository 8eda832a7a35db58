import { MalformedOtlpError } from './errors.js';

/** What one decoded element costs; roughly its bytes in memory divided by 16. */
export const COST = { number: 1, attribute: 6, message: 16 } as const;

/**
 * Two bytes of protobuf can ask for an object of 200, so a body's size does not bound the memory its
 * values take. This does: about 100 MB at most. A full body of ours (4000 series with 100 buckets each)
 * spends a tenth of it.
 */
const LIMIT = 6_000_000;

/** Counts what a decoder builds, over one request. */
export class Budget {
  private left = LIMIT;

  /** @throws MalformedOtlpError when the request asks for more than the decoder will build. */
  spend(cost: number): void {
    this.left -= cost;
    if (this.left < 0) throw new MalformedOtlpError('too many elements');
  }
}
