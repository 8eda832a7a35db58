import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, MalformedHistogramError } from '../../../src/histogram/index.js';

const HOUR_US = 3_600_000_000;
/** All magnitudes from 1 µs to an hour are equally likely. */
const durationUs = fc
  .double({ min: 0, max: Math.log(HOUR_US), noNaN: true })
  .map((x) => Math.round(Math.exp(x)));
const durations = fc.array(durationUs, { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function throughTheWire(histogram: Histogram): Histogram {
  const { scale, offset, counts } = histogram.toExponential();
  return Histogram.fromExponential({
    scale,
    positiveOffset: offset,
    positiveCounts: counts,
    zeroCount: 0,
    count: histogram.count,
    sumUs: histogram.sumUs,
    minUs: histogram.minUs,
    maxUs: histogram.maxUs,
  });
}

const hex = (histogram: Histogram): string => Buffer.from(histogram.encode()).toString('hex');

describe('Histogram', () => {
  it('keeps count, sum, min and max exactly', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        expect(histogram.count).toBe(values.length);
        expect(histogram.sumUs).toBe(values.reduce((a, b) => a + b, 0));
        expect(histogram.minUs).toBe(Math.min(...values));
        expect(histogram.maxUs).toBe(Math.max(...values));
      }),
    );
  });

  it('answers quantiles within 0.55 % of the nearest-rank value', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
        const answer = histogramOf(values).quantileUs(q);
        expect(Math.abs(answer - exact) / exact).toBeLessThanOrEqual(0.0055);
      }),
      { numRuns: 1000 },
    );
  });

  it('merges to the same bytes in any order and grouping', () => {
    fc.assert(
      fc.property(durations, durations, durations, (a, b, c) => {
        const left = histogramOf(a);
        left.merge(histogramOf(b));
        left.merge(histogramOf(c));
        const bc = histogramOf(c);
        bc.merge(histogramOf(b));
        const right = new Histogram();
        right.merge(bc);
        right.merge(histogramOf(a));
        expect(hex(right)).toBe(hex(left));
        expect(hex(left)).toBe(hex(histogramOf([...a, ...b, ...c])));
      }),
    );
  });

  it('merges encoded bytes as if they had been decoded first', () => {
    fc.assert(
      fc.property(durations, fc.array(durationUs, { maxLength: 50 }), (a, b) => {
        const decoded = histogramOf(a);
        decoded.merge(Histogram.decode(histogramOf(b).encode()));
        const direct = histogramOf(a);
        direct.mergeEncoded(histogramOf(b).encode());
        expect(hex(direct)).toBe(hex(decoded));
        const fromNothing = new Histogram();
        fromNothing.mergeEncoded(histogramOf(b).encode());
        expect(hex(fromNothing)).toBe(hex(histogramOf(b)));
      }),
    );
  });

  it('saturates counts without losing commutativity', () => {
    const counts = fc.constantFrom(1, 2 ** 31, 2 ** 32 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER);
    fc.assert(
      fc.property(fc.array(fc.tuple(durationUs, counts), { maxLength: 8 }), (records) => {
        const forwards = new Histogram();
        const backwards = new Histogram();
        for (const [us, times] of records) forwards.record(us, times);
        for (const [us, times] of [...records].reverse()) {
          const one = new Histogram();
          one.record(us, times);
          one.merge(backwards);
          backwards.clear();
          backwards.merge(one);
        }
        expect(hex(backwards)).toBe(hex(forwards));
        expect(hex(Histogram.decode(forwards.encode()))).toBe(hex(forwards));
        expect(forwards.count).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
      }),
    );
  });

  it('goes through the wire and through storage without loss', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        expect(hex(throughTheWire(histogram))).toBe(hex(histogram));
        const stored = Histogram.decode(histogram.encode());
        expect(hex(stored)).toBe(hex(histogram));
        expect(stored.quantileUs(0.95)).toBe(histogram.quantileUs(0.95));
        expect([stored.count, stored.sumUs, stored.minUs, stored.maxUs]).toEqual([
          histogram.count,
          histogram.sumUs,
          histogram.minUs,
          histogram.maxUs,
        ]);
      }),
    );
  });

  it('indexes in seconds as OTLP does: bucket i is (2^(i/64), 2^((i+1)/64)]', () => {
    const indexOf = (us: number): number => histogramOf([us]).toExponential().offset;
    expect(indexOf(1_000_000)).toBe(-1);
    expect(indexOf(1_000_001)).toBe(0);
    expect(indexOf(2_000_000)).toBe(63);
    expect(indexOf(15_625)).toBe(-6 * 64 - 1);
    fc.assert(
      fc.property(durationUs, (us) => {
        const index = indexOf(us);
        const ratio = us / 1e6 / 2 ** (index / 64);
        expect(ratio).toBeGreaterThan(1 - 1e-12);
        expect(ratio).toBeLessThanOrEqual(2 ** (1 / 64) + 1e-12);
      }),
    );
  });

  it('takes odd durations as the nearest it can hold', () => {
    const histogram = new Histogram();
    for (const us of [0, -5, Number.NaN, 0.4]) histogram.record(us);
    expect([histogram.count, histogram.sumUs, histogram.minUs, histogram.maxUs]).toEqual([
      4, 4, 1, 1,
    ]);
    const day = 24 * HOUR_US;
    histogram.record(day, 100);
    expect(histogram.maxUs).toBe(day);
    expect(histogram.sumUs).toBe(100 * day + 4);
    expect(histogram.quantileUs(0.5)).toBe(day);
    histogram.record(1, 0);
    histogram.record(1, -1);
    histogram.record(1, 1.5);
    expect(histogram.count).toBe(104);
  });

  it('is empty at first and after clear', () => {
    const histogram = new Histogram();
    expect(histogram.isEmpty).toBe(true);
    expect(histogram.quantileUs(0.5)).toBe(0);
    expect(histogram.toExponential()).toEqual({ scale: 6, offset: 0, counts: [] });
    const empty = hex(histogram);
    histogram.record(17, 3);
    expect(histogram.isEmpty).toBe(false);
    histogram.clear();
    expect(hex(histogram)).toBe(empty);
    expect(Histogram.decode(histogram.encode()).isEmpty).toBe(true);
    expect(throughTheWire(histogram).isEmpty).toBe(true);
  });

  it('does not allocate while recording into octaves it knows', () => {
    const histogram = new Histogram();
    const run = (): void => {
      for (let i = 0; i < 200_000; i++) histogram.record(1000 + (i & 0xffff));
    };
    run();
    // The runner allocates too, and code is still being optimized: the quietest of several rounds counts.
    let leastBytes = Infinity;
    for (let round = 0; round < 10; round++) {
      const before = process.memoryUsage().heapUsed;
      run();
      leastBytes = Math.min(leastBytes, Math.abs(process.memoryUsage().heapUsed - before));
    }
    expect(leastBytes / 200_000).toBeLessThan(0.5);
  });
});

describe('Histogram.decode', () => {
  it('gives a value or MalformedHistogramError for any bytes, and accepts only canonical ones', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Uint8Array.from([1, ...bytes])),
      fc
        .tuple(durations, fc.nat(), fc.integer({ min: 0, max: 255 }))
        .map(([values, position, byte]) => {
          const bytes = histogramOf(values).encode();
          bytes[position % bytes.length] = byte;
          return bytes;
        }),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        let decoded: Histogram;
        try {
          decoded = Histogram.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedHistogramError);
          return;
        }
        expect(decoded.encode()).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('rejects truncation inside a number', () => {
    const bytes = histogramOf([1_000_000, 5]).encode();
    expect(() => Histogram.decode(bytes.subarray(0, 2))).toThrow(MalformedHistogramError);
    expect(() => Histogram.decode(new Uint8Array())).toThrow(/unknown version/);
  });
});
