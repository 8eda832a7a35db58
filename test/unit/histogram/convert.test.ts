import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, type ExponentialParts } from '../../../src/histogram/index.js';

const durationUs = fc
  .double({ min: 0, max: Math.log(3_600_000_000), noNaN: true })
  .map((x) => Math.round(Math.exp(x)));
const hex = (histogram: Histogram): string => Buffer.from(histogram.encode()).toString('hex');
const durations = fc.array(durationUs, { minLength: 1, maxLength: 100 });

/** What another SDK would send at `scale`, built independently of the code under test. */
function pointAtScale(
  values: readonly number[],
  scale: number,
  withLimits: boolean,
): ExponentialParts {
  const indexes = values.map((us) => Math.ceil(Math.log2(us / 1e6) * 2 ** scale) - 1);
  const offset = Math.min(...indexes);
  const counts = new Array<number>(Math.max(...indexes) - offset + 1).fill(0);
  for (const index of indexes) counts[index - offset] = (counts[index - offset] ?? 0) + 1;
  return {
    scale,
    positiveOffset: offset,
    positiveCounts: counts,
    zeroCount: 0,
    count: values.length,
    sumUs: values.reduce((a, b) => a + b, 0),
    minUs: withLimits ? Math.min(...values) : undefined,
    maxUs: withLimits ? Math.max(...values) : undefined,
  };
}

describe('Histogram.fromExponential', () => {
  it('folds finer scales exactly', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 6, max: 12 }), (values, scale) => {
        const direct = new Histogram();
        for (const value of values) direct.record(value);
        const folded = Histogram.fromExponential(pointAtScale(values, scale, true));
        expect(hex(folded)).toBe(hex(direct));
      }),
    );
  });

  it('keeps every value of a coarser scale in its bucket, and count, sum, min and max exact', () => {
    fc.assert(
      fc.property(
        durations,
        fc.integer({ min: -10, max: 5 }),
        fc.boolean(),
        (values, scale, withLimits) => {
          const point = pointAtScale(values, scale, withLimits);
          const expanded = Histogram.fromExponential(point);
          expect(expanded.count).toBe(values.length);
          expect(expanded.sumUs).toBe(point.sumUs);
          if (withLimits) {
            expect(expanded.minUs).toBe(point.minUs);
            expect(expanded.maxUs).toBe(point.maxUs);
          }
          const { offset, counts } = expanded.toExponential();
          const perCoarse = new Map<number, number>();
          counts.forEach((count, i) => {
            const coarse = Math.floor((offset + i) / 2 ** (6 - scale));
            if (count > 0) perCoarse.set(coarse, (perCoarse.get(coarse) ?? 0) + count);
          });
          const expected = new Map<number, number>();
          point.positiveCounts.forEach((count, i) => {
            if (count > 0) expected.set(point.positiveOffset + i, count);
          });
          expect(perCoarse).toEqual(expected);
        },
      ),
    );
  });

  it('counts exact zeros as 1 µs and what the buckets leave out at the mean', () => {
    const zeros = Histogram.fromExponential({
      ...pointAtScale([1_000_000], 6, false),
      zeroCount: 2,
      count: 3,
    });
    expect(zeros.count).toBe(3);
    expect(zeros.minUs).toBe(1);
    const incomplete = Histogram.fromExponential({
      scale: 3,
      positiveOffset: 0,
      positiveCounts: [],
      zeroCount: 0,
      count: 4,
      sumUs: 4_000_000,
      minUs: undefined,
      maxUs: undefined,
    });
    expect(incomplete.count).toBe(4);
    expect(Math.abs(incomplete.quantileUs(0.5) - 1_000_000)).toBeLessThan(11_000);
  });

  it('gives a valid histogram for any numbers at all', () => {
    const wild = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(Number.NaN, Infinity, -1, 2 ** 53, 2 ** 31),
    );
    const limit = fc.option(wild, { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          scale: wild.map((n) => (Number.isNaN(n) ? 0 : Math.trunc(n))),
          positiveOffset: fc.integer(),
          positiveCounts: fc.array(wild, { maxLength: 20 }),
          zeroCount: wild,
          count: wild,
          sumUs: wild,
          minUs: limit,
          maxUs: limit,
        }),
        (point) => {
          const histogram = Histogram.fromExponential(point);
          expect(hex(Histogram.decode(histogram.encode()))).toBe(hex(histogram));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('Histogram.fromExplicit', () => {
  const boundsUs = [5, 10, 25, 50, 75, 100, 250, 500, 1000, 5000].map((ms) => ms * 1000);

  it('keeps count, sum, min and max exactly and every count between its bounds', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const counts = new Array<number>(boundsUs.length + 1).fill(0);
        for (const value of values) {
          const bucket = boundsUs.findIndex((bound) => value <= bound);
          const i = bucket === -1 ? boundsUs.length : bucket;
          counts[i] = (counts[i] ?? 0) + 1;
        }
        const sumUs = values.reduce((a, b) => a + b, 0);
        const histogram = Histogram.fromExplicit({
          boundsUs,
          counts,
          count: values.length,
          sumUs,
          minUs: Math.min(...values),
          maxUs: Math.max(...values),
        });
        expect([histogram.count, histogram.sumUs, histogram.minUs, histogram.maxUs]).toEqual([
          values.length,
          sumUs,
          Math.min(...values),
          Math.max(...values),
        ]);
        // Rank by rank: the answer lies in the bucket the value came from, give or take a bucket of ours.
        const sorted = [...values].sort((a, b) => a - b);
        sorted.forEach((value, i) => {
          const answer = histogram.quantileUs((i + 1) / sorted.length);
          const upper = boundsUs.find((bound) => value <= bound) ?? Infinity;
          const lower = boundsUs[boundsUs.indexOf(upper) - 1] ?? (upper === Infinity ? 5e6 : 0);
          expect(answer).toBeLessThanOrEqual(upper * 1.02);
          expect(answer).toBeGreaterThanOrEqual(lower * 0.98);
        });
      }),
    );
  });

  it('interpolates inside a bucket instead of answering its bound', () => {
    const histogram = Histogram.fromExplicit({
      boundsUs: [100_000, 200_000],
      counts: [0, 1000, 0],
      count: 1000,
      sumUs: 150_000_000,
      minUs: undefined,
      maxUs: undefined,
    });
    expect(histogram.quantileUs(0.5)).toBeGreaterThan(145_000);
    expect(histogram.quantileUs(0.5)).toBeLessThan(155_000);
    expect(histogram.count).toBe(1000);
  });

  it('gives a valid histogram for unordered, missing and hostile figures', () => {
    const wild = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 1e300));
    fc.assert(
      fc.property(
        fc.record({
          boundsUs: fc.array(wild, { maxLength: 12 }),
          counts: fc.array(wild, { maxLength: 12 }),
          count: wild,
          sumUs: wild,
          minUs: fc.option(wild, { nil: undefined }),
          maxUs: fc.option(wild, { nil: undefined }),
        }),
        (point) => {
          const histogram = Histogram.fromExplicit(point);
          expect(hex(Histogram.decode(histogram.encode()))).toBe(hex(histogram));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
