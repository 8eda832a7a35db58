import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import type { Attributes, Metric, MetricsRequest } from '../../protocol/types.js';
import { CounterMemory, Readings, type RoundTime } from './readings.js';
import type { Collector, HostView } from './types.js';

/** A collector that takes longer, for example on a disk that hangs, has failed; its late result is thrown away. */
const COLLECTOR_MS = 10_000;

/** Stands for the host's resource until the round is over: `hardware` learns parts of it on the way. */
const HOST: Attributes = {};

/** A collector with what it remembers between its runs. */
export interface Running {
  collector: Collector;
  counters: CounterMemory;
  /** A run that has not come back yet: until it does, each further one fails at once. */
  stuck: boolean;
}

export function prepareCollectors(collectors: readonly Collector[]): Running[] {
  return collectors.map((collector) => ({
    collector,
    counters: new CounterMemory(),
    stuck: false,
  }));
}

export interface RoundResult {
  resourceMetrics: { resource: Attributes; metrics: Metric[] }[];
  /** Collectors that ran and failed. */
  failed: string[];
}

/**
 * Runs, one after the other, the collectors whose turn it is. Each tells its own duration and whether it succeeded;
 * one that fails takes nothing with it.
 * @param host gives the resource of the host as it is known when the round is over.
 */
export async function collectRound(
  running: readonly Running[],
  round: number,
  view: HostView,
  host: () => Attributes,
  timeNow: () => RoundTime,
): Promise<RoundResult> {
  const taken: Readings[] = [];
  const outcomes: { name: string; seconds: number; ok: boolean }[] = [];
  for (const one of running) {
    const { collector, counters } = one;
    if (round % collector.everyRounds !== 0) continue;
    const readings = new Readings(HOST, timeNow(), counters);
    const startedMs = performance.now();
    const ok = await runOnce(one, view, readings);
    outcomes.push({ name: collector.name, seconds: (performance.now() - startedMs) / 1000, ok });
    if (ok) {
      counters.settle();
      taken.push(readings);
    } else {
      counters.undo();
    }
  }
  const own = new Readings(HOST, timeNow(), new CounterMemory());
  for (const { name, seconds, ok } of outcomes) {
    const attributes = { [ATTR.retraceCollector]: name };
    own.gauge(HOST_METRIC.collectorDuration, 's', seconds, attributes);
    own.gauge(HOST_METRIC.collectorSuccess, '1', ok ? 1 : 0, attributes);
  }
  return {
    resourceMetrics: byResource([...taken, own], host()),
    failed: outcomes.filter(({ ok }) => !ok).map(({ name }) => name),
  };
}

async function runOnce(one: Running, view: HostView, readings: Readings): Promise<boolean> {
  if (one.stuck) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), COLLECTOR_MS);
  });
  const run = one.collector.collect(view, readings).then(
    () => 'ok' as const,
    () => 'failed' as const,
  );
  const outcome = await Promise.race([run, late]);
  clearTimeout(timer);
  if (outcome === 'late') {
    one.stuck = true;
    void run.then(() => {
      one.stuck = false;
    });
  }
  return outcome === 'ok';
}

/** One entry per resource; the host's own first. */
function byResource(
  readings: readonly Readings[],
  host: Attributes,
): RoundResult['resourceMetrics'] {
  const groups = new Map<Attributes, { resource: Attributes; metrics: Metric[] }>();
  groups.set(HOST, { resource: host, metrics: [] });
  for (const { resourceMetrics } of readings) {
    for (const { resource, metrics } of resourceMetrics) {
      const group = groups.get(resource);
      if (group === undefined) groups.set(resource, { resource, metrics: [...metrics] });
      else group.metrics.push(...metrics);
    }
  }
  return [...groups.values()];
}

/** The round as a request of the agent. */
export function asRequest(result: RoundResult, scopeName: string): MetricsRequest {
  return {
    resourceMetrics: result.resourceMetrics.map((group) => ({
      ...group,
      scopeName,
      scopeVersion: '',
    })),
  };
}
