import fc from 'fast-check';
import type { Metric, MetricsRequest, Span, TracesRequest } from '../../../src/protocol/index.js';

/** Any request that the codec must carry unchanged. */
const text = fc.string({ unit: 'binary', maxLength: 12 });
const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
// Doubles without -0: as integers they would come back as 0, which is what they are.
const double = fc.double().map((n) => (Object.is(n, -0) ? 0 : n));
const attributes = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  fc.oneof(text, fc.boolean(), fc.integer(), fc.maxSafeInteger(), double),
  { maxKeys: 4, noNullPrototype: true },
);
const times = {
  startTimeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  timeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  attributes,
};
const optional = fc.option(double, { nil: undefined });
const temporality = fc.constantFrom('delta', 'cumulative', 'unspecified');
const numberPoint = fc.oneof(
  fc.record({ ...times, value: fc.maxSafeInteger(), integer: fc.constant(true) }),
  fc.record({ ...times, value: double, integer: fc.constant(false) }),
);
const points = <P>(point: fc.Arbitrary<P>): fc.Arbitrary<P[]> => fc.array(point, { maxLength: 3 });

const metric: fc.Arbitrary<Metric> = fc.oneof(
  fc.record({
    name: text,
    unit: text,
    kind: fc.constant('gauge' as const),
    points: points(numberPoint),
  }),
  fc.record({
    name: text,
    unit: text,
    kind: fc.constant('sum' as const),
    temporality,
    monotonic: fc.boolean(),
    points: points(numberPoint),
  }),
  fc.record({
    name: text,
    unit: text,
    kind: fc.constant('histogram' as const),
    temporality,
    points: points(
      fc.record({
        ...times,
        count,
        sum: double,
        bounds: fc.array(double, { maxLength: 5 }),
        counts: fc.array(count, { maxLength: 5 }),
        min: optional,
        max: optional,
      }),
    ),
  }),
  fc.record({
    name: text,
    unit: text,
    kind: fc.constant('exponentialHistogram' as const),
    temporality,
    points: points(
      fc.record({
        ...times,
        count,
        sum: double,
        scale: fc.integer({ min: -10, max: 20 }),
        zeroCount: count,
        positiveOffset: fc.integer(),
        positiveCounts: fc.array(count, { maxLength: 200 }),
        min: optional,
        max: optional,
      }),
    ),
  }),
);

export const anyRequest: fc.Arbitrary<MetricsRequest> = fc.record({
  resourceMetrics: fc.array(
    fc.record({
      resource: attributes,
      scopeName: text,
      scopeVersion: text,
      metrics: fc.array(metric, { maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
});

const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const id = (bytes: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes });
const spanFields = {
  traceId: id(16),
  spanId: id(8),
  name: text,
  kind: fc.constantFrom('server' as const, 'client' as const),
  startUnixNano: nanos,
  endUnixNano: nanos,
  attributes,
  error: fc.boolean(),
};
const span: fc.Arbitrary<Span> = fc.oneof(
  fc.record(spanFields),
  fc.record({ ...spanFields, parentSpanId: id(8) }),
);

export const anyTraces: fc.Arbitrary<TracesRequest> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: attributes,
      scopeName: text,
      scopeVersion: text,
      spans: fc.array(span, { maxLength: 5 }),
    }),
    { maxLength: 3 },
  ),
});
