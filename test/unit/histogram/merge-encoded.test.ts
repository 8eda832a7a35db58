import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, MalformedHistogramError } from '../../../src/histogram/index.js';

const values = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 2 ** 43 }), fc.integer({ min: 1, max: 2 ** 30 })),
  { maxLength: 60 },
);

function histogramOf(recorded: readonly (readonly [number, number])[]): Histogram {
  const histogram = new Histogram();
  for (const [us, times] of recorded) histogram.record(us, times);
  return histogram;
}

describe('mergeEncoded', () => {
  it('equals decoding and merging', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const merged = histogramOf(a);
        merged.merge(histogramOf(b));
        const direct = histogramOf(a);
        direct.mergeEncoded(histogramOf(b).encode());
        expect(direct.encode()).toEqual(merged.encode());
        expect([direct.count, direct.sumUs, direct.minUs, direct.maxUs]).toEqual([
          merged.count,
          merged.sumUs,
          merged.minUs,
          merged.maxUs,
        ]);
      }),
    );
  });

  it('saturates as merging does', () => {
    const huge = histogramOf([[5, Number.MAX_SAFE_INTEGER - 3]]);
    const direct = histogramOf([[5, 10]]);
    direct.mergeEncoded(huge.encode());
    huge.merge(histogramOf([[5, 10]]));
    expect(direct.encode()).toEqual(huge.encode());
    expect(direct.count).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuses what is no histogram', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          new Histogram().mergeEncoded(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedHistogramError);
        }
      }),
    );
  });
});

describe('quantilesUs', () => {
  it('answers as one call for each does', () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const histogram = histogramOf(recorded);
        const quantiles = [0, 0.001, 0.5, 0.5, 0.95, 0.99, 1];
        expect(histogram.quantilesUs(quantiles)).toEqual(
          quantiles.map((q) => histogram.quantileUs(q)),
        );
      }),
    );
  });
});
