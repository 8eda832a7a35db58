import { BUCKETS_PER_OCTAVE, MAX_INDEX, MIN_INDEX, SCALE } from './bucket-index.js';
import { addSaturating, Buckets, SATURATED } from './buckets.js';

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
const MAX_POSITION = MAX_INDEX - MIN_INDEX;
/** Largest `gap * 2 + flag`. */
const MAX_HEAD = MAX_POSITION * 2 + 1;

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
  const buckets = new Buckets();
  return { buckets, ...addEncoded(bytes, buckets) };
}

/**
 * Adds encoded buckets to existing ones without a histogram in between: 0.4 µs for 25 buckets where decoding
 * and merging took 10, which is what reports over many thousand stored histograms consist of.
 * @returns sum, min and max of the encoded histogram, all 0 when it is empty.
 * @throws MalformedHistogramError as `decodeParts`; `buckets` may then hold part of it.
 */
export function addEncoded(
  bytes: Uint8Array,
  buckets: Buckets,
  start = 0,
  end = bytes.length,
): { sumUs: number; minUs: number; maxUs: number } {
  if (bytes[start] !== VERSION) throw new MalformedHistogramError('unknown version');
  if (end - start === 1) return { sumUs: 0, minUs: 0, maxUs: 0 };
  const cursor = { bytes, at: start + 1 };
  const sumUs = readVarint(cursor);
  const minUs = readVarint(cursor);
  const maxUs = readVarint(cursor) + minUs;
  if (minUs < 1 || !Number.isSafeInteger(maxUs)) throw new MalformedHistogramError('min or max');
  if (cursor.at >= end) throw new MalformedHistogramError('no buckets');
  // The loop that long reports consist of: everything in locals, whole octaves looked up once.
  let at = cursor.at;
  let next = 0;
  let total = buckets.total;
  let octaveNumber = -1;
  let octave: number[] = [];
  while (at < end) {
    // Nearly all gaps and counts are one byte.
    let head = bytes[at] as number;
    if (head < 0x80) at += 1;
    else {
      cursor.at = at;
      head = readVarint(cursor);
      at = cursor.at;
      if (head > MAX_HEAD) throw new MalformedHistogramError('bucket out of range');
    }
    let count = 1;
    if ((head & 1) === 1) {
      const more = bytes[at];
      if (more !== undefined && more < 0x80) {
        at += 1;
        count = more + 2;
      } else {
        cursor.at = at;
        count = readVarint(cursor) + 2;
        at = cursor.at;
        if (!Number.isSafeInteger(count)) throw new MalformedHistogramError('count out of range');
      }
    }
    const position = next + (head >> 1);
    if (position > MAX_POSITION) throw new MalformedHistogramError('bucket out of range');
    next = position + 1;
    if (position >> SCALE !== octaveNumber) {
      octaveNumber = position >> SCALE;
      octave = buckets.octaveAt(octaveNumber);
    }
    const slot = position & (BUCKETS_PER_OCTAVE - 1);
    // No bucket is larger than the total: one comparison serves both.
    total += count;
    if (total <= SATURATED) octave[slot] = (octave[slot] as number) + count;
    else {
      total = SATURATED;
      octave[slot] = addSaturating(octave[slot] as number, count);
    }
  }
  if (at !== end) throw new MalformedHistogramError('truncated');
  buckets.total = total;
  return { sumUs, minUs, maxUs };
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
  // Nearly all numbers fit one byte.
  const first = cursor.bytes[cursor.at];
  if (first !== undefined && first < 0x80) {
    cursor.at += 1;
    return first;
  }
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
