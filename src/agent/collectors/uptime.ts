import { HOST_METRIC } from '../../core/semconv.js';
import { numbersOf, readText } from './proc-text.js';
import type { Collector } from './types.js';

export const uptimeCollector: Collector = {
  name: 'uptime',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const [seconds] = numbersOf(await readText(`${root}/proc/uptime`), 1) as [number];
    readings.gauge(HOST_METRIC.uptime, 's', seconds);
  },
};
