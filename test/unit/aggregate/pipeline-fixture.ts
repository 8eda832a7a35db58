import { performance } from 'node:perf_hooks';
import type { PipelineOptions } from '../../../src/aggregate/options.js';
import { Pipeline } from '../../../src/aggregate/pipeline.js';
import { decodeMetricsRequest, type Signal } from '../../../src/protocol/index.js';
import type { Metric, NumberPoint } from '../../../src/protocol/types.js';
import { createRecorder } from '../../../src/record/recorder.js';
import { ringBytes, UNSETTLED_OFFSET_BYTES } from '../../../src/ring/layout.js';
import { RingWriter } from '../../../src/ring/writer.js';
import type { DictionaryEntry } from '../../../src/signature/dictionary.js';
import { SignatureTable } from '../../../src/signature/intern.js';
import { openStatements } from '../../../src/signature/statements.js';
import type { SendResult } from '../../../src/transport/delivery-queue.js';

/** Recorder, ring and pipeline as in a process, and what is sent. */
export function setUpPipeline(
  more: Partial<PipelineOptions> = {},
  answer: SendResult = 'delivered',
) {
  const ring = new SharedArrayBuffer(ringBytes(1024));
  const entries: DictionaryEntry[] = [];
  const sent: Uint8Array[] = [];
  const traces: Uint8Array[] = [];
  /** Of every attempt. */
  const sequences: [Signal, number][] = [];
  const state = { answer, refuseTraces: false };
  const signatures = new SignatureTable({
    openStatements,
    onEntry: (entry) => entries.push(entry),
  });
  const recorder = createRecorder(new RingWriter(ring), signatures);
  const options: PipelineOptions = {
    serviceName: 'shop',
    serviceVersion: '1.2.3',
    serviceNamespace: undefined,
    environment: 'test',
    sdkVersion: '0.0.0',
    agentSocket: '/nowhere/agent.sock',
    windowSeconds: 10,
    maxSeries: 100,
    backlogMaxBytes: 1 << 20,
    logLevel: 'none',
    mainThread: true,
    timeOriginMs: performance.timeOrigin,
    ...more,
  };
  const pipeline = new Pipeline({
    ring,
    options,
    receive: () => entries.shift(),
    send: (_instance, sequence, body, signal) => {
      sequences.push([signal, sequence]);
      const isRefused = state.refuseTraces && signal === 'traces';
      const result = isRefused ? 'rejected' : state.answer;
      if (result === 'delivered') (signal === 'traces' ? traces : sent).push(body);
      return Promise.resolve(result);
    },
  });
  const unsettled = (): number => new Int32Array(ring)[UNSETTLED_OFFSET_BYTES / 4] as number;
  return { recorder, pipeline, sent, traces, sequences, state, unsettled };
}

export function metricsOf(bodies: readonly Uint8Array[]): Metric[] {
  return bodies.flatMap((body) =>
    decodeMetricsRequest(body).resourceMetrics.flatMap((resource) => resource.metrics),
  );
}

/** Sum of a metric's points whose attributes contain `where`. */
export function total(
  metrics: readonly Metric[],
  name: string,
  where: Record<string, unknown> = {},
): number {
  let sum = 0;
  for (const metric of metrics.filter((each) => each.name === name)) {
    for (const point of metric.points) {
      if (!Object.entries(where).every(([key, value]) => point.attributes[key] === value)) continue;
      sum += 'count' in point ? point.count : (point as NumberPoint).value;
    }
  }
  return sum;
}
