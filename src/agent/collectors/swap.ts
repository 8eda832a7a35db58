import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { numbersByName, readText } from './proc-text.js';
import type { Collector } from './types.js';

const KIB = 1024;

/** Swap space, and pages moved in and out. Nothing where there is no swap. */
export const swapCollector: Collector = {
  name: 'swap',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const kib = numbersByName(await readText(`${root}/proc/meminfo`));
    const total = kib.get('SwapTotal') ?? 0;
    if (total === 0) return;
    const free = kib.get('SwapFree') ?? 0;
    for (const [state, value] of Object.entries({ used: total - free, free })) {
      readings.state(HOST_METRIC.pagingUsage, 'By', value * KIB, { [ATTR.pagingState]: state });
    }
    const vmstat = await readText(`${root}/proc/vmstat`);
    for (const [direction, name] of [
      ['in', 'pswpin'],
      ['out', 'pswpout'],
    ] as const) {
      const pages = new RegExp(`^${name} (\\d+)$`, 'm').exec(vmstat)?.[1];
      if (pages === undefined) continue;
      readings.counter(HOST_METRIC.pagingOperations, '{operation}', Number(pages), {
        [ATTR.pagingDirection]: direction,
      });
    }
  },
};
