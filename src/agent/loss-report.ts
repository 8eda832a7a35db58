import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AGENT_SERVICE_NAME, ATTR, KIND, METRIC } from '../core/semconv.js';
import { encodeMetricsRequest } from '../protocol/index.js';
import type { Attributes, MetricsRequest, NumberPoint } from '../protocol/types.js';
import { ownResource } from './own-resource.js';
import type { Losses } from './spool/loss-ledger.js';
import type { Spool } from './spool/spool.js';

const compress = promisify(gzip);

/** Puts reports of the agent's own losses into the spool, one at a time. */
export class LossReporter {
  /** Reports written so far; they hold no operations. */
  readonly own = { batches: 0, records: 0 };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly spool: Spool,
    private readonly host: Attributes,
    private readonly onReport: (request: MetricsRequest) => void,
  ) {}

  start(everyMs: number, onProblem: () => void): void {
    this.timer = setInterval(() => void this.report().catch(onProblem), everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async report(): Promise<void> {
    const { spool } = this;
    const due = spool.ledger.startReport();
    if (due === undefined) return;
    const request = lossReport(due.losses, due.sinceMs, Date.now(), this.host);
    // Known as under way before it is in the spool: a crash in between brings its counts back at the next start.
    spool.saveLedger();
    try {
      const payload = await compress(encodeMetricsRequest(request));
      await spool.append({ payload, records: 0, isLossReport: true });
      this.own.batches += 1;
      this.onReport(request);
    } catch (error) {
      spool.ledger.reportLost();
      throw error;
    }
  }
}

/**
 * The agent's own losses as a batch: delta sums `retrace.dropped` by `retrace.reason`, those of waterfalls with their
 * `retrace.kind`, under the resource
 * `service.name = retrace-agent`, which readers list as losses of this host and never as a service.
 */
export function lossReport(
  losses: Losses,
  sinceMs: number,
  nowMs: number,
  host: Attributes,
): MetricsRequest {
  const point = (value: number, attributes: Attributes): NumberPoint => ({
    startTimeUnixNano: BigInt(Math.min(sinceMs, nowMs)) * 1_000_000n,
    timeUnixNano: BigInt(nowMs) * 1_000_000n,
    attributes,
    value,
    integer: true,
  });
  const points = Object.entries(losses).flatMap(([reason, { records, waterfalls = 0 }]) => {
    const attributes = { [ATTR.retraceReason]: reason };
    const ofWaterfalls = { ...attributes, [ATTR.retraceKind]: KIND.waterfall };
    const found = waterfalls > 0 ? [point(waterfalls, ofWaterfalls)] : [];
    // Of operations nobody knows the kind any more.
    return records > 0 || waterfalls === 0 ? [point(records, attributes), ...found] : found;
  });
  return {
    resourceMetrics: [
      {
        resource: ownResource(host),
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
