import { dirname, join } from 'node:path';
import { HOST_METRIC } from '../../core/semconv.js';
import { readText, readTextIfAny } from './proc-text.js';
import type { Collector } from './types.js';

interface Limits {
  /** undefined = no limit. */
  cpus: number | undefined;
  memoryBytes: number | undefined;
  cpuSeconds: number | undefined;
  usedBytes: number | undefined;
  throttledSeconds: number | undefined;
}

/** Version 1 says "no limit" with the largest number of whole pages. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Limits and use of the control group in which the agent runs. Nothing where no limit is set: no container. */
export const containerCollector: Collector = {
  name: 'container',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const groups = await readText(`${root}/proc/self/cgroup`);
    const limits = (await readVersion2(root, groups)) ?? (await readVersion1(root, groups));
    if (limits.cpus === undefined && limits.memoryBytes === undefined) return;
    if (limits.cpus !== undefined) {
      readings.gauge(HOST_METRIC.containerCpuLimit, '{cpu}', limits.cpus);
    }
    if (limits.memoryBytes !== undefined) {
      readings.gauge(HOST_METRIC.containerMemoryLimit, 'By', limits.memoryBytes);
    }
    if (limits.usedBytes !== undefined) {
      readings.state(HOST_METRIC.containerMemory, 'By', limits.usedBytes);
    }
    if (limits.cpuSeconds !== undefined) {
      readings.counter(HOST_METRIC.containerCpuTime, 's', limits.cpuSeconds);
    }
    if (limits.throttledSeconds !== undefined) {
      readings.counter(HOST_METRIC.containerThrottledTime, 's', limits.throttledSeconds);
    }
  },
};

/** @returns undefined where processes are limited by version 1 (also on hosts that mount both). */
async function readVersion2(root: string, groups: string): Promise<Limits | undefined> {
  const own = /^0::(.*)$/m.exec(groups)?.[1];
  const mount = `${root}/sys/fs/cgroup`;
  if (own === undefined || (await readTextIfAny(join(mount, 'cgroup.controllers'))) === undefined) {
    return undefined;
  }
  const dirs = await upwards(mount, own, 'cgroup.procs');
  const limits: Limits = {
    cpus: undefined,
    memoryBytes: undefined,
    cpuSeconds: undefined,
    usedBytes: undefined,
    throttledSeconds: undefined,
  };
  for (const dir of dirs) {
    const memory = await readTextIfAny(join(dir, 'memory.max'));
    limits.memoryBytes = smaller(limits.memoryBytes, numberOf(memory));
    const [quota, period] = ((await readTextIfAny(join(dir, 'cpu.max'))) ?? 'max').split(/\s+/);
    if (quota !== 'max') limits.cpus = smaller(limits.cpus, Number(quota) / Number(period));
  }
  const [nearest = mount] = dirs;
  const used = numberOf(await readTextIfAny(join(nearest, 'memory.current')));
  limits.usedBytes = without(
    used,
    await readTextIfAny(join(nearest, 'memory.stat')),
    'inactive_file',
  );
  const cpu = await readTextIfAny(join(nearest, 'cpu.stat'));
  limits.cpuSeconds = scaled(field(cpu, 'usage_usec'), 1e6);
  limits.throttledSeconds = scaled(field(cpu, 'throttled_usec'), 1e6);
  return limits;
}

async function readVersion1(root: string, groups: string): Promise<Limits> {
  const mount = `${root}/sys/fs/cgroup`;
  const dirsOf = (controller: string): Promise<string[]> => {
    const own = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(
      groups,
    )?.[1];
    return upwards(join(mount, controller), own ?? '/', 'cgroup.procs');
  };
  let memoryBytes: number | undefined;
  const memoryDirs = await dirsOf('memory');
  for (const dir of memoryDirs) {
    const limit = numberOf(await readTextIfAny(join(dir, 'memory.limit_in_bytes')));
    if (limit !== undefined && limit < NO_LIMIT_BYTES) memoryBytes = smaller(memoryBytes, limit);
  }
  let cpus: number | undefined;
  const cpuDirs = await dirsOf('cpu');
  for (const dir of cpuDirs) {
    const quota = numberOf(await readTextIfAny(join(dir, 'cpu.cfs_quota_us')));
    const period = numberOf(await readTextIfAny(join(dir, 'cpu.cfs_period_us')));
    if (quota !== undefined && quota > 0 && period) cpus = smaller(cpus, quota / period);
  }
  const [memoryDir = mount] = memoryDirs;
  const used = numberOf(await readTextIfAny(join(memoryDir, 'memory.usage_in_bytes')));
  const stat = await readTextIfAny(join(memoryDir, 'memory.stat'));
  const usage = await readTextIfAny(join((await dirsOf('cpuacct'))[0] ?? mount, 'cpuacct.usage'));
  const cpuStat = await readTextIfAny(join(cpuDirs[0] ?? mount, 'cpu.stat'));
  return {
    cpus,
    memoryBytes,
    cpuSeconds: scaled(numberOf(usage), 1e9),
    usedBytes: without(used, stat, 'total_inactive_file'),
    throttledSeconds: scaled(field(cpuStat, 'throttled_time'), 1e9),
  };
}

/**
 * The group's folder and those above it, nearest first: every one of them limits. Inside a container the path can be
 * the host's, of which only the mount's own folder is visible.
 */
async function upwards(mount: string, own: string, marker: string): Promise<string[]> {
  const dirs: string[] = [];
  // `..` appears when the group lies outside of what this process may see.
  for (let path = join('/', own); ; path = dirname(path)) {
    const dir = join(mount, path);
    if ((await readTextIfAny(join(dir, marker))) !== undefined) dirs.push(dir);
    if (path === '/') return dirs;
  }
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** undefined for `max` and for what is not there. */
function numberOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^-?\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

function field(text: string | undefined, name: string): number | undefined {
  return numberOf(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1]);
}

function scaled(value: number | undefined, divisor: number): number | undefined {
  return value === undefined ? undefined : value / divisor;
}

/** Memory without the file cache that the kernel would give back at once. */
function without(
  used: number | undefined,
  stat: string | undefined,
  name: string,
): number | undefined {
  return used === undefined ? undefined : Math.max(0, used - (field(stat, name) ?? 0));
}
