import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../src/core/semconv.js';
import type { Attributes, Metric, NumberPoint } from '../../../src/protocol/types.js';
import { translate } from '../../../src/server/ingest/translate.js';
import type { SeriesPoint } from '../../../src/server/store/store.js';
import { requestOf, timingPoint, timings } from '../../integration/server-harness.js';

const NOW = 1_800_000_065_000;
const MINUTE = 1_800_000_060_000;

function pointsOf(metrics: Metric[], oldestMs = 0): { points: SeriesPoint[]; rejected: number } {
  const { writes, rejectedPoints } = translate(requestOf({ 'service.name': 's' }, metrics), {
    nowMs: NOW,
    oldestMs,
  });
  return { points: writes.flatMap((write) => write.points), rejected: rejectedPoints };
}

const served = (timeMs: number, attributes: Attributes = {}): Metric =>
  timings(METRIC.serverDuration, [timingPoint(attributes, [1000], timeMs)]);

describe('time', () => {
  it.each([
    ['the end of a window decides', NOW, MINUTE],
    ['a window that ends with a minute belongs to the next', MINUTE, MINUTE],
    ['late is late', NOW - 86_400_000, MINUTE - 86_400_000],
    ['a little ahead is believed', NOW + 120_000, MINUTE + 120_000],
    ['far ahead counts as now', NOW + 3_600_000, MINUTE],
    ['none counts as now', 0, MINUTE],
  ])('%s', (_name, timeMs, minuteMs) => {
    expect(pointsOf([served(timeMs)]).points[0]?.minuteMs).toBe(minuteMs);
  });

  it('what is older than anything kept is a loss', () => {
    const { points, rejected } = pointsOf([served(NOW - 86_400_000)], NOW - 3_600_000);
    expect(rejected).toBe(1);
    expect(points).toMatchObject([{ kind: 'counter', operation: { name: 'dropped unsupported' } }]);
  });
});

describe('identity', () => {
  const idOf = (attributes: Attributes, name: string = METRIC.queryDuration): string | undefined =>
    pointsOf([timings(name, [timingPoint(attributes, [1], NOW)])]).points[0]?.operation.publicId;
  const query = { 'retrace.query.hash': '0123456789abcdef', 'db.system.name': 'postgresql' };

  it('of a query: hash, system, namespace and server, not spelling or caller', () => {
    const id = idOf({ ...query, 'db.query.text': 'SELECT 1' });
    expect(idOf({ ...query, 'db.query.text': 'select 1' })).toBe(id);
    expect(idOf({ ...query, 'retrace.endpoint': 'GET /x', 'error.type': '23505' })).toBe(id);
    for (const other of [
      { ...query, 'db.namespace': 'b' },
      { ...query, 'server.address': 'b' },
      { ...query, 'server.port': 1 },
      { ...query, 'db.system.name': 'mysql' },
      { ...query, 'retrace.query.hash': '0123456789abcdee' },
    ]) {
      expect(idOf(other)).not.toBe(id);
    }
  });

  it('of an endpoint: the caller of a query is the endpoint itself', () => {
    const endpoint = {
      'http.request.method': 'GET',
      'http.route': '/x/:id',
      'retrace.endpoint': 'GET /x/:id',
    };
    const { points } = pointsOf([
      timings(METRIC.serverDuration, [timingPoint(endpoint, [1], NOW)]),
      timings(METRIC.queryDuration, [
        timingPoint({ ...query, 'retrace.endpoint': 'GET /x/:id' }, [1], NOW),
      ]),
    ]);
    expect(points[1]?.caller?.publicId).toBe(points[0]?.operation.publicId);
    expect(points[0]?.caller).toBeUndefined();
  });

  it('of the overflow row: one per kind', () => {
    const overflow = { 'otel.metric.overflow': true };
    expect(idOf({ ...overflow, 'db.namespace': 'b' })).toBe(idOf(overflow));
    expect(idOf(overflow, METRIC.clientDuration)).not.toBe(idOf(overflow));
  });

  it('of databases without statements: the summary', () => {
    const find = {
      'db.system.name': 'mongodb',
      'db.query.text': '?',
      'db.query.summary': 'find a',
    };
    expect(idOf(find)).not.toBe(idOf({ ...find, 'db.query.summary': 'find b' }));
  });
});

describe('what cannot be represented', () => {
  const gauge: Metric = { name: METRIC.serverDuration, unit: 's', kind: 'gauge', points: [] };
  const number: NumberPoint = {
    startTimeUnixNano: 0n,
    timeUnixNano: BigInt(NOW) * 1_000_000n,
    attributes: { 'retrace.reason': 'ring_full' },
    value: 3,
    integer: true,
  };

  it.each<[string, Metric, number]>([
    ['cumulative', { ...served(NOW), temporality: 'cumulative' } as Metric, 1],
    ['no temporality', { ...served(NOW), temporality: 'unspecified' } as Metric, 1],
    ['exponential buckets of ms', { ...served(NOW), unit: 'ms' } as Metric, 1],
    ['a gauge of durations', { ...gauge, points: [number] } as Metric, 1],
    [
      'a cumulative counter',
      {
        name: METRIC.dropped,
        unit: '1',
        kind: 'sum',
        temporality: 'cumulative',
        monotonic: true,
        points: [number],
      },
      1,
    ],
  ])('%s: refused and counted', (_name, metric, lost) => {
    const { points, rejected } = pointsOf([metric]);
    expect(rejected).toBe(lost);
    expect(points).toMatchObject([
      { kind: 'counter', operation: { attributes: { label: 'unsupported' } }, facts: [lost] },
    ]);
  });

  it('negative and impossible numbers never get in', () => {
    for (const value of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      const { points } = pointsOf([
        {
          name: METRIC.dropped,
          unit: '1',
          kind: 'sum',
          temporality: 'delta',
          monotonic: true,
          points: [{ ...number, value }],
        },
      ]);
      expect(points).toMatchObject([{ operation: { name: 'dropped unsupported' } }]);
    }
  });
});
