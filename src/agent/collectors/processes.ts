import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { numbersOf, readText, TICKS_PER_SECOND } from './proc-text.js';
import { nodeProgramOf, readProcess } from './process-files.js';
import type { Collector } from './types.js';

/** CPU, memory and age of each monitored process, under the resource that its runtime states. */
export const processesCollector: Collector = {
  name: 'processes',
  everyRounds: 1,
  collect: async (view, readings) => {
    const processes = view.monitored.list();
    if (processes.length === 0) return;
    const [hostSeconds] = numbersOf(await readText(`${view.root}/proc/uptime`), 1) as [number];
    for (const { pid, resource } of processes) {
      // Not Node: the process has ended and another has its number, or it lives among other numbers than we.
      const figures =
        (await nodeProgramOf(view.root, pid)) === undefined
          ? undefined
          : await readProcess(view.root, pid);
      if (figures === undefined) {
        view.monitored.forget(pid);
        continue;
      }
      const { userSeconds, systemSeconds, startTicks, memoryBytes } = figures;
      const key = `${pid}.${startTicks}`;
      for (const [mode, seconds] of [
        ['user', userSeconds],
        ['system', systemSeconds],
      ] as const) {
        readings.counterOf(resource, key, HOST_METRIC.processCpuTime, 's', seconds, {
          [ATTR.cpuMode]: mode,
        });
      }
      readings.stateOf(resource, HOST_METRIC.processMemory, 'By', memoryBytes);
      const age = Math.max(0, hostSeconds - startTicks / TICKS_PER_SECOND);
      readings.gaugeOf(resource, HOST_METRIC.processUptime, 's', age);
    }
  },
};
