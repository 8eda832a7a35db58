import type { Attributes, Metric, NumberPoint, ResourceMetrics } from '../../protocol/types.js';

/** When a round runs: epoch time for the points, a clock that nobody sets for the distances. */
export interface RoundTime {
  unixMs: number;
  monotonicMs: number;
}

interface CounterState {
  value: number;
  monotonicMs: number;
}

/** Values of counters at the collector's run before; what is not met again is forgotten. */
export class CounterMemory {
  private before = new Map<string, CounterState>();
  private now = new Map<string, CounterState>();

  /** @returns what was added since the run before, and for how long; undefined the first time and after a reset. */
  advance(
    key: string,
    value: number,
    monotonicMs: number,
  ): { delta: number; spanMs: number } | undefined {
    this.now.set(key, { value, monotonicMs });
    const known = this.before.get(key);
    // Smaller than before: the counter began anew, and nobody knows what it had reached.
    if (known === undefined || value < known.value) return undefined;
    return { delta: value - known.value, spanMs: monotonicMs - known.monotonicMs };
  }

  /** The run is over. */
  settle(): void {
    this.before = this.now;
    this.now = new Map();
  }

  /** The run failed: the next one goes on from what is known. */
  undo(): void {
    this.now = new Map();
  }
}

/** What one collector read in one run, as OTLP. */
export class Readings {
  private readonly groups = new Map<Attributes, Map<string, Metric>>();

  constructor(
    /** The host's resource; readings of a process name their own. */
    private readonly host: Attributes,
    private readonly time: RoundTime,
    private readonly counters: CounterMemory,
  ) {}

  gauge(name: string, unit: string, value: number, attributes: Attributes = {}): void {
    this.gaugeOf(this.host, name, unit, value, attributes);
  }

  gaugeOf(
    resource: Attributes,
    name: string,
    unit: string,
    value: number,
    attributes: Attributes = {},
  ): void {
    const metric = this.metric(resource, { name, unit, kind: 'gauge', points: [] });
    this.add(metric, value, attributes, 0);
  }

  /** A value that goes up and down and adds up over its attributes (OpenTelemetry's UpDownCounter). */
  state(name: string, unit: string, value: number, attributes: Attributes = {}): void {
    this.stateOf(this.host, name, unit, value, attributes);
  }

  stateOf(
    resource: Attributes,
    name: string,
    unit: string,
    value: number,
    attributes: Attributes = {},
  ): void {
    const metric = this.metric(resource, {
      name,
      unit,
      kind: 'sum',
      temporality: 'cumulative',
      monotonic: false,
      points: [],
    });
    this.add(metric, value, attributes, 0);
  }

  /** A counter of the kernel, since boot; travels as what was added since the run before. */
  counter(name: string, unit: string, total: number, attributes: Attributes = {}): void {
    this.counterOf(this.host, '', name, unit, total, attributes);
  }

  /** @param key tells the resource's counters from others'; changes when the counter begins anew. */
  counterOf(
    resource: Attributes,
    key: string,
    name: string,
    unit: string,
    total: number,
    attributes: Attributes = {},
  ): void {
    const id = `${key}\0${name}\0${Object.values(attributes).join('\0')}`;
    const step = this.counters.advance(id, total, this.time.monotonicMs);
    if (step === undefined) return;
    const metric = this.metric(resource, {
      name,
      unit,
      kind: 'sum',
      temporality: 'delta',
      monotonic: true,
      points: [],
    });
    this.add(metric, step.delta, attributes, step.spanMs);
  }

  get resourceMetrics(): { resource: Attributes; metrics: ResourceMetrics['metrics'] }[] {
    return [...this.groups].map(([resource, metrics]) => ({
      resource,
      metrics: [...metrics.values()],
    }));
  }

  private metric(resource: Attributes, fresh: Metric): Metric {
    let metrics = this.groups.get(resource);
    if (metrics === undefined) {
      metrics = new Map();
      this.groups.set(resource, metrics);
    }
    const known = metrics.get(fresh.name);
    if (known !== undefined) return known;
    metrics.set(fresh.name, fresh);
    return fresh;
  }

  private add(metric: Metric, value: number, attributes: Attributes, spanMs: number): void {
    if (!Number.isFinite(value)) throw new Error('a reading is no number');
    const { unixMs } = this.time;
    (metric.points as NumberPoint[]).push({
      startTimeUnixNano: spanMs === 0 ? 0n : BigInt(Math.round(unixMs - spanMs)) * 1_000_000n,
      timeUnixNano: BigInt(unixMs) * 1_000_000n,
      attributes,
      value,
      integer: Number.isSafeInteger(value),
    });
  }
}
