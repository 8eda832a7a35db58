import { describe, expect, it, vi } from 'vitest';
import {
  decodeMetricsRequest,
  decodeTracesRequest,
  type ResourceSpans,
  type Span,
} from '../../../src/protocol/index.js';
import { metricsOf, setUpPipeline, total } from './pipeline-fixture.js';

type SetUp = ReturnType<typeof setUpPipeline>;

/** A request that began `agoUs` ago and took all of that, with queries of given start and length within it. */
function serve(
  { recorder }: SetUp,
  agoUs: number,
  queries: readonly { atUs: number; text: string; errorType?: string }[],
  status = 200,
): void {
  const scope = recorder.openRequest('GET');
  scope.route = '/orders/:id';
  (scope as { startUs: number }).startUs -= agoUs;
  const source = recorder.databaseSource('postgresql', 'shop', 'db', 5432);
  for (const { atUs, text, errorType } of queries) {
    const query = recorder.querySignature(text, 'postgresql');
    recorder.recordQuery(scope, scope.startUs + atUs, query, source, errorType);
  }
  recorder.closeRequest(scope, '/orders/kanari91827', status, undefined);
}

async function cut({ pipeline, traces }: SetUp, bodies = 1): Promise<ResourceSpans[]> {
  pipeline.drain();
  pipeline.cutWindow();
  await vi.waitFor(() => expect(traces).toHaveLength(bodies));
  return traces.flatMap((body) => decodeTracesRequest(body).resourceSpans);
}

const totalOf = ({ sent }: SetUp, name: string, where?: Record<string, unknown>): number =>
  total(metricsOf(sent), name, where);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const us = (nanos: bigint): number => Number(nanos) / 1000;

