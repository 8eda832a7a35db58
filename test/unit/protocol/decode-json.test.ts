import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMetricsRequestJson,
  encodeMetricsRequest,
  MalformedOtlpError,
} from '../../../src/protocol/index.js';

const sumMetric = (point: object): string =>
  JSON.stringify({
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: 'n', sum: { dataPoints: [point] } }] }] },
    ],
  });

describe('OTLP/JSON', () => {
  it('takes 64-bit integers as strings and as numbers, enums as numbers and names', () => {
    for (const temporality of [1, 'AGGREGATION_TEMPORALITY_DELTA']) {
      for (const asInt of ['-5', -5]) {
        const text = JSON.stringify({
          resourceMetrics: [
            {
              scopeMetrics: [
                {
                  metrics: [
                    {
                      name: 'n',
                      sum: {
                        aggregationTemporality: temporality,
                        dataPoints: [{ asInt, timeUnixNano: '1700000000000000001' }],
                      },
                    },
                  ],
                },
              ],
            },
          ],
        });
        expect(decodeMetricsRequestJson(text).resourceMetrics[0]?.metrics[0]).toMatchObject({
          temporality: 'delta',
          points: [{ value: -5, integer: true, timeUnixNano: 1700000000000000001n }],
        });
      }
    }
  });

  it('leaves out points without a value and counts summaries', () => {
    expect(
      decodeMetricsRequestJson(sumMetric({ flags: 1, asInt: 3 })).resourceMetrics[0]?.metrics[0]
        ?.points,
    ).toEqual([]);
    const summary =
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"summary":{"dataPoints":[{},{}]}}]}]}]}';
    expect(decodeMetricsRequestJson(summary).skippedPoints).toBe(2);
  });

  it('refuses other types without quoting them', () => {
    const bad = [
      '',
      'secret',
      '[]',
      'null',
      '3',
      '{"resourceMetrics":"secret"}',
      '{"resourceMetrics":[3]}',
      sumMetric({ asInt: 'secret' }),
      sumMetric({ asInt: 3, timeUnixNano: 'secret' }),
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"count":-1}]}}]}]}]}',
    ];
    for (const text of bad) {
      expect(() => decodeMetricsRequestJson(text)).toThrow(MalformedOtlpError);
      expect(() => decodeMetricsRequestJson(text)).not.toThrow(/secret/);
    }
  });

  it('bounds depth and elements before parsing', () => {
    const deep = '['.repeat(1_000_000);
    expect(() => decodeMetricsRequestJson(deep)).toThrow(/nested too deeply/);
    const many = `{"resourceMetrics":[${'{},'.repeat(1_000_000)}{}]}`;
    expect(() => decodeMetricsRequestJson(many)).toThrow(/too many elements/);
    const quoted = JSON.stringify({ resourceMetrics: [], note: '[[[['.repeat(100) + '\\"{' });
    expect(decodeMetricsRequestJson(quoted)).toEqual({ resourceMetrics: [] });
  });

  it('gives a request that can be written, or MalformedOtlpError, for any JSON of its shape', () => {
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('NaN', 'Infinity', '1', '-1', 1e300, -1, 0.5, null),
    );
    const point = fc.dictionary(
      fc.constantFrom(
        'asInt',
        'asDouble',
        'count',
        'sum',
        'scale',
        'zeroCount',
        'positive',
        'bucketCounts',
        'explicitBounds',
        'timeUnixNano',
        'attributes',
        'flags',
        'min',
      ),
      leaf,
    );
    const data = fc.record({ dataPoints: fc.array(point, { maxLength: 3 }) });
    const metric = fc.dictionary(
      fc.constantFrom('gauge', 'sum', 'histogram', 'exponentialHistogram', 'name'),
      fc.oneof(data, leaf),
    );
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 3 }), (metrics) => {
        const text = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
        try {
          encodeMetricsRequest(decodeMetricsRequestJson(text));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedOtlpError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
