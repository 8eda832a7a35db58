import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { numbersByName, readText } from './proc-text.js';
import type { Collector } from './types.js';

const KIB = 1024;

/** Main memory by state. `used` is what is in no other state, so that the states add up to the total. */
export const memoryCollector: Collector = {
  name: 'memory',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const kib = numbersByName(await readText(`${root}/proc/meminfo`));
    const total = kib.get('MemTotal');
    const free = kib.get('MemFree');
    if (total === undefined || free === undefined) throw new Error('no totals');
    const buffers = kib.get('Buffers') ?? 0;
    const cached = kib.get('Cached') ?? 0;
    const reclaimable = kib.get('SReclaimable') ?? 0;
    const used = Math.max(0, total - free - buffers - cached - reclaimable);
    const states = { used, free, buffers, cached, slab_reclaimable: reclaimable };
    for (const [state, value] of Object.entries(states)) {
      readings.state(HOST_METRIC.memoryUsage, 'By', value * KIB, { [ATTR.memoryState]: state });
    }
    readings.state(HOST_METRIC.memoryLimit, 'By', total * KIB);
    // Linux before 3.14 does not say it.
    const available = kib.get('MemAvailable') ?? free + buffers + cached;
    readings.state(HOST_METRIC.memoryAvailable, 'By', available * KIB);
  },
};
