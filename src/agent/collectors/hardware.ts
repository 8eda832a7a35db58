import { HOST_METRIC, RESOURCE } from '../../core/semconv.js';
import type { Attributes } from '../../protocol/types.js';
import { cleanAttribute } from '../../signature/outgoing.js';
import { readText, readTextIfAny } from './proc-text.js';
import type { Collector } from './types.js';

/** ARM does not spell its name out. */
const IMPLEMENTERS: Readonly<Record<string, string>> = {
  '0x41': 'ARM',
  '0x61': 'Apple',
  '0xc0': 'Ampere',
};
/** Looked up every hour: the processor changes only with a restart, the system's version seldom. */
const LOOK_ROUNDS = 240;

/**
 * Processor, distribution and kernel: attributes of the host's resource rather than readings.
 * @param learned takes the cleaned attributes, which go with every batch of host health from then on.
 */
export function createHardwareCollector(learned: (attributes: Attributes) => void): Collector {
  let cores = 0;
  let roundsLeft = 0;
  return {
    name: 'hardware',
    everyRounds: 1,
    collect: async ({ root }, readings) => {
      if (roundsLeft > 0) {
        roundsLeft -= 1;
        if (cores > 0) readings.state(HOST_METRIC.cpuPhysicalCount, '{cpu}', cores);
        return;
      }
      const cpuinfo = await readText(`${root}/proc/cpuinfo`);
      const release =
        (await readTextIfAny(`${root}/etc/os-release`)) ??
        (await readTextIfAny(`${root}/usr/lib/os-release`)) ??
        '';
      const kernel = await readTextIfAny(`${root}/proc/sys/kernel/osrelease`);
      const implementer = cpuField(cpuinfo, 'CPU implementer');
      const raw: Record<string, string | undefined> = {
        [RESOURCE.hostCpuModelName]: cpuField(cpuinfo, 'model name') ?? cpuField(cpuinfo, 'Model'),
        [RESOURCE.hostCpuVendorId]:
          cpuField(cpuinfo, 'vendor_id') ?? IMPLEMENTERS[implementer ?? ''],
        [RESOURCE.osName]: releaseField(release, 'NAME'),
        [RESOURCE.osVersion]: releaseField(release, 'VERSION_ID'),
        [RESOURCE.osBuildId]: kernel?.trim(),
      };
      const attributes: Record<string, string> = {};
      for (const [name, value] of Object.entries(raw)) {
        const cleaned = value === undefined ? undefined : cleanAttribute(name, value);
        if (typeof cleaned === 'string' && cleaned !== '') attributes[name] = cleaned;
      }
      learned(attributes);
      cores = physicalCores(cpuinfo);
      roundsLeft = LOOK_ROUNDS - 1;
      if (cores > 0) readings.state(HOST_METRIC.cpuPhysicalCount, '{cpu}', cores);
    },
  };
}

function cpuField(cpuinfo: string, name: string): string | undefined {
  return new RegExp(`^${name}\\s*:[ \\t]*(.+)$`, 'm').exec(cpuinfo)?.[1]?.trim();
}

/** `NAME="Debian GNU/Linux"`; os-release(5). */
function releaseField(text: string, name: string): string | undefined {
  return new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2];
}

/** Pairs of socket and core; 0 where the kernel does not say (ARM). */
function physicalCores(cpuinfo: string): number {
  const cores = new Set<string>();
  for (const block of cpuinfo.split(/\n\s*\n/)) {
    const core = cpuField(block, 'core id');
    if (core !== undefined) cores.add(`${cpuField(block, 'physical id') ?? '0'}.${core}`);
  }
  return cores.size;
}
