import { ATTR, COMPONENT, DROP_REASON, KIND, METRIC, RESOURCE } from '../../core/semconv.js';
import type { Attributes, Metric, MetricsRequest, NumberPoint } from '../../protocol/types.js';
import type {
  GaugePoint,
  HostWrite,
  SeriesKind,
  SeriesPoint,
  ServiceWrite,
} from '../store/store.js';
import { counterPoint } from './counters.js';
import { HostTranslator, isHostMetric } from './host-series.js';
import { callerOf, integerOf, operationOf, outcomeOf, textOf } from './operations.js';
import { isRuntimeMetric, runtimeGauges } from './runtime-gauges.js';
import { AGENT_SERVICE, instanceOf, MAX_AHEAD_MS, serviceOf } from './senders.js';
import { timingsOf } from './timings.js';

const MINUTE_MS = 60_000;

/** Metrics of timings, by the report they belong to. */
const TIMING_KIND: Readonly<Record<string, SeriesKind>> = {
  [METRIC.serverDuration]: 'endpoint',
  [METRIC.queryDuration]: 'query',
  [METRIC.clientDuration]: 'call',
};

/** Place of a component's µs among an endpoint's facts. */
const COMPONENT_FACT: Readonly<Record<string, number>> = {
  [COMPONENT.database]: 0,
  [COMPONENT.webServices]: 1,
  [COMPONENT.ownCode]: 2,
};

export interface Translation {
  writes: ServiceWrite[];
  hosts: HostWrite[];
  /** Data points that could not be represented, for OTLP's partial success. */
  rejectedPoints: number;
}

export interface TranslateOptions {
  nowMs: number;
  /** Older points are refused: their buckets would be purged at once. */
  oldestMs: number;
}

/**
 * OTLP metrics → series of minutes. The request must have passed `cleanMetricsRequest`: nothing here
 * cleans. Points of unknown metrics are refused but are no loss; points of known ones that cannot be
 * represented are a loss and counted as such.
 */
export function translate(request: MetricsRequest, options: TranslateOptions): Translation {
  const result: Translation = { writes: [], hosts: [], rejectedPoints: 0 };
  let latestMs = 0;
  for (const { resource, scopeName, metrics } of request.resourceMetrics) {
    const translator = new ResourceTranslator(options, resource, scopeName);
    for (const metric of metrics) translator.metric(metric);
    const understood = translator.rejectedPoints === 0;
    const write = translator.finish(resource) ?? (understood ? presenceOf(resource) : undefined);
    if (write !== undefined) result.writes.push(write);
    if (write !== undefined) latestMs = Math.max(latestMs, write.seenMs);
    const host = translator.host.finish();
    if (host !== undefined) result.hosts.push(host);
    result.rejectedPoints += translator.rejectedPoints + translator.host.rejectedPoints;
  }
  for (const write of result.writes) {
    if (write.seenMs === 0) write.seenMs = latestMs || options.nowMs;
  }
  return result;
}

/**
 * A process that is named without series of its own: the agent added its windows up with those of its neighbours. A
 * sender of metrics that are unknown here is no service.
 */
function presenceOf(resource: Attributes): ServiceWrite | undefined {
  const named = [RESOURCE.serviceName, RESOURCE.serviceInstanceId].every(
    (name) => textOf(resource, name) !== '',
  );
  if (!named) return undefined;
  return {
    service: serviceOf(resource),
    version: textOf(resource, RESOURCE.serviceVersion),
    instance: instanceOf(resource),
    seenMs: 0,
    points: [],
  };
}

class ResourceTranslator {
  private readonly points: SeriesPoint[] = [];
  private readonly gauges: GaugePoint[] = [];
  private readonly unsupported = new Map<number, number>();
  private seenMs = 0;
  rejectedPoints = 0;
  readonly host: HostTranslator;

  constructor(
    private readonly options: TranslateOptions,
    resource: Attributes,
    /** What the agent measures of a process travels under that process's resource. */
    private readonly scopeName: string,
  ) {
    const timeOf = (timeUnixNano: bigint): number => this.timeOf(timeUnixNano);
    this.host = new HostTranslator(resource, timeOf, options.oldestMs);
  }

  metric(metric: Metric): void {
    const kind = TIMING_KIND[metric.name];
    if (kind !== undefined) this.timings(kind, metric);
    else if (this.scopeName !== AGENT_SERVICE && isRuntimeMetric(metric.name)) {
      this.ofProcess(metric);
    } else if (FACT_METRICS.has(metric.name)) this.facts(metric);
    else if (isHostMetric(metric.name)) this.host.metric(metric);
    else this.rejectedPoints += metric.points.length;
  }

