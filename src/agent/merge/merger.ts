import { RESOURCE } from '../../core/semconv.js';
import type { Attributes, AttributeValue, Metric, MetricsRequest } from '../../protocol/types.js';
import { isMergeable, MergedMetric, textOf } from './merge-points.js';

/** What tells processes of one service, version and environment on one host apart. */
const INSTANCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  RESOURCE.serviceInstanceId,
  RESOURCE.processPid,
]);

interface Scope {
  scopeName: string;
  scopeVersion: string;
}

/** Processes that differ in nothing but who they are. */
interface Group extends Scope {
  /** By their text. */
  instances: Map<string, { resource: Attributes; own: Map<string, Metric> }>;
  merged: Map<string, MergedMetric>;
}

/**
 * Adds the windows of the processes of this host up, one request after the other. What adds up travels once, under the
 * resource that the processes share and with their number; each process is still named, with what is its own. Nothing
 * is rounded and nothing lost: counts, sums, minima, maxima and buckets equal those of the requests sent one by one.
 */
export class Merger {
  private readonly groups = new Map<string, Group>();

  add(request: MetricsRequest): void {
    for (const { resource, scopeName, scopeVersion, metrics } of request.resourceMetrics) {
      const group = this.groupOf(resource, { scopeName, scopeVersion });
      const text = textOf(resource);
      let instance = group.instances.get(text);
      if (instance === undefined) {
        instance = { resource, own: new Map() };
        group.instances.set(text, instance);
      }
      for (const metric of metrics) {
        const key = `${metric.name} ${metric.unit} ${formOf(metric)}`;
        if (isMergeable(metric)) {
          let merged = group.merged.get(key);
          if (merged === undefined) {
            merged = new MergedMetric({ ...metric, points: [] });
            group.merged.set(key, merged);
          }
          merged.add(metric);
        } else {
          const known = instance.own.get(key);
          if (known === undefined) instance.own.set(key, copyOf(metric));
          else (known.points as unknown[]).push(...metric.points);
        }
      }
    }
  }

  finish(): MetricsRequest {
    const resourceMetrics: MetricsRequest['resourceMetrics'] = [];
    for (const { instances, merged, scopeName, scopeVersion } of this.groups.values()) {
      const scope = { scopeName, scopeVersion };
      const metrics = [...merged.values()].map((metric) => metric.finish());
      const [first] = instances.values();
      if (instances.size === 1 && first !== undefined) {
        const all = [...metrics, ...first.own.values()];
        resourceMetrics.push({ resource: first.resource, ...scope, metrics: all });
        continue;
      }
      const shared = sharedResource(first?.resource ?? {}, instances.size);
      if (metrics.length > 0) resourceMetrics.push({ resource: shared, ...scope, metrics });
      for (const { resource, own } of instances.values()) {
        resourceMetrics.push({ resource, ...scope, metrics: [...own.values()] });
      }
    }
    return { resourceMetrics };
  }

  private groupOf(resource: Attributes, scope: Scope): Group {
    const key = `${scope.scopeName} ${scope.scopeVersion}${textOf(withoutInstance(resource))}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { ...scope, instances: new Map(), merged: new Map() };
      this.groups.set(key, group);
    }
    return group;
  }
}

function withoutInstance(resource: Attributes): Attributes {
  const shared: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(resource)) {
    if (!INSTANCE_ATTRIBUTES.has(name)) shared[name] = value;
  }
  return shared;
}

function sharedResource(resource: Attributes, instances: number): Attributes {
  return { ...withoutInstance(resource), [RESOURCE.retraceInstances]: instances };
}

/** Points of another form are another metric, whatever the name. */
function formOf(metric: Metric): string {
  if (metric.kind === 'gauge') return metric.kind;
  const monotonic = metric.kind === 'sum' && metric.monotonic;
  return `${metric.kind} ${metric.temporality}${monotonic ? ' monotonic' : ''}`;
}

/** With an array of its own, so that the request handed in stays as it is. */
function copyOf(metric: Metric): Metric {
  return { ...metric, points: [...metric.points] } as Metric;
}
