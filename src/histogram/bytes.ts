import { MAX_INDEX, MIN_INDEX } from './bucket-index.js';
import { Buckets } from './buckets.js';

/**
 * Compact bytes of a histogram for storage. One value has exactly one encoding:
 *
 *   version = 1 | sumUs | minUs | maxUs - minUs | bucket …            (all varints, base 128, low part first)
 *   bucket = gap * 2 + flag [ | count - 2 ]
 *
 * `gap` is the number of empty buckets since the previous one (since MIN_INDEX for the first); flag 0
 * stands for a count of 1, so that a lone value costs one byte. An empty histogram is the version alone.
 */
export interface HistogramParts {
  buckets: Buckets;
  sumUs: number;
  minUs: number;
  maxUs: number;
}

/** Bytes that are no histogram. Carries no content. */
export class MalformedHistogramError extends Error {
  constructor(reason: string) {
    super(`malformed histogram: ${reason}`);
    this.name = 'MalformedHistogramError';
  }
}

const VERSION = 1;

export function encodeParts({ buckets, sumUs, minUs, maxUs }: HistogramParts): Uint8Array {
  const bytes: number[] = [VERSION];
  if (buckets.total > 0) {
    pushVarint(bytes, sumUs);
    pushVarint(bytes, minUs);
    pushVarint(bytes, maxUs - minUs);
    let next = MIN_INDEX;
    buckets.forEach((index, count) => {
      pushVarint(bytes, (index - next) * 2 + (count === 1 ? 0 : 1));
      if (count !== 1) pushVarint(bytes, count - 2);
      next = index + 1;
    });
  }
  return Uint8Array.from(bytes);
}

/** @throws MalformedHistogramError on anything `encodeParts` cannot have written. */
export function decodeParts(bytes: Uint8Array): HistogramParts {
  if (bytes[0] !== VERSION) throw new MalformedHistogramError('unknown version');
  const buckets = new Buckets();
  if (bytes.length === 1) return { buckets, sumUs: 0, minUs: 0, maxUs: 0 };
  const cursor = { bytes, at: 1 };
  const sumUs = readVarint(cursor);
  const minUs = readVarint(cursor);
  const maxUs = readVarint(cursor) + minUs;
  if (minUs < 1 || !Number.isSafeInteger(maxUs)) throw new MalformedHistogramError('min or max');
  let next = MIN_INDEX;
  while (cursor.at < bytes.length) {
    const head = readVarint(cursor);
    const index = next + Math.floor(head / 2);
    if (index > MAX_INDEX) throw new MalformedHistogramError('bucket out of range');
    const count = head % 2 === 0 ? 1 : readVarint(cursor) + 2;
    if (!Number.isSafeInteger(count)) throw new MalformedHistogramError('count out of range');
    buckets.add(index, count);
    next = index + 1;
  }
  if (buckets.total === 0) throw new MalformedHistogramError('no buckets');
  return { buckets, sumUs, minUs, maxUs };
}

/** Division instead of shifts: values reach 2^53 - 1, shifts end at 2^32. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readVarint(cursor: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  let unit = 1;
  for (;;) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new MalformedHistogramError('truncated');
    value += (byte & 0x7f) * unit;
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedHistogramError('number too large');
    if (byte < 0x80) {
      if (byte === 0 && unit > 1) throw new MalformedHistogramError('padded number');
      return value;
    }
    unit *= 0x80;
    // 2^49 is the eighth and last unit that a number below 2^53 needs.
    if (unit > 2 ** 49) throw new MalformedHistogramError('number too large');
  }
}
