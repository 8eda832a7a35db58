import { createRequire } from 'node:module';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/histogram/index.js';
import {
  decodeMetricsRequest,
  decodeMetricsRequestJson,
  encodeMetricsRequest,
  encodeMetricsResponse,
  type ExponentialPoint,
  type MetricsRequest,
} from '../../../src/protocol/index.js';
import { anyRequest } from './arbitrary.js';

/** The smallest view of protobufjs' generated message that is used here. */
interface MessageType {
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  verify(message: unknown): string | null;
  toObject(message: unknown, options: object): unknown;
}

// OpenTelemetry's own generated code; an internal path of a pinned development dependency.
const load = createRequire(import.meta.url);
const generated = load(
  `${load.resolve('@opentelemetry/otlp-transformer').replace(/index\.js$/, '')}generated/root.js`,
) as {
  opentelemetry: {
    proto: {
      collector: {
        metrics: {
          v1: {
            ExportMetricsServiceRequest: MessageType;
            ExportMetricsServiceResponse: MessageType;
          };
        };
      };
    };
  };
};
const { ExportMetricsServiceRequest: Request, ExportMetricsServiceResponse: Response } =
  generated.opentelemetry.proto.collector.metrics.v1;

/** Protobuf's canonical JSON of bytes, as OpenTelemetry's schema reads them. */
function theirJson(bytes: Uint8Array): string {
  return JSON.stringify(
    Request.toObject(Request.decode(bytes), { longs: String, json: true, defaults: false }),
  );
}

/** What OpenTelemetry's SDK exports for a few measurements, in both of its encodings. */
async function exportedBySdk(): Promise<{ protobuf: Uint8Array; json: string }> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'foreign', 'process.pid': 7 }),
    readers: [reader],
    views: [
      {
        instrumentName: 'exponential',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter('a scope', '1.2.3');
  const exponential = meter.createHistogram('exponential', { unit: 's' });
  const explicit = meter.createHistogram('explicit', { unit: 'ms' });
  for (const seconds of [0.001, 0.0012, 0.5, 2, 0]) {
    exponential.record(seconds, { route: '/a', cached: true, ratio: 0.5, list: ['x'] });
    explicit.record(seconds * 1000, { route: '/b' });
  }
  meter.createCounter('counter').add(5, { kind: 'x' });
  meter.createUpDownCounter('up-down').add(-2.5);
  meter.createGauge('gauge').record(-17);
  await reader.forceFlush();
  const metrics = exporter.getMetrics()[0];
  if (metrics === undefined) throw new Error('nothing exported');
  const protobuf = ProtobufMetricsSerializer.serializeRequest(metrics);
  const json = JsonMetricsSerializer.serializeRequest(metrics);
  await provider.shutdown();
  if (protobuf === undefined || json === undefined) throw new Error('not serialized');
  return { protobuf, json: Buffer.from(json).toString('utf8') };
}

describe('against OpenTelemetry’s own schema and SDK', () => {
  it('our bytes, read by their schema, are what our JSON decoder says they are', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(decodeMetricsRequestJson(theirJson(encodeMetricsRequest(request)))).toEqual(request);
      }),
      { numRuns: 200 },
    );
  });

  it('their re-encoding of our bytes reads the same', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const theirs = Request.encode(Request.decode(encodeMetricsRequest(request))).finish();
        expect(decodeMetricsRequest(theirs)).toEqual(request);
      }),
      { numRuns: 200 },
    );
  });

  it('reads what their SDK exports, the same from protobuf and JSON', async () => {
    const { protobuf, json } = await exportedBySdk();
    const request = decodeMetricsRequest(protobuf);
    expect(decodeMetricsRequestJson(json)).toEqual(request);
    const entry = request.resourceMetrics[0];
    expect(entry).toMatchObject({
      resource: { 'service.name': 'foreign', 'process.pid': 7 },
      scopeName: 'a scope',
      scopeVersion: '1.2.3',
    });
    const metrics = new Map(entry?.metrics.map((metric) => [metric.name, metric]));
    expect(metrics.get('exponential')).toMatchObject({
      kind: 'exponentialHistogram',
      unit: 's',
      temporality: 'delta',
      points: [
        {
          count: 5,
          zeroCount: 1,
          min: 0,
          max: 2,
          attributes: { route: '/a', cached: true, ratio: 0.5 },
        },
      ],
    });
    expect(metrics.get('explicit')).toMatchObject({
      kind: 'histogram',
      points: [{ count: 5, min: 0, max: 2000 }],
    });
    expect(metrics.get('counter')).toMatchObject({
      kind: 'sum',
      monotonic: true,
      points: [{ value: 5, attributes: { kind: 'x' } }],
    });
    expect(metrics.get('up-down')).toMatchObject({ monotonic: false, points: [{ value: -2.5 }] });
    expect(metrics.get('gauge')).toMatchObject({ kind: 'gauge', points: [{ value: -17 }] });
    expect(encodeMetricsRequest(request).length).toBeGreaterThan(100);
  });

  it('their exponential histogram becomes ours with exact figures', async () => {
    const { protobuf } = await exportedBySdk();
    const metric = decodeMetricsRequest(protobuf).resourceMetrics[0]?.metrics.find(
      (candidate) => candidate.name === 'exponential',
    );
    const point = metric?.points[0] as ExponentialPoint;
    const histogram = Histogram.fromExponential({
      ...point,
      sumUs: point.sum * 1e6,
      minUs: (point.min ?? 0) * 1e6,
      maxUs: (point.max ?? 0) * 1e6,
    });
    expect(histogram.count).toBe(5);
    expect(histogram.sumUs).toBe(2_502_200);
    expect(histogram.maxUs).toBe(2_000_000);
    // Five values from 1 ms to 2 s: their SDK chose a coarser scale, whose bucket bounds the error.
    expect(point.scale).toBeLessThan(6);
    const bucketRatio = 2 ** (2 ** -point.scale);
    expect(Math.abs(Math.log(histogram.quantileUs(0.8) / 500_000))).toBeLessThanOrEqual(
      Math.log(bucketRatio),
    );
  });

  it('our response is theirs', () => {
    const read = Response.decode(
      encodeMetricsResponse({ rejectedDataPoints: 2 ** 40, errorMessage: 'no' }),
    );
    expect(Response.toObject(read, { longs: String })).toEqual({
      partialSuccess: { rejectedDataPoints: String(2 ** 40), errorMessage: 'no' },
    });
  });

  it('their schema accepts our histogram', () => {
    const histogram = new Histogram();
    for (const us of [10, 1500, 1500, 90_000]) histogram.record(us);
    const { scale, offset, counts } = histogram.toExponential();
    const request: MetricsRequest = {
      resourceMetrics: [
        {
          resource: {},
          scopeName: 'retrace',
          scopeVersion: '',
          metrics: [
            {
              name: 'd',
              unit: 's',
              kind: 'exponentialHistogram',
              temporality: 'delta',
              points: [
                {
                  startTimeUnixNano: 1n,
                  timeUnixNano: 2n,
                  attributes: {},
                  count: histogram.count,
                  sum: histogram.sumUs / 1e6,
                  scale,
                  zeroCount: 0,
                  positiveOffset: offset,
                  positiveCounts: counts,
                  min: histogram.minUs / 1e6,
                  max: histogram.maxUs / 1e6,
                },
              ],
            },
          ],
        },
      ],
    };
    const theirs = Request.decode(encodeMetricsRequest(request));
    expect(Request.verify(theirs)).toBeNull();
  });
});
