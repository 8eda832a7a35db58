/** What SDKs of OpenTelemetry send to the agent: metrics that can be stored, and what cannot. */
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseUnsupported } from '../../src/agent/unsupported.js';
import { METRIC } from '../../src/core/semconv.js';
import type { Metric, MetricsRequest } from '../../src/protocol/index.js';
import { translate } from '../../src/server/ingest/translate.js';
import { ask, REQUEST_POINT, makeBatch } from './agent-fixtures.js';
import { expectBalanced, readBooks } from './faults/books.js';
import { Rig } from './faults/rig.js';

interface MessageType {
  decode(bytes: Uint8Array): { partialSuccess?: Record<string, unknown> };
  encode(message: unknown): { finish(): Uint8Array };
  toObject(message: unknown, options: object): { partialSuccess?: Record<string, unknown> };
}
// OpenTelemetry's own generated code; an internal path of a pinned development dependency.
const load = createRequire(import.meta.url);
const { collector } = (
  load(
    `${load.resolve('@opentelemetry/otlp-transformer').replace(/index\.js$/, '')}generated/root.js`,
  ) as {
    opentelemetry: {
      proto: { collector: Record<string, { v1: Record<string, MessageType> }> };
    };
  }
).opentelemetry.proto;

function message(signal: 'trace' | 'logs' | 'metrics', name: string): MessageType {
  return collector[signal]?.v1[name] as MessageType;
}

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

/** Posts and gives what the answer says was refused. */
async function post(path: string, type: string, body: Uint8Array): Promise<unknown> {
  const reply = await ask(rig.socketPath, {
    path,
    body: gzipSync(body),
    headers: { 'content-type': type, 'content-encoding': 'gzip' },
  });
  expect([reply.status, reply.headers['content-type']]).toEqual([200, type]);
  if (type === JSON_TYPE) return JSON.parse(reply.text);
  const signal = path === '/v1/traces' ? 'trace' : path === '/v1/logs' ? 'logs' : 'metrics';
  const name = { trace: 'Trace', logs: 'Logs', metrics: 'Metrics' }[signal];
  const answer = message(signal, `Export${name}ServiceResponse`);
  return answer.toObject(answer.decode(Buffer.from(reply.text, 'latin1')), { longs: String });
}

const spans = (count: number): object[] =>
  Array.from({ length: count }, () => ({ name: 'GET /patients/4711' }));

describe('traces and logs of other SDKs', () => {
  it('are answered as OTLP has it, counted as lost, and never stored', async () => {
    const agent = await rig.agent();
    const traces = { resourceSpans: [{ scopeSpans: [{ spans: spans(3) }, { spans: spans(4) }] }] };
    const logs = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }, {}] }] }],
    };
    const sent = [
      ['/v1/traces', traces, 'trace', 'ExportTraceServiceRequest', { rejectedSpans: '7' }],
      ['/v1/logs', logs, 'logs', 'ExportLogsServiceRequest', { rejectedLogRecords: '2' }],
    ] as const;
    for (const [path, request, signal, type, rejected] of sent) {
      const expected = {
        partialSuccess: {
          ...rejected,
          errorMessage: expect.stringContaining('metrics only') as string,
        },
      };
      const binary = message(signal, type).encode(request).finish();
      expect(await post(path, PROTOBUF, binary)).toEqual(expected);
      expect(await post(path, JSON_TYPE, Buffer.from(JSON.stringify(request)))).toEqual(expected);
    }
    // Nothing in it is no loss.
    expect(await post('/v1/traces', JSON_TYPE, Buffer.from('{}'))).toEqual({});
    const { counts } = agent.status();
    expect(counts.dropped).toEqual({ unsupported_signal: { batches: 4, records: 18 } });
    expectBalanced(agent.status());
    const lines = rig.log.split('\n').filter((line) => line.includes('another SDK'));
    expect(lines).toHaveLength(2);
    rig.runtime('shop').window();
    await rig.handedOver();
    await expect
      .poll(async () => (await readBooks(rig.dataDir)).dropped, { timeout: 20_000 })
      .toEqual({ unsupported_signal: 18 });
  });
});

