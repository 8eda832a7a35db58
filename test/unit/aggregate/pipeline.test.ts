import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PipelineOptions } from '../../../src/aggregate/options.js';
import { decodeMetricsRequest } from '../../../src/protocol/index.js';
import type { SendResult } from '../../../src/transport/delivery-queue.js';
import { metricsOf, setUpPipeline, total } from './pipeline-fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retrace-pipeline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const setUp = (
  more: Partial<PipelineOptions> = {},
  answer: SendResult = 'delivered',
): ReturnType<typeof setUpPipeline> =>
  setUpPipeline({ agentSocket: join(folder, 'agent.sock'), ...more }, answer);

const RECORDED = 'retrace.recorded';
const DROPPED = 'retrace.dropped';
const QUERIES = 'db.client.operation.duration';
const REQUESTS = 'http.server.request.duration';

describe('pipeline', () => {
  it('turns a request with its queries into OTLP with names, counts and time split', async () => {
    const { recorder, pipeline, sent } = setUp();
    const source = recorder.databaseSource('postgresql', 'shop', 'db', 5432);
    for (let request = 0; request < 3; request++) {
      const scope = recorder.openRequest('GET');
      scope.route = '/orders/:id';
      for (let i = 0; i < 5; i++) {
        const text = `SELECT * FROM orders WHERE id = ${request * 10 + i}`;
        const query = recorder.querySignature(text, 'postgresql');
        recorder.recordQuery(
          scope,
          recorder.nowUs() - 10,
          query,
          source,
          i === 4 ? '23505' : undefined,
        );
      }
      recorder.closeRequest(scope, '/orders/1', 200, undefined);
    }
    expect(pipeline.drain()).toBe(18);
    pipeline.cutWindow();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const metrics = metricsOf(sent);
    expect(total(metrics, REQUESTS, { 'http.route': '/orders/:id' })).toBe(3);
    const endpoint = { 'retrace.endpoint': 'GET /orders/:id' };
    expect(total(metrics, QUERIES, endpoint)).toBe(15);
    expect(total(metrics, QUERIES, { ...endpoint, 'error.type': '23505' })).toBe(3);
    expect(
      total(metrics, QUERIES, {
        'db.query.text': 'SELECT * FROM orders WHERE id = ?',
        'db.system.name': 'postgresql',
        'db.namespace': 'shop',
        'server.port': 5432,
      }),
    ).toBe(15);
    expect(total(metrics, 'retrace.query.repeated.requests', endpoint)).toBe(3);
    expect(total(metrics, 'retrace.query.repeated.calls', endpoint)).toBe(15);
    expect(total(metrics, RECORDED, { 'retrace.kind': 'query' })).toBe(15);
    expect(total(metrics, RECORDED, { 'retrace.kind': 'request' })).toBe(3);
    expect(Buffer.concat(sent).includes('id = 2')).toBe(false);
    const { resource } = decodeMetricsRequest(sent[0]!).resourceMetrics[0]!;
    expect(resource).toMatchObject({ 'service.name': 'shop', 'telemetry.sdk.name': 'retrace' });
  });

  it('sends deltas and nothing at all for an empty window', async () => {
    const { recorder, pipeline, sent } = setUp();
    for (const count of [2, 0, 3]) {
      for (let i = 0; i < count; i++) {
        recorder.closeRequest(recorder.openRequest('GET'), '/health', 200, undefined);
      }
      pipeline.drain();
      pipeline.cutWindow();
      await new Promise(setImmediate);
    }
    expect(sent.map((body) => total(metricsOf([body]), REQUESTS))).toEqual([2, 3]);
  });

  it('counts what exceeds the bound on series in one overflow series', async () => {
    const { recorder, pipeline, sent } = setUp({ maxSeries: 10 });
    for (let i = 0; i < 30; i++) {
      const query = recorder.querySignature(
        `SELECT c${'abcdefghijklmnopqrstuvwxyz12345'[i]} FROM t`,
        '',
      );
      recorder.recordQuery(undefined, recorder.nowUs(), query, 0, undefined);
    }
    pipeline.drain();
    pipeline.cutWindow();
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0));
    const metrics = metricsOf(sent);
    expect(total(metrics, QUERIES)).toBe(30);
    expect(total(metrics, QUERIES, { 'otel.metric.overflow': true })).toBe(20);
  });

  it('states what the ring dropped', async () => {
    const { recorder, pipeline, sent } = setUp();
    for (let i = 0; i < 1500; i++) recorder.recordQuery(undefined, 0, 2, 0, undefined);
    pipeline.drain();
    pipeline.cutWindow();
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0));
    const metrics = metricsOf(sent);
    expect(total(metrics, QUERIES)).toBe(1024);
    expect(total(metrics, DROPPED, { 'retrace.reason': 'ring_full' })).toBe(1500 - 1024);
    expect(total(metrics, RECORDED)).toBe(1500);
  });

  it.each(['failed', 'rejected'] as const)(
    'keeps recorded = delivered + dropped when batches are %s',
    async (answer) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const { recorder, pipeline, sent, state } = setUp({ backlogMaxBytes: 3000 }, answer);
        let recorded = 0;
        for (let window = 0; window < 40; window++) {
          for (let i = 0; i < 30; i++, recorded++) {
            recorder.closeRequest(recorder.openRequest('GET'), '/health', 200, undefined);
          }
          pipeline.drain();
          pipeline.cutWindow();
          await vi.advanceTimersByTimeAsync(1000);
        }
        state.answer = 'delivered';
        recorder.closeRequest(recorder.openRequest('GET'), '/health', 200, undefined);
        pipeline.drain();
        pipeline.cutWindow();
        await vi.advanceTimersByTimeAsync(60_000);
        // States what the window before has pushed out.
        pipeline.cutWindow();
        await vi.advanceTimersByTimeAsync(60_000);
        const metrics = metricsOf(sent);
        expect(total(metrics, RECORDED)).toBe(recorded + 1);
        expect(total(metrics, DROPPED)).toBeGreaterThan(0);
        expect(total(metrics, REQUESTS) + total(metrics, DROPPED)).toBe(recorded + 1);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('splits a large window into parts, each a valid message, none of them large', async () => {
    const { recorder, pipeline, sent } = setUp({ maxSeries: 4000, backlogMaxBytes: 1 << 24 });
    const column = (i: number): string => i.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[+d]!);
    let recorded = 0;
    for (let i = 0; i < 900; i++, recorded++) {
      const wide = Array.from({ length: 200 }, (_, c) => `a${column(i)}${column(c)}`).join(', ');
      const query = recorder.querySignature(`SELECT ${wide} FROM orders`, 'postgresql');
      recorder.recordQuery(undefined, 0, query, 0, undefined);
      pipeline.drain();
    }
    pipeline.cutWindow();
    await vi.waitFor(() => expect(total(metricsOf(sent), QUERIES)).toBe(recorded));
    expect(sent.length).toBeGreaterThan(1);
    expect(Math.max(...sent.map((body) => body.byteLength))).toBeLessThan(700 * 1024);
    expect(total(metricsOf(sent), RECORDED)).toBe(recorded);
  });

  it('at exit leaves the open window, waiting children and the batch in flight as files', async () => {
    const { recorder, pipeline, unsettled } = setUp({}, 'failed');
    recorder.closeRequest(recorder.openRequest('GET'), '/first', 200, undefined);
    pipeline.drain();
    pipeline.cutWindow();
    const open = recorder.openRequest('GET');
    const query = recorder.querySignature('SELECT 1', 'postgresql');
    recorder.recordQuery(open, recorder.nowUs(), query, 0, undefined);
    recorder.closeRequest(recorder.openRequest('GET'), '/second', 200, undefined);
    pipeline.drain();
    expect(unsettled()).toBe(1);
    pipeline.flush();
    expect(unsettled()).toBe(0);
    const names = readdirSync(join(folder, 'handover')).sort();
    expect(names).toEqual([1, 2].map((n) => `${pipeline.instanceId}.${n}.otlp`));
    const metrics = metricsOf(names.map((name) => readFileSync(join(folder, 'handover', name))));
    expect(total(metrics, REQUESTS)).toBe(2);
    expect(total(metrics, QUERIES)).toBe(1);
    expect(total(metrics, RECORDED)).toBe(3);
    // Once more, in a process that did not end after all.
    recorder.closeRequest(recorder.openRequest('GET'), '/third', 200, undefined);
    pipeline.flush();
    expect(readdirSync(join(folder, 'handover'))).toContain(`${pipeline.instanceId}.3.otlp`);
    expect(readdirSync(join(folder, 'handover'))).toHaveLength(3);
  });

  it('admits to holding nothing once everything is delivered', async () => {
    const { recorder, pipeline, sent, unsettled } = setUp();
    recorder.closeRequest(recorder.openRequest('GET'), '/', 200, undefined);
    pipeline.drain();
    pipeline.drain();
    expect(unsettled()).toBe(1);
    pipeline.cutWindow();
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    await new Promise(setImmediate);
    pipeline.drain();
    expect(unsettled()).toBe(0);
  });
});
