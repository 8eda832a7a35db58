import { COMPONENT, METRIC } from '../core/semconv.js';
import type { Histogram } from '../histogram/index.js';
import type { Attributes, ExponentialPoint, Metric, MetricsRequest } from '../protocol/types.js';
import { RECORD_KIND } from '../ring/layout.js';
import { type Account, emptyAccount, kindName, KINDS, LOST_KINDS } from './account.js';
import type { Aggregator, Series } from './aggregator.js';
import {
  componentAttributes,
  counterAttributes,
  repeatAttributes,
  seriesAttributes,
} from './attributes.js';
import type { Dictionary } from './dictionary.js';
import type { RuntimeReading } from './runtime-meter.js';

/** A message with some of a window's series, and what it states. */
export interface WindowPiece {
  readonly request: MetricsRequest;
  readonly account: Account;
}

export interface WindowInput {
  readonly aggregator: Aggregator;
  readonly dictionary: Dictionary;
  readonly resource: Attributes;
  readonly sdkVersion: string;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  /** `recorded` and `dropped` to state with this window; its `carried` is ignored. */
  readonly account: Account;
  /** Figures of the process itself; absent where it does not measure itself. */
  readonly readings?: readonly RuntimeReading[];
  /** Called after each series. */
  readonly step?: (() => void) | undefined;
}

/**
 * A window travels in parts of about this size, well under what a receiver accepts, so that no part is ever refused
 * for its size.
 */
export const PART_BYTES = 512 * 1024;
/** Rough bytes of a piece on the wire; in memory it takes several times as much. */
const PIECE_BYTES = 24 * 1024;
/** Rough bytes of a point besides its strings: times, sum, min, max, tags. */
const POINT_BYTES = 120;

/** Rough bytes of attributes on the wire. */
export function attributeBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) {
    const value = attributes[name];
    bytes += name.length + 8 + (typeof value === 'string' ? value.length : 8);
  }
  return bytes;
}

interface MetricShape {
  name: string;
  unit: string;
  /** `state`: a sum that goes up and down. */
  kind: 'exponentialHistogram' | 'sum' | 'integerSum' | 'gauge' | 'state';
}

const DURATION_NAME = {
  [RECORD_KIND.request]: METRIC.serverDuration,
  [RECORD_KIND.query]: METRIC.queryDuration,
  [RECORD_KIND.call]: METRIC.clientDuration,
} as const;

const COMPONENT_TIME: MetricShape = { name: METRIC.componentTime, unit: 's', kind: 'sum' };
const REPEATED_REQUESTS: MetricShape = {
  name: METRIC.repeatedRequests,
  unit: '{request}',
  kind: 'integerSum',
};
const REPEATED_CALLS: MetricShape = {
  name: METRIC.repeatedCalls,
  unit: '{call}',
  kind: 'integerSum',
};
const REPEATED_MAX: MetricShape = { name: METRIC.repeatedMax, unit: '{call}', kind: 'gauge' };
const RECORDED: MetricShape = { name: METRIC.recorded, unit: '{record}', kind: 'integerSum' };
const DROPPED: MetricShape = { name: METRIC.dropped, unit: '{record}', kind: 'integerSum' };

/** Turns the aggregator's window into small OTLP messages, each when it is asked for. Leaves the aggregator as it is. */
export function* buildWindow(input: WindowInput): Generator<WindowPiece, void> {
  const writer = new PieceWriter(input);
  writer.counters(input.account);
  for (const reading of input.readings ?? []) writer.reading(reading);
  for (const series of input.aggregator.liveSeries()) {
    writer.series(series);
    yield* writer.take();
    input.step?.();
  }
  for (const [endpointId, times] of input.aggregator.componentTimes()) {
    const of = (component: string): Attributes =>
      componentAttributes(endpointId, component, input.dictionary);
    writer.number(COMPONENT_TIME, of(COMPONENT.database), times.databaseUs / 1e6);
    writer.number(COMPONENT_TIME, of(COMPONENT.webServices), times.webServicesUs / 1e6);
    writer.number(COMPONENT_TIME, of(COMPONENT.ownCode), times.ownUs / 1e6);
    yield* writer.take();
  }
  for (const repeat of input.aggregator.repeats()) {
    const attributes = repeatAttributes(repeat, input.dictionary);
    writer.number(REPEATED_REQUESTS, attributes, repeat.requests);
    writer.number(REPEATED_CALLS, attributes, repeat.calls);
    writer.number(REPEATED_MAX, attributes, repeat.max);
    yield* writer.take();
  }
  writer.finish();
  yield* writer.take();
}

