/**
 * `npx tsx benchmarks/micro/protocol.ts` (after `npm run build:runtime`): encoding and decoding one window
 * of 4000 query series, next to OpenTelemetry's own serializer of the same points.
 */
import { createRequire } from 'node:module';
import type { ExponentialPoint } from '../../src/protocol/index.js';

interface Schema {
  decode(bytes: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
}
// The compiled output, with the types of its source: type checking must not need a build.
const load = createRequire(import.meta.url);
const { Histogram } = load(
  '../../dist/src/histogram/index.js',
) as typeof import('../../src/histogram/index.js');
const { decodeMetricsRequest, encodeMetricsRequest } = load(
  '../../dist/src/protocol/index.js',
) as typeof import('../../src/protocol/index.js');
const transformer = load.resolve('@opentelemetry/otlp-transformer').replace(/index\.js$/, '');
const theirs = (
  load(`${transformer}generated/root.js`) as {
    opentelemetry: {
      proto: { collector: { metrics: { v1: { ExportMetricsServiceRequest: Schema } } } };
    };
  }
).opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

const points: ExponentialPoint[] = Array.from({ length: 4000 }, (_, series) => {
  const histogram = new Histogram();
  for (let i = 0; i < 100; i++) histogram.record(1000 * (1 + series / 4000) * 3 ** Math.random());
  const { scale, offset, counts } = histogram.toExponential();
  return {
    startTimeUnixNano: 1_700_000_000_000_000_000n,
    timeUnixNano: 1_700_000_010_000_000_000n,
    attributes: {
      'db.system.name': 'postgresql',
      'db.query.text': `SELECT id, name FROM table_${series} WHERE id = ?`,
      'db.query.summary': `SELECT table_${series}`,
      'retrace.query.hash': series.toString(16).padStart(16, '0'),
      'retrace.endpoint': `GET /endpoint/${series % 50}/:id`,
      'server.port': 5432,
    },
    count: histogram.count,
    sum: histogram.sumUs / 1e6,
    scale,
    zeroCount: 0,
    positiveOffset: offset,
    positiveCounts: counts,
    min: histogram.minUs / 1e6,
    max: histogram.maxUs / 1e6,
  };
});
const request = {
  resourceMetrics: [
    {
      resource: { 'service.name': 'shop' },
      scopeName: 'retrace',
      scopeVersion: '0.1.0',
      metrics: [
        {
          name: 'db.client.operation.duration',
          unit: 's',
          kind: 'exponentialHistogram' as const,
          temporality: 'delta' as const,
          points,
        },
      ],
    },
  ],
};

function measure(name: string, run: () => void): void {
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(34)} ${(times[5] ?? Number.NaN).toFixed(1).padStart(8)} ms`);
}

const bytes = Uint8Array.from(encodeMetricsRequest(request));
const decodedByThem = theirs.decode(bytes);
console.log(`4000 series, ${bytes.length} bytes`);
measure('retrace encode', () => encodeMetricsRequest(request));
measure('protobufjs encode', () => theirs.encode(decodedByThem).finish());
measure('retrace decode', () => decodeMetricsRequest(bytes));
measure('protobufjs decode', () => theirs.decode(bytes));
