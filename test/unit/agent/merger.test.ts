import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Merger } from '../../../src/agent/merge/merger.js';
import { ATTR, HOST_METRIC, METRIC, RESOURCE } from '../../../src/core/semconv.js';
import { Histogram } from '../../../src/histogram/index.js';
import { decodeMetricsRequest, encodeMetricsRequest } from '../../../src/protocol/index.js';
import type { Attributes, Metric, MetricsRequest } from '../../../src/protocol/types.js';
import { translate } from '../../../src/server/ingest/translate.js';
import { makeBatch } from '../../integration/agent-fixtures.js';

const NOW_MS = 1_790_000_000_000;

/** What the server would store of requests: every number by service, minute and series. */
function stored(requests: readonly MetricsRequest[]): Record<string, unknown> {
  const histograms = new Map<string, Histogram>();
  const facts = new Map<string, number[]>();
  const instances = new Set<string>();
  for (const request of requests) {
    const { writes, rejectedPoints } = translate(request, { nowMs: NOW_MS + 600_000, oldestMs: 0 });
    expect(rejectedPoints).toBe(0);
    for (const { service, instance, points } of writes) {
      if (instance !== undefined)
        instances.add(`${service.name} ${instance.key} ${instance.hostName}`);
      for (const point of points) {
        const { kind, operation, caller, minuteMs } = point;
        const outcome = 'outcome' in point ? JSON.stringify(point.outcome) : '';
        const key = [
          service.name,
          kind,
          operation.publicId,
          caller?.publicId,
          minuteMs,
          outcome,
        ].join(' ');
        if ('timings' in point) {
          const known = histograms.get(key) ?? new Histogram();
          known.merge(point.timings);
          histograms.set(key, known);
        } else {
          const known = facts.get(key);
          // The third fact of a query is a maximum.
          facts.set(
            key,
            point.facts.map((value, i) =>
              kind === 'query' && i === 2
                ? Math.max(value, known?.[i] ?? 0)
                : value + (known?.[i] ?? 0),
            ),
          );
        }
      }
    }
  }
  const bytes = [...histograms].map(([key, one]) => [
    key,
    Buffer.from(one.encode()).toString('hex'),
  ]);
  return {
    histograms: Object.fromEntries(bytes) as unknown,
    facts: Object.fromEntries(facts) as unknown,
    instances: [...instances].sort(),
  };
}

function sum(
  name: string,
  unit: string,
  value: number,
  attributes: Attributes,
  endMs: number,
): Metric {
  const times = { startTimeUnixNano: 0n, timeUnixNano: BigInt(endMs) * 1_000_000n };
  return {
    name,
    unit,
    kind: 'sum',
    temporality: 'delta',
    monotonic: true,
    points: [{ ...times, attributes, value, integer: unit !== 's' }],
  };
}

const batch = fc.record({
  service: fc.constantFrom('shop', 'pay'),
  instance: fc.constantFrom('i-1', 'i-2', 'i-3'),
  version: fc.constantFrom('1.0.0', '1.1.0'),
  endMs: fc.integer({ min: NOW_MS, max: NOW_MS + 180_000 }),
  series: fc.array(
    fc.record({
      route: fc.constantFrom('/a', '/b'),
      status: fc.constantFrom(200, 500),
      us: fc.array(fc.integer({ min: 1, max: 3_600_000_000 }), { minLength: 1, maxLength: 8 }),
    }),
    { maxLength: 4 },
  ),
  componentUs: fc.integer({ min: 1, max: 10_000_000 }),
  repeatedMax: fc.integer({ min: 5, max: 50 }),
});
type BatchSpec = typeof batch extends fc.Arbitrary<infer T> ? T : never;

