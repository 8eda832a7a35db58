import { describe, expect, it } from 'vitest';
import { Minute } from '../../../src/agent/report/minute.js';
import { ReportMemory } from '../../../src/agent/report/report-memory.js';
import { type Series, SeriesTable } from '../../../src/agent/report/series.js';
import { ATTR, COMPONENT, METRIC } from '../../../src/core/semconv.js';
import { Histogram } from '../../../src/histogram/index.js';
import type { Metric, NumberPoint } from '../../../src/protocol/types.js';
import { makeBatch, REQUEST_POINT } from '../../integration/agent-fixtures.js';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 30);
const MINUTE = 60_000;

function callsOf(memory: ReportMemory, minutes: number, nowMs: number): number {
  return memory.report(minutes, 100, nowMs).services[0]?.endpoints.calls ?? 0;
}

function histogram(...us: number[]): Histogram {
  const made = new Histogram();
  for (const value of us) made.record(value);
  return made;
}

describe('ReportMemory', () => {
  it('answers for the minutes asked, and forgets after an hour', () => {
    const memory = new ReportMemory();
    for (let ago = 59; ago >= 0; ago--) {
      const at = NOW - ago * MINUTE;
      memory.add(makeBatch([{ attributes: REQUEST_POINT, us: [1000] }], { endMs: at }), at);
    }
    expect([1, 15, 60].map((minutes) => callsOf(memory, minutes, NOW))).toEqual([1, 15, 60]);
    const later = NOW + 30 * MINUTE;
    memory.add(makeBatch([{ attributes: REQUEST_POINT, us: [1000] }], { endMs: later }), later);
    expect(callsOf(memory, 60, later)).toBe(31);
  });

  it('puts a backlog into the minutes it is from, adding up with what is there', () => {
    const memory = new ReportMemory();
    const batch = (ago: number, us: number[]) =>
      makeBatch([{ attributes: REQUEST_POINT, us }], { endMs: NOW - ago * MINUTE });
    for (let round = 0; round < 6; round++) {
      memory.add(batch(20, [1000 * (round + 1)]), NOW + round * MINUTE);
    }
    memory.add(batch(100, [1]), NOW);
    const report = memory.report(60, 100, NOW + 5 * MINUTE);
    expect(report.services[0]?.endpoints.rows[0]).toMatchObject({
      calls: 6,
      totalUs: 21_000,
      maxUs: 6000,
    });
    expect(callsOf(memory, 15, NOW + 5 * MINUTE)).toBe(0);
  });

  it('takes a clock that is ahead as now, and one that was set back as it is', () => {
    const memory = new ReportMemory();
    const ahead = NOW + 24 * 60 * MINUTE;
    memory.add(makeBatch([{ attributes: REQUEST_POINT, us: [1] }], { endMs: ahead }), NOW);
    expect(callsOf(memory, 1, NOW)).toBe(1);
    // A day later the hour before is gone; back again, what came from the future is.
    for (const at of [ahead, ahead, NOW]) {
      memory.add(makeBatch([{ attributes: REQUEST_POINT, us: [1] }], { endMs: at }), at);
    }
    expect(callsOf(memory, 60, NOW)).toBe(1);
  });

  it('holds a large backlog in little memory without changing a number', () => {
    const memory = new ReportMemory();
    const names = 'abcdefghijklmnopqrst'.split('');
    let sent = 0;
    for (let ago = 50; ago > 0; ago--) {
      const points = names.flatMap((a) =>
        names.map((b) => ({
          attributes: { ...REQUEST_POINT, [ATTR.retraceEndpoint]: `GET /${a}/${b}` },
          us: [ago, 1000 * ago],
        })),
      );
      sent += points.length * 2;
      memory.add(makeBatch(points, { endMs: NOW - ago * MINUTE }), NOW);
    }
    expect(callsOf(memory, 60, NOW)).toBe(sent);
    const row = memory.report(60, 1, NOW).services[0]?.endpoints.rows[0];
    expect(row).toMatchObject({ calls: 100, totalUs: 1001 * 1275, maxUs: 50_000 });
    expect(memory.report(60, 1, NOW).services[0]?.endpoints.omittedRows).toBe(399);
  });

  it('leaves cumulative points out: adding them up would count twice', () => {
    const memory = new ReportMemory();
    const request = makeBatch([{ attributes: REQUEST_POINT, us: [1000] }], { endMs: NOW });
    for (const metric of request.resourceMetrics[0]?.metrics ?? []) {
      if (metric.kind === 'exponentialHistogram') metric.temporality = 'cumulative';
    }
    memory.add(request, NOW);
    expect(memory.report(15, 10, NOW).services).toEqual([]);
  });

  it('tells components of endpoints and repeated queries', () => {
    const memory = new ReportMemory();
    const times = {
      startTimeUnixNano: BigInt(NOW - 1000) * 1_000_000n,
      timeUnixNano: BigInt(NOW) * 1_000_000n,
    };
    const query = {
      [ATTR.dbQueryText]: 'SELECT ?',
      [ATTR.dbQuerySummary]: 'SELECT',
      [ATTR.retraceEndpoint]: 'GET /orders/:id',
    };
    const number = (value: number, attributes: NumberPoint['attributes']): NumberPoint => ({
      ...times,
      value,
      integer: false,
      attributes,
    });
    const sum = (name: string, points: NumberPoint[]): Metric => ({
      name,
      unit: '',
      kind: 'sum',
      temporality: 'delta',
      monotonic: true,
      points,
    });
    const endpoint = { [ATTR.retraceEndpoint]: 'GET /orders/:id' };
    const extra: Metric[] = [
      sum(METRIC.componentTime, [
        number(0.25, { ...endpoint, [ATTR.retraceComponent]: COMPONENT.database }),
        number(0.75, { ...endpoint, [ATTR.retraceComponent]: COMPONENT.ownCode }),
      ]),
      sum(METRIC.repeatedRequests, [number(3, query)]),
      { name: METRIC.repeatedMax, unit: '', kind: 'gauge', points: [number(41, query)] },
    ];
    const points = [
      { attributes: REQUEST_POINT, us: [1_000_000] },
      { metric: METRIC.queryDuration, attributes: query, us: [10, 20] },
    ];
    memory.add(makeBatch(points, { endMs: NOW, extra }), NOW);
    const service = memory.report(15, 10, NOW).services[0];
    expect(service?.endpoints.rows[0]?.split).toEqual({
      databaseUs: 250_000,
      webServicesUs: 0,
      ownCodeUs: 750_000,
    });
    expect(service?.queries.rows[0]?.callers[0]).toMatchObject({
      repeatedRequests: 3,
      repeatedMax: 41,
    });
  });
});

