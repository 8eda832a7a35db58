import { createHistogram, type Histogram } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { CollectionWriter, createCollectionRing } from '../../../src/aggregate/collection-ring.js';
import { createPulse, PulseWriter, readPulse } from '../../../src/aggregate/pulse.js';
import { RuntimeMeter } from '../../../src/aggregate/runtime-meter.js';

const SECOND_US = 1e6;
const spaces = [
  { space_name: 'new_space', space_used_size: 1000 },
  { space_name: 'old_space', space_used_size: 5000 },
  { space_name: 'a_space_of_tomorrow', space_used_size: 7 },
];

function setUp() {
  const pulse = createPulse();
  const delay = createHistogram();
  const meter = new RuntimeMeter();
  const collections = createCollectionRing();
  meter.attach({ pulse, delay: delay as Histogram, collections });
  const read = (): Record<string, number> =>
    Object.fromEntries(
      meter
        .read()
        .map((reading) => [
          [reading.name, ...Object.values(reading.attributes)].join(' '),
          reading.kind === 'timings' ? reading.histogram.count : reading.value,
        ]),
    );
  return {
    writer: new PulseWriter(pulse),
    collector: new CollectionWriter(collections),
    pulse,
    delay,
    read,
    meter,
  };
}

describe('runtime meter', () => {
  it('tells the time the loop was busy between two pulses, and nothing from a single one', () => {
    const { writer, read } = setUp();
    writer.write(SECOND_US, 900, 4e9, spaces);
    expect(read()).not.toHaveProperty(['nodejs.eventloop.utilization']);
    writer.write(11 * SECOND_US, 900 + 7500, 4e9, spaces);
    expect(read()['nodejs.eventloop.utilization']).toBeCloseTo(0.25);
  });

  it('states what a heap holds by space, and nothing twice', () => {
    const { writer, read } = setUp();
    writer.write(SECOND_US, 0, 4e9, spaces);
    expect(read()).toMatchObject({
      'v8js.memory.heap.used new_space': 1000,
      'v8js.memory.heap.used old_space': 5000,
      'retrace.heap.size_limit': 4e9,
    });
    // The host's thread is stuck: what was true before it is not said again.
    expect(Object.keys(read()).filter((name) => name.includes('heap'))).toEqual([]);
  });

  it('takes the probing interval off the delays and starts anew with each window', () => {
    const { delay, read } = setUp();
    for (const ms of [50, 50, 50, 450]) delay.record(ms * 1e6);
    const first = read();
    expect(first['nodejs.eventloop.delay.min']).toBeCloseTo(0, 2);
    expect(first['nodejs.eventloop.delay.p50']).toBeCloseTo(0, 2);
    expect(first['nodejs.eventloop.delay.mean']).toBeCloseTo(0.1, 2);
    expect(first['nodejs.eventloop.delay.max']).toBeCloseTo(0.4, 2);
    expect(read()).not.toHaveProperty(['nodejs.eventloop.delay.max']);
  });

  it('counts collections by kind, with the time in which they were observed, once', () => {
    const { collector, meter, read } = setUp();
    const minor = { type: 0, durationUs: 700 };
    collector.observed([minor, { type: 1, durationUs: 90_000 }, minor], 8e6);
    collector.unobserved(2e6);
    const figures = meter.read().flatMap((one) => (one.kind === 'timings' ? [one] : []));
    expect(figures.map(({ attributes, histogram }) => [attributes, histogram.sumUs])).toEqual([
      [{ 'v8js.gc.type': 'minor' }, 1400],
      [{ 'v8js.gc.type': 'major' }, 90_000],
    ]);
    collector.observed([], 4e6);
    const second = Object.entries(read()).filter(([name]) => name.includes('gc'));
    expect(second).toEqual([['retrace.gc.observed.time', 4]]);
    expect(Object.keys(read()).filter((name) => name.includes('gc'))).toEqual([]);
  });

  it('knows the process without any pulse', () => {
    const readings = new RuntimeMeter().read();
    expect(readings.map(({ name }) => name)).toEqual([
      'process.cpu.time',
      'process.cpu.time',
      'process.memory.usage',
    ]);
    expect(readings[2]).toMatchObject({ kind: 'state' });
    expect((readings[2] as { value: number }).value).toBeGreaterThan(1e6);
  });
});

it('a pulse that is being written is not read', () => {
  const { writer, pulse } = setUp();
  expect(readPulse(pulse)).toBeUndefined();
  writer.write(1, 2, 3, spaces);
  expect(readPulse(pulse)).toMatchObject({ number: 1, atUs: 1, idleMs: 2, heapLimitBytes: 3 });
  Atomics.add(new Int32Array(pulse), 0, 1);
  expect(readPulse(pulse)).toBeUndefined();
});
