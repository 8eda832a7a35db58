import { RESOURCE } from '../../core/semconv.js';
import type { Attributes, MetricsRequest } from '../../protocol/types.js';

export interface MonitoredProcess {
  pid: number;
  /** As its runtime sends it, cleaned. */
  resource: Attributes;
  lastSeenMs: number;
}

/** A runtime that is silent for this long has ended: windows come every 10 s, and more rarely only by configuration. */
const FORGET_MS = 10 * 60_000;
const MAX_PROCESSES = 2_000;

/** The processes of this host whose runtimes deliver here, known from what they say of themselves. */
export class MonitoredProcesses {
  private readonly byPid = new Map<number, MonitoredProcess>();

  constructor(
    private readonly hostName: string,
    /** ms of a clock that nobody sets. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param request cleaned. */
  seen(request: MetricsRequest): void {
    for (const { resource } of request.resourceMetrics) {
      const pid = resource[RESOURCE.processPid];
      if (typeof pid !== 'number' || resource[RESOURCE.serviceName] === undefined) continue;
      // Another host's name: a container with process ids of its own.
      if (resource[RESOURCE.hostName] !== this.hostName) continue;
      const known = this.byPid.get(pid);
      if (known === undefined && this.byPid.size >= MAX_PROCESSES) continue;
      this.byPid.set(pid, { pid, resource, lastSeenMs: this.now() });
    }
  }

  /** Those that were heard of lately. */
  list(): MonitoredProcess[] {
    const from = this.now() - FORGET_MS;
    for (const [pid, { lastSeenMs }] of this.byPid) if (lastSeenMs < from) this.byPid.delete(pid);
    return [...this.byPid.values()];
  }

  get(pid: number): MonitoredProcess | undefined {
    return this.byPid.get(pid);
  }

  forget(pid: number): void {
    this.byPid.delete(pid);
  }
}
