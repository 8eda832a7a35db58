import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/histogram/index.js';
import { Chunk, combineFacts, readChunk } from '../../../src/server/store/chunk.js';
import { CorruptChunkError } from '../../../src/server/store/varint.js';

const id = fc.integer({ min: 1, max: 2 ** 40 });
const timing = fc.record({
  operation: id,
  caller: fc.integer({ min: 0, max: 5 }),
  outcome: fc.integer({ min: 1, max: 4 }),
  us: fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 8 }),
});
const fact = fc.record({
  operation: id,
  caller: fc.integer({ min: 0, max: 5 }),
  facts: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 }),
});
const content = fc.array(fc.oneof(timing, fact), { maxLength: 30 });
type Content = typeof content extends fc.Arbitrary<infer T> ? T : never;

function chunkOf(entries: Content): Chunk {
  const chunk = new Chunk();
  for (const entry of entries) {
    if ('us' in entry) {
      const histogram = new Histogram();
      for (const us of entry.us) histogram.record(us);
      chunk.addTimings(entry.operation, entry.caller, entry.outcome, histogram);
    } else {
      chunk.addFacts(entry.operation, entry.caller, entry.facts, 'sum-sum-max');
    }
  }
  return chunk;
}

describe('chunk', () => {
  it('has one encoding, whatever the order and grouping', () => {
    fc.assert(
      fc.property(content, content, (a, b) => {
        const all = chunkOf([...a, ...b]).encode();
        expect(chunkOf([...b, ...a].reverse()).encode()).toEqual(all);
        const merged = new Chunk();
        merged.mergeEncoded(chunkOf(b).encode(), 'sum-sum-max');
        merged.mergeEncoded(chunkOf(a).encode(), 'sum-sum-max');
        expect(merged.encode()).toEqual(all);
      }),
    );
  });

  it('gives back every call', () => {
    fc.assert(
      fc.property(content, (entries) => {
        let calls = 0;
        let sumUs = 0;
        const bytes = chunkOf(entries).encode();
        readChunk(bytes, (view) => {
          calls += view.count;
          sumUs += view.sumUs;
          if (view.outcome > 0) {
            const decoded = Histogram.decode(bytes.subarray(view.start, view.end));
            expect([decoded.count, decoded.sumUs]).toEqual([view.count, view.sumUs]);
          }
        });
        const values = entries.flatMap((entry) => ('us' in entry ? entry.us : []));
        expect(calls).toBe(values.length);
        expect(sumUs).toBe(values.reduce((a, b) => a + b, 0));
      }),
    );
  });

  it('leaves histograms that were handed in as they are', () => {
    const chunk = new Chunk();
    const first = new Histogram();
    first.record(5);
    const second = new Histogram();
    second.record(7);
    chunk.addTimings(1, 0, 1, first);
    chunk.addTimings(1, 0, 1, second);
    expect([first.count, second.count]).toEqual([1, 1]);
  });

  it('tells corruption from data', () => {
    const bytes = chunkOf([{ operation: 3, caller: 0, outcome: 1, us: [5, 500] }]).encode();
    for (let length = 0; length < bytes.length; length++) {
      if (length === 1) continue; // an empty chunk
      expect(() => readChunk(bytes.slice(0, length), () => undefined)).toThrow(CorruptChunkError);
    }
    expect(() => readChunk(Uint8Array.of(9), () => undefined)).toThrow(CorruptChunkError);
  });
});

describe('facts', () => {
  it('add up, except the most in one request', () => {
    const facts = [1, 2, 3];
    combineFacts(facts, [10, 20, 2], 'sum-sum-max');
    expect(facts).toEqual([11, 22, 3]);
    combineFacts(facts, [1, 1, 1], 'sum');
    expect(facts).toEqual([12, 23, 4]);
  });
});
