import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { numbersOf, readText, TICKS_PER_SECOND } from './proc-text.js';
import type { Collector } from './types.js';

/** Time of all processors by mode. proc(5), `/proc/stat`: guest time is part of user and nice already. */
export const cpuCollector: Collector = {
  name: 'cpu',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const lines = (await readText(`${root}/proc/stat`)).split('\n');
    const total = lines.find((line) => line.startsWith('cpu '));
    if (total === undefined) throw new Error('no line of all processors');
    const [user, nice, system, idle, iowait, irq, softirq, steal = 0] = numbersOf(
      total.slice(4),
      7,
    ) as [number, number, number, number, number, number, number, number?];
    const ticks = { user, nice, system, idle, iowait, interrupt: irq + softirq, steal };
    for (const [mode, value] of Object.entries(ticks)) {
      readings.counter(HOST_METRIC.cpuTime, 's', value / TICKS_PER_SECOND, {
        [ATTR.cpuMode]: mode,
      });
    }
    const count = lines.filter((line) => /^cpu\d/.test(line)).length;
    readings.state(HOST_METRIC.cpuLogicalCount, '{cpu}', count);
  },
};
