import type { Attributes } from '../../protocol/types.js';
import { containerCollector } from './container.js';
import { cpuCollector } from './cpu.js';
import { disksCollector } from './disks.js';
import { fileSystemsCollector } from './file-systems.js';
import { createHardwareCollector } from './hardware.js';
import { loadCollector } from './load.js';
import { memoryCollector } from './memory.js';
import { networkCollector } from './network.js';
import { createNodeProcessesCollector } from './node-processes.js';
import { packagesCollector } from './packages.js';
import { processesCollector } from './processes.js';
import { swapCollector } from './swap.js';
import type { Collector } from './types.js';
import { uptimeCollector } from './uptime.js';

/**
 * @param host attributes of every resource of this host.
 * @param learned takes what `hardware` finds out. It runs first, so that already the first batch has it.
 */
export function createCollectors(
  host: Attributes,
  learned: (attributes: Attributes) => void,
): Collector[] {
  return [
    createHardwareCollector(learned),
    cpuCollector,
    loadCollector,
    memoryCollector,
    swapCollector,
    disksCollector,
    fileSystemsCollector,
    networkCollector,
    uptimeCollector,
    processesCollector,
    containerCollector,
    createNodeProcessesCollector(host),
    packagesCollector,
  ];
}
