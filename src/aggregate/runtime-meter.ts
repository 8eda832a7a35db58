import type { Histogram } from 'node:perf_hooks';
import { ATTR, GC_TYPES, HEAP_SPACES, RUNTIME_METRIC } from '../core/semconv.js';
import { Histogram as Timings } from '../histogram/index.js';
import type { Attributes } from '../protocol/types.js';
import { gaugeAttributes } from './attributes.js';
import { takeCollections } from './collection-ring.js';
import { DELAY_RESOLUTION_MS, type Pulse, readPulse } from './pulse.js';

/** One figure of the process, ready for the window. */
export type RuntimeReading = NumberReading | TimingReading;

interface NumberReading {
  readonly name: string;
  readonly unit: string;
  /** `state`: goes up and down; `sum`: of this window. */
  readonly kind: 'gauge' | 'state' | 'sum';
  readonly integer: boolean;
  readonly attributes: Attributes;
  readonly value: number;
}

/** Durations of this window, s on the wire. */
interface TimingReading {
  readonly name: string;
  readonly kind: 'timings';
  readonly attributes: Attributes;
  readonly histogram: Timings;
}

interface Source {
  readonly pulse: SharedArrayBuffer;
  readonly delay: Histogram;
  readonly collections?: SharedArrayBuffer | undefined;
}

const NONE: Attributes = {};
const NANOS = 1e9;

const gauge = (name: string, unit: string, value: number): NumberReading => ({
  name,
  unit,
  kind: 'gauge',
  integer: false,
  attributes: NONE,
  value,
});
const seconds = (name: string, us: number, attributes = NONE): NumberReading => ({
  name,
  unit: 's',
  kind: 'sum',
  integer: false,
  attributes,
  value: Math.max(us, 0) / 1e6,
});
const bytes = (name: string, value: number, attributes = NONE): NumberReading => ({
  name,
  unit: 'By',
  kind: 'state',
  integer: true,
  attributes,
  value: Math.round(value),
});

/** Attributes built once. */
const BY_SPACE = HEAP_SPACES.map((space) => gaugeAttributes(ATTR.heapSpaceName, space));
const BY_GC_TYPE = GC_TYPES.map((type) => gaugeAttributes(ATTR.gcType, type));
const USER = gaugeAttributes(ATTR.cpuMode, 'user');
const SYSTEM = gaugeAttributes(ATTR.cpuMode, 'system');

/**
 * The process's own figures, read by the worker at the end of each window: processor time and memory are the whole
 * process's and asked for here, the main thread's event loop and heap come from its pulse. What was not measured in
 * the window is left out, never repeated from before.
 */
export class RuntimeMeter {
  #source: Source | undefined;
  #last: Pulse | undefined;
  #cpu = process.cpuUsage();

  /** @param delay of node:perf_hooks, filled by the host's loop. */
  attach(source: Source): void {
    this.#source = source;
  }

  /** Figures since the last call. Total: one that cannot be read is left out. */
  read(): RuntimeReading[] {
    const readings: RuntimeReading[] = [];
    for (const part of [this.#process, this.#pulse, this.#delay, this.#collections]) {
      try {
        part.call(this, readings);
      } catch {
        // A platform that cannot say.
      }
    }
    return readings;
  }

  #process(into: RuntimeReading[]): void {
    const cpu = process.cpuUsage();
    into.push(
      seconds(RUNTIME_METRIC.cpuTime, cpu.user - this.#cpu.user, USER),
      seconds(RUNTIME_METRIC.cpuTime, cpu.system - this.#cpu.system, SYSTEM),
    );
    this.#cpu = cpu;
    into.push(bytes(RUNTIME_METRIC.memoryUsage, process.memoryUsage.rss()));
  }

  #pulse(into: RuntimeReading[]): void {
    if (this.#source === undefined) return;
    const pulse = readPulse(this.#source.pulse);
    const last = this.#last;
    if (pulse === undefined || pulse.number === last?.number) return;
    this.#last = pulse;
    if (last !== undefined) {
      const idle = ((pulse.idleMs - last.idleMs) * 1000) / (pulse.atUs - last.atUs);
      into.push(gauge(RUNTIME_METRIC.loopUtilization, '1', Math.min(Math.max(1 - idle, 0), 1)));
    }
    pulse.heapUsedBytes.forEach((used, space) => {
      if (used > 0) into.push(bytes(RUNTIME_METRIC.heapUsed, used, BY_SPACE[space]));
    });
    into.push(bytes(RUNTIME_METRIC.heapSizeLimit, pulse.heapLimitBytes));
  }

  #delay(into: RuntimeReading[]): void {
    const delay = this.#source?.delay;
    if (delay === undefined || delay.count === 0) return;
    // What is recorded is the time from one probe to the next.
    const late = (nanos: number): number => Math.max(nanos / NANOS - DELAY_RESOLUTION_MS / 1e3, 0);
    const push = (name: string, nanos: number): void => {
      into.push(gauge(name, 's', late(nanos)));
    };
    push(RUNTIME_METRIC.loopDelayMin, delay.min);
    push(RUNTIME_METRIC.loopDelayMax, delay.max);
    push(RUNTIME_METRIC.loopDelayMean, delay.mean);
    push(RUNTIME_METRIC.loopDelayP50, delay.percentile(50));
    push(RUNTIME_METRIC.loopDelayP90, delay.percentile(90));
    push(RUNTIME_METRIC.loopDelayP99, delay.percentile(99));
    delay.reset();
  }

  #collections(into: RuntimeReading[]): void {
    const shared = this.#source?.collections;
    if (shared === undefined) return;
    const byType = new Map<number, Timings>();
    const { observedUs, unobservedUs } = takeCollections(shared, (type, durationUs) => {
      let histogram = byType.get(type);
      if (histogram === undefined) byType.set(type, (histogram = new Timings()));
      histogram.record(durationUs);
    });
    for (const [type, histogram] of byType) {
      const attributes = BY_GC_TYPE[type] ?? NONE;
      into.push({ name: RUNTIME_METRIC.gcDuration, kind: 'timings', attributes, histogram });
    }
    // Also without a collection: that there was none is a figure.
    if (observedUs > 0) into.push(seconds(RUNTIME_METRIC.gcObservedTime, observedUs));
    if (unobservedUs > 0) into.push(seconds(RUNTIME_METRIC.gcUnobservedTime, unobservedUs));
  }
}