const NO_PIECES: readonly WindowPiece[] = [];

class PieceWriter {
  #pieces: WindowPiece[] = [];
  #metrics = new Map<string, Metric>();
  #account = emptyAccount();
  #bytes = 0;

  constructor(private readonly input: WindowInput) {}

  counters(account: Account): void {
    this.#account.recorded = { ...account.recorded };
    this.#account.dropped = new Map(account.dropped);
    for (const kind of KINDS) {
      const recorded = account.recorded[kind];
      if (recorded > 0) this.number(RECORDED, counterAttributes(kind, undefined), recorded);
    }
    for (const kind of LOST_KINDS) {
      for (const [reason, counts] of account.dropped) {
        if (counts[kind] > 0) this.number(DROPPED, counterAttributes(kind, reason), counts[kind]);
      }
    }
  }

  series(series: Series): void {
    series.attributes ??= seriesAttributes(series, this.input.dictionary);
    // Before it is written: that may end the part.
    this.#account.carried[kindName(series.kind)] += series.histogram.count;
    this.#timings(DURATION_NAME[series.kind], series.attributes, series.histogram);
  }

  number(shape: MetricShape, attributes: Attributes, value: number): void {
    this.#number(shape, attributes, value, shape.kind !== 'sum');
  }

  reading(reading: RuntimeReading): void {
    const { name, attributes } = reading;
    if (reading.kind === 'timings') {
      this.#timings(name, attributes, reading.histogram);
    } else {
      const { unit, kind, value, integer } = reading;
      this.#number({ name, unit, kind }, attributes, value, integer);
    }
  }

  #timings(name: string, attributes: Attributes, histogram: Histogram): void {
    const buckets = histogram.toExponential();
    const point: ExponentialPoint = {
      ...this.#times(),
      attributes,
      count: histogram.count,
      sum: histogram.sumUs / 1e6,
      scale: buckets.scale,
      zeroCount: 0,
      positiveOffset: buckets.offset,
      positiveCounts: buckets.counts,
      min: histogram.minUs / 1e6,
      max: histogram.maxUs / 1e6,
    };
    const metric = this.#metric({ name, unit: 's', kind: 'exponentialHistogram' });
    if (metric.kind !== 'exponentialHistogram') return;
    metric.points.push(point);
    this.#grow(attributes, 2 * buckets.counts.length);
  }

  #number(shape: MetricShape, attributes: Attributes, value: number, integer: boolean): void {
    const metric = this.#metric(shape);
    if (metric.kind !== 'sum' && metric.kind !== 'gauge') return;
    metric.points.push({ ...this.#times(), attributes, value, integer });
    this.#grow(attributes, 0);
  }

  /** Pieces that are complete, once. */
  take(): readonly WindowPiece[] {
    if (this.#pieces.length === 0) return NO_PIECES;
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  finish(): void {
    if (this.#metrics.size > 0) {
      const { resource, sdkVersion } = this.input;
      const metrics = [...this.#metrics.values()];
      this.#pieces.push({
        request: {
          resourceMetrics: [{ resource, scopeName: 'retrace', scopeVersion: sdkVersion, metrics }],
        },
        account: this.#account,
      });
      this.#metrics = new Map();
      this.#account = emptyAccount();
      this.#bytes = 0;
    }
  }

  #times(): { startTimeUnixNano: bigint; timeUnixNano: bigint } {
    return {
      startTimeUnixNano: this.input.startUnixNano,
      timeUnixNano: this.input.endUnixNano,
    };
  }

  #metric(shape: MetricShape): Metric {
    let metric = this.#metrics.get(shape.name);
    if (metric === undefined) {
      metric = emptyMetric(shape);
      this.#metrics.set(shape.name, metric);
    }
    return metric;
  }

  #grow(attributes: Attributes, more: number): void {
    this.#bytes += POINT_BYTES + more + attributeBytes(attributes);
    if (this.#bytes >= PIECE_BYTES) this.finish();
  }
}

function emptyMetric({ name, unit, kind }: MetricShape): Metric {
  if (kind === 'exponentialHistogram') {
    return { name, unit, kind, temporality: 'delta', points: [] };
  }
  if (kind === 'gauge') return { name, unit, kind, points: [] };
  if (kind === 'state') {
    // OpenTelemetry's UpDownCounter: its value now, since the start.
    return { name, unit, kind: 'sum', temporality: 'cumulative', monotonic: false, points: [] };
  }
  return { name, unit, kind: 'sum', temporality: 'delta', monotonic: true, points: [] };
}
