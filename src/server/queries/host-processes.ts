import { HOST_METRIC } from '../../core/semconv.js';
import type { HostProcess } from '../api-hosts.js';
import type { HostRecord, TenantStore } from '../store/store.js';
import { figureOf, HostReadings } from './host-readings.js';
import type { AskedRange } from './range.js';

/** Cluster workers of a large machine; further ones are the oldest. */
const MAX_PROCESSES = 200;

/** Monitored processes of a host over time. Only minutes know single processes. */
export async function hostProcesses(
  store: TenantStore,
  host: HostRecord,
  range: AskedRange,
  nowMs: number,
): Promise<HostProcess[]> {
  if (range.bucketSeconds !== 60) return [];
  const readings = await HostReadings.load(store, host.id, 'process', range, nowMs);
  const serviceIds = new Map(
    (await store.services())
      .filter(({ agent }) => !agent)
      .map(({ name, publicId }) => [name, publicId]),
  );
  const keys = new Map<string, { pid: number; service: string; lastPlace: number }>();
  for (const { attributes, buckets } of readings.select(HOST_METRIC.processMemory)) {
    const pid = Number(attributes.pid);
    const service = String(attributes.service);
    const lastPlace = Math.max(...buckets.keys());
    keys.set(`${pid} ${service}`, { pid, service, lastPlace });
  }
  return [...keys.values()]
    .sort(
      (a, b) =>
        b.lastPlace - a.lastPlace || a.service.localeCompare(b.service, 'en') || a.pid - b.pid,
    )
    .slice(0, MAX_PROCESSES)
    .map(({ pid, service, lastPlace }) => {
      const having = { pid, service };
      const cpuValues = readings.rates(HOST_METRIC.processCpuTime, having);
      const memoryValues = readings.averages(HOST_METRIC.processMemory, having);
      return {
        pid,
        service,
        serviceId: serviceIds.get(service) ?? null,
        lastSeenMs: readings.timesMs[lastPlace] ?? host.lastSeenMs,
        cpu: figureOf(cpuValues),
        memoryBytes: figureOf(memoryValues, readings.highest(HOST_METRIC.processMemory, having)),
        cpuValues,
        memoryValues,
      };
    });
}