  private timings(kind: SeriesKind, metric: Metric): void {
    if (metric.kind !== 'exponentialHistogram' && metric.kind !== 'histogram') {
      this.refuse(metric.points.length, this.options.nowMs);
      return;
    }
    for (const point of metric.points) {
      const minuteMs = this.minuteOf(point.timeUnixNano);
      const timings = metric.temporality === 'delta' ? timingsOf(metric, point) : undefined;
      if (timings === undefined || minuteMs < this.options.oldestMs) {
        this.refuse(1, this.options.nowMs);
        continue;
      }
      if (timings.isEmpty) continue;
      this.points.push({
        kind,
        operation: operationOf(kind, point.attributes),
        caller: kind === 'endpoint' ? undefined : callerOf(point.attributes),
        minuteMs,
        timings,
        outcome: outcomeOf(kind, point.attributes),
      });
    }
  }

  private ofProcess(metric: Metric): void {
    const gauges = runtimeGauges(metric, (time) => {
      const minuteMs = this.minuteOf(time);
      return minuteMs < this.options.oldestMs ? undefined : minuteMs;
    });
    if (gauges === undefined) this.refuse(metric.points.length, this.options.nowMs);
    else this.gauges.push(...gauges);
  }

  private facts(metric: Metric): void {
    const usable =
      (metric.kind === 'sum' && metric.temporality === 'delta') || metric.kind === 'gauge';
    if (!usable) {
      this.refuse(metric.points.length, this.options.nowMs);
      return;
    }
    for (const point of metric.points as readonly NumberPoint[]) {
      const minuteMs = this.minuteOf(point.timeUnixNano);
      const value = point.value;
      if (!(value >= 0) || minuteMs < this.options.oldestMs) {
        this.refuse(1, this.options.nowMs);
        continue;
      }
      if (value > 0) this.fact(metric.name, point.attributes, minuteMs, value);
    }
  }

  private fact(name: string, attributes: Attributes, minuteMs: number, value: number): void {
    const whole = Math.min(Number.MAX_SAFE_INTEGER, Math.round(value));
    if (name === METRIC.recorded || name === METRIC.dropped) {
      const kind = textOf(attributes, ATTR.retraceKind);
      const counter =
        name === METRIC.recorded
          ? { counter: 'recorded' as const, label: kind }
          : {
              counter:
                kind === KIND.waterfall ? ('dropped_waterfalls' as const) : ('dropped' as const),
              label: textOf(attributes, ATTR.retraceReason),
            };
      this.points.push(counterPoint(counter, minuteMs, whole));
      return;
    }
    if (name === METRIC.componentTime) {
      const place = COMPONENT_FACT[textOf(attributes, ATTR.retraceComponent)];
      if (place === undefined) {
        this.rejectedPoints += 1;
        return;
      }
      const facts = [0, 0, 0];
      facts[place] = Math.min(Number.MAX_SAFE_INTEGER, Math.round(value * 1e6));
      const operation = operationOf('endpoint', attributes);
      this.points.push({ kind: 'endpoint', operation, caller: undefined, minuteMs, facts });
      return;
    }
    this.points.push({
      kind: 'query',
      operation: operationOf('query', attributes),
      caller: callerOf(attributes),
      minuteMs,
      facts: [METRIC.repeatedRequests, METRIC.repeatedCalls, METRIC.repeatedMax].map((metric) =>
        metric === name ? whole : 0,
      ),
    });
  }

  /** The minute in which a window ended. Clocks far ahead, and senders without time, count as now. */
  private minuteOf(timeUnixNano: bigint): number {
    const timeMs = this.timeOf(timeUnixNano);
    return timeMs - (timeMs % MINUTE_MS);
  }

  private timeOf(timeUnixNano: bigint): number {
    const stated = Number(timeUnixNano / 1_000_000n);
    const { nowMs } = this.options;
    const timeMs = stated <= 0 || stated > nowMs + MAX_AHEAD_MS ? nowMs : stated;
    if (timeMs > this.seenMs) this.seenMs = timeMs;
    return timeMs;
  }

  private refuse(points: number, atMs: number): void {
    if (points === 0) return;
    this.rejectedPoints += points;
    const minuteMs = atMs - (atMs % MINUTE_MS);
    this.unsupported.set(minuteMs, (this.unsupported.get(minuteMs) ?? 0) + points);
  }

  finish(resource: Attributes): ServiceWrite | undefined {
    for (const [minuteMs, points] of this.unsupported) {
      this.points.push(
        counterPoint({ counter: 'dropped', label: DROP_REASON.unsupported }, minuteMs, points),
      );
    }
    const service = serviceOf(resource);
    // A sender of nothing but metrics unknown here is no service yet.
    if (this.points.length + this.gauges.length === 0 && !service.agent) return undefined;
    return {
      service,
      // Processes that were added up are named one by one beside it.
      instance:
        integerOf(resource, RESOURCE.retraceInstances) > 0 ? undefined : instanceOf(resource),
      version: textOf(resource, RESOURCE.serviceVersion),
      seenMs: this.seenMs || this.options.nowMs,
      points: this.points,
      ...(this.gauges.length > 0 && { gauges: this.gauges }),
    };
  }
}

const FACT_METRICS: ReadonlySet<string> = new Set([
  METRIC.componentTime,
  METRIC.repeatedRequests,
  METRIC.repeatedCalls,
  METRIC.repeatedMax,
  METRIC.recorded,
  METRIC.dropped,
]);