describe('waterfalls', () => {
  it('are spans with starts, durations and the attributes of the series, joined by random ids', async () => {
    const setUp = setUpPipeline();
    const before = Date.now();
    serve(
      setUp,
      80_000,
      [
        {
          atUs: 30_000,
          text: "SELECT * FROM orders WHERE name = 'kanari91827'",
          errorType: '40001',
        },
        { atUs: 10_000, text: 'SELECT * FROM orders WHERE id = 91827' },
      ],
      503,
    );
    const [group] = await cut(setUp);
    expect(group?.scopeName).toBe('retrace');
    const metricsGroup = decodeMetricsRequest(setUp.sent[0]!).resourceMetrics[0]!;
    expect(group?.resource).toEqual(metricsGroup.resource);
    const [root, first, second, ...others] = group?.spans as [Span, Span, Span];
    expect(others).toEqual([]);
    const attributesOf = (name: string): unknown[] =>
      metricsGroup.metrics
        .filter((metric) => metric.name === name)
        .flatMap(({ points }) => points.map(({ attributes }) => attributes));

    expect(root).toMatchObject({ name: 'GET /orders/:id', kind: 'server', error: true });
    const { 'retrace.waterfall.omitted': omitted, ...endpoint } = root.attributes;
    expect(omitted).toBe(0);
    expect([endpoint]).toEqual(attributesOf('http.server.request.duration'));
    expect(endpoint['http.response.status_code']).toBe(503);
    expect(root.parentSpanId).toBeUndefined();
    expect(us(root.startUnixNano) / 1000).toBeGreaterThan(before - 100);
    expect(us(root.endUnixNano) / 1000).toBeLessThan(Date.now() + 5);
    expect(us(root.endUnixNano - root.startUnixNano)).toBeGreaterThanOrEqual(80_000);

    // In order of start. Recorded when they ended, which is now: they last to the end of the request.
    expect(us(first.startUnixNano - root.startUnixNano)).toBeCloseTo(10_000, 0);
    expect(us(second.startUnixNano - root.startUnixNano)).toBeCloseTo(30_000, 0);
    expect(us(first.endUnixNano - first.startUnixNano)).toBeGreaterThanOrEqual(70_000);
    expect([first, second].map(({ name, kind, error }) => [name, kind, error])).toEqual([
      ['SELECT orders', 'client', false],
      ['SELECT orders', 'client', true],
    ]);
    expect(second.attributes).toMatchObject({
      'db.query.text': 'SELECT * FROM orders WHERE name = ?',
      'error.type': '40001',
      'db.namespace': 'shop',
    });
    expect(attributesOf('db.client.operation.duration')).toEqual(
      expect.arrayContaining([first.attributes, second.attributes]),
    );
    for (const child of [first, second]) {
      expect(hex(child.traceId)).toBe(hex(root.traceId));
      expect(hex(child.parentSpanId)).toBe(hex(root.spanId));
    }
    expect(new Set([root, first, second].map(({ spanId }) => hex(spanId))).size).toBe(3);
    expect(hex(root.traceId)).not.toMatch(/^0+$/);
    expect(Buffer.concat(setUp.traces).includes('91827')).toBe(false);
  });

  it('list 200 queries and count the others', async () => {
    const setUp = setUpPipeline();
    const text = 'SELECT * FROM orders WHERE id = 1';
    serve(
      setUp,
      80_000,
      Array.from({ length: 250 }, (_, i) => ({ atUs: 10_000 + i * 10, text })),
    );
    const spans = (await cut(setUp)).flatMap((group) => group.spans);
    expect(spans).toHaveLength(201);
    expect(spans[0]?.attributes['retrace.waterfall.omitted']).toBe(50);
    const starts = spans.slice(1).map(({ startUnixNano }) => startUnixNano);
    expect(starts.every((start, i) => i === 0 || start > (starts[i - 1] as bigint))).toBe(true);
  });

  it('stay within a bound of bytes however long the statements are', async () => {
    const setUp = setUpPipeline();
    const letters = (i: number): string => i.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[+d]!);
    const wide = (i: number): string =>
      `SELECT ${Array.from({ length: 400 }, (_, c) => `a${letters(i)}${letters(c)}`).join(', ')} FROM orders`;
    serve(
      setUp,
      80_000,
      Array.from({ length: 150 }, (_, i) => ({ atUs: i, text: wide(i) })),
    );
    const spans = (await cut(setUp)).flatMap((group) => group.spans);
    expect(spans.length).toBeGreaterThan(20);
    expect(spans.length + Number(spans[0]?.attributes['retrace.waterfall.omitted'])).toBe(151);
    expect(setUp.traces[0]?.byteLength).toBeLessThan(300 * 1024);
  });

  it('have keys of the same sequence as windows, and hold no operations', async () => {
    const setUp = setUpPipeline();
    for (const wanted of [1, 2, 3]) {
      serve(setUp, 1000 * wanted, [{ atUs: 1, text: 'SELECT 1' }]);
      await cut(setUp, wanted);
    }
    expect(setUp.sequences).toEqual([
      ['metrics', 1],
      ['traces', 2],
      ['metrics', 3],
      ['traces', 4],
      ['metrics', 5],
      ['traces', 6],
    ]);
  });

  it('are dropped before windows are when the backlog is full, and counted apart from operations', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const setUp = setUpPipeline({ backlogMaxBytes: 8000 }, 'failed');
      const { pipeline, state } = setUp;
      const windows = 9;
      for (let window = 0; window < windows; window++) {
        serve(setUp, 1000, [{ atUs: 1, text: 'SELECT 1' }]);
        pipeline.drain();
        pipeline.cutWindow();
        await vi.advanceTimersByTimeAsync(100);
      }
      state.answer = 'delivered';
      await vi.advanceTimersByTimeAsync(60_000);
      pipeline.cutWindow();
      await vi.advanceTimersByTimeAsync(60_000);
      const delivered = setUp.traces.length;
      expect(delivered).toBeLessThan(windows);
      const dropped = totalOf(setUp, 'retrace.dropped', { 'retrace.kind': 'waterfall' });
      expect(dropped).toBe(windows - delivered);
      expect(totalOf(setUp, 'retrace.dropped', { 'retrace.reason': 'runtime_backlog' })).toBe(
        totalOf(setUp, 'retrace.dropped'),
      );
      const operations = totalOf(setUp, 'retrace.dropped') - dropped;
      expect(totalOf(setUp, 'http.server.request.duration')).toBeGreaterThan(0);
      expect(
        totalOf(setUp, 'http.server.request.duration') +
          totalOf(setUp, 'db.client.operation.duration') +
          operations,
      ).toBe(totalOf(setUp, 'retrace.recorded'));
      expect(totalOf(setUp, 'retrace.recorded')).toBe(2 * windows);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that the agent refuses are counted', async () => {
    const setUp = setUpPipeline();
    setUp.state.refuseTraces = true;
    serve(setUp, 1000, [{ atUs: 1, text: 'SELECT 1' }]);
    setUp.pipeline.drain();
    setUp.pipeline.cutWindow();
    await vi.waitFor(() => expect(setUp.sequences).toHaveLength(2));
    await new Promise(setImmediate);
    setUp.pipeline.cutWindow();
    await vi.waitFor(() => expect(setUp.sent).toHaveLength(2));
    const where = { 'retrace.kind': 'waterfall', 'retrace.reason': 'rejected' };
    expect(totalOf(setUp, 'retrace.dropped', where)).toBe(1);
    expect(totalOf(setUp, 'retrace.dropped')).toBe(1);
  });
});