describe('Minute', () => {
  it('packs without changing anything, however often', () => {
    const packed = new Minute();
    const plain = new Minute();
    for (let round = 1; round <= 12; round++) {
      for (const minute of [packed, plain]) minute.add(round % 3, histogram(round, round * 1000));
      packed.pack();
    }
    const merged = (minute: Minute): Map<number, Buffer> => {
      const all = new Map<number, Histogram>();
      for (const [id, one] of minute.histograms()) {
        const known = all.get(id) ?? new Histogram();
        known.merge(one);
        all.set(id, known);
      }
      return new Map([...all].sort().map(([id, one]) => [id, Buffer.from(one.encode())]));
    };
    expect(packed.liveSize).toBe(0);
    expect(packed.size).toBeLessThan(15);
    expect(merged(packed)).toEqual(merged(plain));
  });
});

describe('SeriesTable', () => {
  const series = (name: string, service = 'shop'): Series => ({
    kind: 'query',
    service,
    name,
    text: '',
    source: '',
    endpoint: '',
    errorType: '',
    other: false,
  });

  it('folds what is past its bound into one overflow row of the service', () => {
    const table = new SeriesTable(3);
    const ids = ['a', 'b', 'c', 'd', 'e'].map((name) => table.idOf(series(name)));
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    expect(ids[3]).toBe(ids[4]);
    expect(table.get(ids[3] as number)).toMatchObject({
      name: 'Other',
      other: true,
      service: 'shop',
    });
    expect(table.idOf(series('a'))).toBe(ids[0]);
  });

  it('stays bounded when a sender invents service names', () => {
    const table = new SeriesTable(3);
    const ids = new Set<number>();
    for (let i = 0; i < 5000; i++) ids.add(table.idOf(series('x', `service-${i}`)));
    expect(ids.size).toBeLessThan(1010);
  });

  it('forgets what nobody uses', () => {
    const table = new SeriesTable(3);
    const [a, b] = ['a', 'b'].map((name) => table.idOf(series(name)));
    table.sweep(new Set([b as number]));
    expect(table.get(a as number)).toBeUndefined();
    expect(table.idOf(series('b'))).toBe(b);
    expect(table.idOf(series('a'))).not.toBe(a);
  });
});
