import { HOST_METRIC } from '../../core/semconv.js';
import { numbersOf, readText } from './proc-text.js';
import type { Collector } from './types.js';

export const loadCollector: Collector = {
  name: 'load',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const text = await readText(`${root}/proc/loadavg`);
    const [one, five, fifteen] = numbersOf(text, 3) as [number, number, number];
    readings.gauge(HOST_METRIC.load1, '{thread}', one);
    readings.gauge(HOST_METRIC.load5, '{thread}', five);
    readings.gauge(HOST_METRIC.load15, '{thread}', fifteen);
  },
};