function requestOf(spec: BatchSpec): MetricsRequest {
  const { service, instance, version, endMs, series, componentUs, repeatedMax } = spec;
  const endpoint = { [ATTR.retraceEndpoint]: 'GET /a' };
  const query = {
    ...endpoint,
    [ATTR.dbQueryText]: 'SELECT ?',
    [ATTR.retraceQueryHash]: '0123456789abcdef',
  };
  const component = { ...endpoint, [ATTR.httpRoute]: '/a', [ATTR.retraceComponent]: 'database' };
  const request = makeBatch(
    series.map(({ route, status, us }) => ({
      attributes: {
        [ATTR.httpRequestMethod]: 'GET',
        [ATTR.httpRoute]: route,
        [ATTR.httpResponseStatusCode]: status,
      },
      us,
    })),
    {
      service,
      instance,
      endMs,
      resource: {
        [RESOURCE.serviceVersion]: version,
        [RESOURCE.hostName]: 'web-1',
        [RESOURCE.processPid]: instance.length,
      },
      extra: [
        sum(METRIC.componentTime, 's', componentUs / 1e6, component, endMs),
        sum(METRIC.repeatedCalls, '{call}', repeatedMax * 2, query, endMs),
        sum(METRIC.recorded, '{record}', 7, { [ATTR.retraceKind]: 'request' }, endMs),
        {
          name: METRIC.repeatedMax,
          unit: '{call}',
          kind: 'gauge',
          points: [
            {
              startTimeUnixNano: 0n,
              timeUnixNano: BigInt(endMs) * 1_000_000n,
              attributes: query,
              value: repeatedMax,
              integer: true,
            },
          ],
        },
      ],
    },
  );
  // As it lies in the spool.
  return decodeMetricsRequest(encodeMetricsRequest(request));
}

function merge(requests: readonly MetricsRequest[]): MetricsRequest {
  const merger = new Merger();
  for (const request of requests) merger.add(request);
  return decodeMetricsRequest(encodeMetricsRequest(merger.finish()));
}

describe('adding up the windows of a host', () => {
  it('stores to the last bit what the requests one by one would', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 12 }), (specs) => {
        const requests = specs.map(requestOf);
        expect(stored([merge(requests)])).toEqual(stored(requests));
      }),
      { numRuns: 150 },
    );
  });

  const one = (instance: string, us: number[], extra: Metric[] = []): MetricsRequest =>
    makeBatch([{ attributes: { [ATTR.httpRoute]: '/a' }, us }], {
      instance,
      endMs: NOW_MS,
      extra,
      resource: { [RESOURCE.processPid]: Number(instance.slice(2)) },
    });

  it('sends a series once, the processes’ number, and each process without metrics', () => {
    const merged = merge([one('i-1', [10, 20]), one('i-2', [30]), one('i-1', [40])]);
    expect(
      merged.resourceMetrics.map(({ resource, metrics }) => [
        resource[RESOURCE.serviceInstanceId],
        resource[RESOURCE.retraceInstances],
        metrics.length,
      ]),
    ).toEqual([
      [undefined, 2, 1],
      ['i-1', undefined, 0],
      ['i-2', undefined, 0],
    ]);
    const [metric] = merged.resourceMetrics[0]?.metrics ?? [];
    expect(metric?.points).toHaveLength(1);
    expect(metric?.points[0]).toMatchObject({ count: 4, min: 1e-5, max: 4e-5 });
  });

  it('leaves alone what is not to be added: a process’s own figures, another unit, another minute', () => {
    const gauge = (value: number): Metric => ({
      name: HOST_METRIC.processMemory,
      unit: 'By',
      kind: 'gauge',
      points: [
        {
          startTimeUnixNano: 0n,
          timeUnixNano: BigInt(NOW_MS) * 1_000_000n,
          attributes: {},
          value,
          integer: true,
        },
      ],
    });
    const merged = merge([one('i-1', [10], [gauge(1)]), one('i-2', [20], [gauge(2)])]);
    const own = merged.resourceMetrics.filter(
      ({ resource }) => resource[RESOURCE.serviceInstanceId] !== undefined,
    );
    expect(
      own.map(({ metrics }) => metrics.map(({ points }) => (points[0] as { value: number }).value)),
    ).toEqual([[1], [2]]);
    const later = makeBatch([{ attributes: { [ATTR.httpRoute]: '/a' }, us: [5] }], {
      endMs: NOW_MS + 60_000,
    });
    expect(merge([one('i-1', [10]), later]).resourceMetrics[0]?.metrics[0]?.points).toHaveLength(2);
  });

  it('does not change the requests handed in, and sends the windows of a single process under its own name', () => {
    const requests = [one('i-1', [10]), one('i-1', [20])];
    const before = JSON.stringify(requests, (_, v: unknown) =>
      typeof v === 'bigint' ? `${v}n` : v,
    );
    const merged = merge(requests);
    expect(JSON.stringify(requests, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))).toBe(
      before,
    );
    expect(merged.resourceMetrics).toHaveLength(1);
    expect(merged.resourceMetrics[0]?.resource[RESOURCE.serviceInstanceId]).toBe('i-1');
    expect(merged.resourceMetrics[0]?.resource[RESOURCE.processPid]).toBe(1);
  });
});