/** One collection of an SDK with a histogram, a counter and a gauge. */
async function collect(temporality: AggregationTemporality): Promise<[string, Uint8Array][]> {
  const exporter = new InMemoryMetricExporter(temporality);
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'foreign' }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const meter = provider.getMeter('theirs', '1.0.0');
  const duration = meter.createHistogram('db.client.operation.duration', { unit: 's' });
  for (const [seconds, id] of [
    [0.01, 1],
    [0.02, 2],
    [0.03, 3],
  ] as const) {
    const text = `SELECT * FROM orders WHERE id = ${4711 + id}`;
    duration.record(seconds, { 'db.system.name': 'postgresql', 'db.query.text': text });
  }
  meter.createCounter('jobs.done').add(5, { 'user.email': 'ada@example.org' });
  meter.createObservableGauge('nodejs.heap').addCallback((result) => result.observe(1));
  await provider.forceFlush();
  const metrics = exporter.getMetrics()[0];
  if (metrics === undefined) throw new Error('the SDK exported nothing');
  await provider.shutdown();
  return [
    [PROTOBUF, ProtobufMetricsSerializer.serializeRequest(metrics) as Uint8Array],
    [JSON_TYPE, JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array],
  ];
}

function refused(points: number): object {
  return {
    partialSuccess: {
      rejectedDataPoints: String(points),
      errorMessage: expect.stringContaining('delta') as string,
    },
  };
}

describe('metrics of OpenTelemetry’s SDK', () => {
  it('of delta temporality are cleaned and stored; what is unknown is refused and counted', async () => {
    const agent = await rig.agent();
    for (const [type, body] of await collect(AggregationTemporality.DELTA)) {
      expect(await post('/v1/metrics', type, body)).toEqual(refused(2));
    }
    expect(agent.status().counts).toMatchObject({
      received: { batches: 2, records: 10 },
      dropped: { unsupported: { batches: 0, records: 4 } },
    });
    await expect
      .poll(() => readBooks(rig.dataDir), { timeout: 20_000 })
      .toEqual({ committed: 6, byService: { foreign: 6 }, dropped: { unsupported: 4 } });
    expectBalanced(agent.status());
  });

  it('of cumulative temporality are refused whole, told so, and counted', async () => {
    const agent = await rig.agent();
    for (const [type, body] of await collect(AggregationTemporality.CUMULATIVE)) {
      expect(await post('/v1/metrics', type, body)).toEqual(refused(5));
    }
    expect(agent.status().counts).toMatchObject({
      received: { batches: 2, records: 10 },
      dropped: { unsupported: { batches: 2, records: 10 } },
    });
    expectBalanced(agent.status());
    await expect
      .poll(async () => (await readBooks(rig.dataDir)).dropped, { timeout: 20_000 })
      .toEqual({ unsupported: 10 });
  });
});

describe('the agent’s rule of what can be stored', () => {
  const times = {
    startTimeUnixNano: BigInt(Date.now() - 1000) * 1_000_000n,
    timeUnixNano: BigInt(Date.now()) * 1_000_000n,
    attributes: {},
  };
  const number = { ...times, value: 1, integer: true };
  const histogram = makeBatch([{ attributes: REQUEST_POINT, us: [5] }]).resourceMetrics[0]
    ?.metrics[0] as Extract<Metric, { kind: 'exponentialHistogram' }>;
  const forms = (name: string): Metric[] => [
    { name, unit: '', kind: 'gauge', points: [number] },
    { name, unit: '', kind: 'sum', monotonic: true, temporality: 'delta', points: [number] },
    { name, unit: '', kind: 'sum', monotonic: true, temporality: 'cumulative', points: [number] },
    { ...histogram, name },
    { ...histogram, name, temporality: 'cumulative' },
  ];

  it.each([
    METRIC.serverDuration,
    METRIC.queryDuration,
    METRIC.clientDuration,
    METRIC.recorded,
    METRIC.repeatedMax,
    'jobs.done',
  ])('is the server’s, for every form of %s', (name) => {
    for (const metric of forms(name)) {
      const request: MetricsRequest = {
        resourceMetrics: [{ resource: {}, scopeName: '', scopeVersion: '', metrics: [metric] }],
      };
      const { rejectedPoints } = translate(request, { nowMs: Date.now(), oldestMs: 0 });
      const what = `${metric.kind} ${'temporality' in metric ? metric.temporality : ''}`;
      expect([what, refuseUnsupported(request).refusedPoints]).toEqual([what, rejectedPoints]);
    }
  });
});
