import { randomUUID } from 'node:crypto';
import { AGENT_SERVICE_NAME, ATTR, METRIC, RESOURCE, SDK_NAME } from '../core/semconv.js';
import type { Attributes, MetricsRequest } from '../protocol/types.js';
import type { Losses } from './spool/loss-ledger.js';

const instanceId = randomUUID();

/**
 * The agent's own losses as a batch: delta sums `retrace.dropped` by `retrace.reason`, under the resource
 * `service.name = retrace-agent`, which readers list as losses of this host and never as a service.
 */
export function lossReport(
  losses: Losses,
  sinceMs: number,
  nowMs: number,
  host: Attributes,
): MetricsRequest {
  const points = Object.entries(losses).map(([reason, { records }]) => ({
    startTimeUnixNano: BigInt(Math.min(sinceMs, nowMs)) * 1_000_000n,
    timeUnixNano: BigInt(nowMs) * 1_000_000n,
    attributes: { [ATTR.retraceReason]: reason },
    value: records,
    integer: true,
  }));
  return {
    resourceMetrics: [
      {
        resource: {
          ...host,
          [RESOURCE.serviceName]: AGENT_SERVICE_NAME,
          [RESOURCE.serviceInstanceId]: instanceId,
          [RESOURCE.telemetrySdkName]: SDK_NAME,
          [RESOURCE.telemetrySdkLanguage]: 'nodejs',
        },
        scopeName: AGENT_SERVICE_NAME,
        scopeVersion: '',
        metrics: [
          {
            name: METRIC.dropped,
            unit: '{record}',
            kind: 'sum',
            temporality: 'delta',
            monotonic: true,
            points,
          },
        ],
      },
    ],
  };
}
