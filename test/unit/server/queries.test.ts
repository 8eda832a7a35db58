import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/histogram/index.js';
import { changeOf, previousRange } from '../../../src/server/queries/change.js';
import { heatmapOf } from '../../../src/server/queries/heatmap.js';
import { failureKind } from '../../../src/server/queries/outcomes.js';
import { bucketsOf } from '../../../src/server/queries/range.js';
import { SPAN_FIELDS } from '../../../src/server/ingest/received.js';
import { RECEIVABLE } from '../../../src/server/queries/received-fields.js';
import { Tally } from '../../../src/server/queries/tally.js';
import {
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
  OUTGOING_SPAN_ATTRIBUTES,
} from '../../../src/signature/outgoing.js';

const NOW = 1_800_000_123_456;
const DAY_MS = 86_400_000;

describe('heatmap', () => {
  it('keeps every call in a bounded matrix, in the band of its duration', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * DAY_MS }),
        fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 4_000_000_000 })), {
          minLength: 1,
          maxLength: 60,
        }),
        (length, values) => {
          const range = bucketsOf(NOW - length, NOW, NOW, 8);
          const bucketMs = range.bucketSeconds * 1000;
          const buckets = new Map<number, Tally>();
          for (const [place, us] of values) {
            const count = (range.toMs - range.fromMs) / bucketMs;
            const timeMs = range.fromMs + (place % count) * bucketMs;
            const tally = buckets.get(timeMs) ?? new Tally();
            buckets.set(timeMs, tally);
            tally.timings.record(us);
          }
          const { boundsUs, counts, stepMs } = heatmapOf(buckets, range);
          expect(counts.length).toBeLessThanOrEqual(120);
          expect(counts.length * stepMs).toBeGreaterThanOrEqual(range.toMs - range.fromMs);
          expect(boundsUs.length).toBeLessThanOrEqual(65);
          expect(counts.every((column) => column.length === boundsUs.length - 1)).toBe(true);
          expect(counts.flat().reduce((a, b) => a + b)).toBe(values.length);
          const smallest = Math.min(...values.map(([, us]) => us));
          expect(boundsUs[0]).toBeLessThan(smallest);
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });

  it('is empty without calls', () => {
    expect(heatmapOf(new Map(), bucketsOf(NOW - DAY_MS, NOW, NOW, 8)).boundsUs).toEqual([]);
  });
});

describe('change', () => {
  const speed = (
    averageUs: number,
    p95Us: number,
    calls = 100,
  ): Parameters<typeof changeOf>[1] => ({
    calls,
    callsPerMinute: 1,
    errors: 0,
    averageUs,
    p95Us,
    totalUs: calls * averageUs,
  });

  it.each([
    ['slower', speed(1250, 1100), speed(1000, 1000)],
    ['faster', speed(1000, 1000), speed(1250, 1100)],
    ['same', speed(1240, 2000), speed(1000, 1000)],
    ['same', speed(2000, 1050), speed(1000, 1000)],
    ['same', speed(90, 200), speed(40, 80)],
    ['few_calls', speed(9000, 9000, 29), speed(1000, 1000)],
    ['few_calls', speed(9000, 9000), speed(1000, 1000, 29)],
    ['new', speed(1, 1), undefined],
    ['gone', undefined, speed(1, 1)],
  ] as const)('%s', (change, now, before) => {
    expect(changeOf(now, before, true)).toBe(change);
  });

  it('is not called new where nothing was received before', () => {
    expect(changeOf(speed(1, 1), undefined, false)).toBe('few_calls');
  });

  it('compares with a period of equal length that ends where this one begins', () => {
    const range = bucketsOf(NOW - DAY_MS, NOW, NOW, 8);
    const before = previousRange(range);
    expect(before.toMs).toBe(range.fromMs);
    expect(before.toMs - before.fromMs).toBe(range.toMs - range.fromMs);
  });

  it('does not call noise a change', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        // Two samples of one distribution: lognormal, sigma 0.5, 200 calls.
        const random = randomOf(seed);
        const sample = (): Parameters<typeof changeOf>[1] => {
          const timings = new Histogram();
          for (let i = 0; i < 200; i++) timings.record(5000 * Math.exp(0.5 * normal(random)));
          return speed(timings.sumUs / timings.count, timings.quantileUs(0.95), 200);
        };
        expect(changeOf(sample(), sample(), true)).toBe('same');
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  function randomOf(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
  }

  function normal(random: () => number): number {
    return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  }
});

it.each([
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['TimeoutError', 'timeout'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'refused'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['UND_ERR_SOCKET', 'closed'],
  ['ECONNRESET', 'closed'],
  ['connection_closed', 'closed'],
  ['AbortError', 'cancelled'],
  ['UND_ERR_ABORTED', 'cancelled'],
  ['_OTHER', 'other'],
])('%s is a failure of kind %s', (type, kind) => {
  expect(failureKind(type)).toBe(kind);
});

it('the privacy page knows every attribute that may arrive', () => {
  expect(RECEIVABLE.map(({ name }) => name)).toEqual([
    ...OUTGOING_RESOURCE_ATTRIBUTES,
    ...OUTGOING_POINT_ATTRIBUTES,
    ...SPAN_FIELDS,
    ...OUTGOING_SPAN_ATTRIBUTES,
  ]);
  expect(RECEIVABLE.filter(({ meaning }) => meaning === '')).toEqual([]);
});
