import type { Range } from './api-types.js';

/**
 * Answers of GET /api/hosts and GET /api/hosts/:id. Bytes, seconds and shares (0 … 1), not µs: nothing here is a
 * duration of an operation. `null` always means: not measured in this range, or not on this host.
 */
export interface HostsAnswer {
  range: Range;
  /** By name. Only hosts whose agent delivered host health in the range. */
  hosts: HostRow[];
}

/** A figure over the range, from the buckets that have data. */
export interface HostFigure {
  /** Of the latest bucket with data. */
  last: number;
  average: number;
  /** The highest single measurement where the figure is one, else the highest bucket. */
  max: number;
}

export interface HostRow {
  id: string;
  /** host.name */
  name: string;
  /** `linux` */
  osType: string;
  /** `amd64` */
  arch: string;
  /** Version of the host agent. */
  agentVersion: string;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Logical processors. */
  cpus: number | null;
  /** Share of all processors' time that was not idle and not waiting for a disk. */
  cpuUtilization: HostFigure | null;
  /** Load average over one minute. */
  load: HostFigure | null;
  memoryUsedBytes: HostFigure | null;
  memoryTotalBytes: number | null;
  swapUsedBytes: HostFigure | null;
  swapTotalBytes: number | null;
  /** The file system with the largest used share. */
  fullestFileSystem: { mountpoint: string; usedShare: number } | null;
  diskBytesPerSecond: { read: HostFigure; write: HostFigure } | null;
  networkBytesPerSecond: { receive: HostFigure; transmit: HostFigure } | null;
  uptimeSeconds: number | null;
  /** Monitored services with processes on this host in the range, by name. `id` as in GET /api/services. */
  services: { id: string; name: string; environment: string; instances: number }[];
  /** Collectors of the agent, by name. */
  collectors: CollectorState[];
  /** CPU utilization over the range, oldest first, in equal steps as ServiceRow.sparkline; null = no data. */
  sparkline: (number | null)[];
}

/** One collector of the agent: what it costs and whether it works. */
export interface CollectorState {
  /** `cpu`, `memory`, … */
  name: string;
  /** Of the latest bucket with data: every run succeeded. */
  ok: boolean;
  runs: number;
  /** Runs of the range that failed. */
  failures: number;
  durationMs: HostFigure | null;
}

/**
 * One line of a chart. `values[i]` belongs to `timesMs[i]` of the answer; null = no data. Rates are averages over
 * the bucket, states are averages of what was measured in it.
 */
export interface HostLine {
  /** What the line is: a mode, a state, a direction, a load average. Never text from the host. */
  label: string;
  values: (number | null)[];
}

export interface HostAnswer {
  range: Range;
  host: HostRow;
  /** Starts of the buckets, all of the range up to now. */
  timesMs: number[];
  /** By mode (`user`, `system`, `iowait`, `steal`, …; idle included): share of all processors' time. */
  cpu: HostLine[];
  /** `1m`, `5m`, `15m` */
  load: HostLine[];
  /** Bytes by state: `used`, `free`, `cached`, `buffers`, … They add up to the total. */
  memory: HostLine[];
  /** Bytes: `used`, `free`. [] without swap. */
  swap: HostLine[];
  /** Pages per second: `in`, `out` of swap. */
  paging: HostLine[];
  disks: HostDisk[];
  fileSystems: HostFileSystem[];
  network: HostInterface[];
  /** Processes of monitored services, latest first, then by service. [] for ranges longer than minutes are answered for. */
  processes: HostProcess[];
  /** Limits of the control group in which the agent runs; null outside a container. */
  container: HostContainer | null;
  hardware: HostHardware;
  /** Installed applications, by name; [] until the agent has listed them. */
  packages: { name: string; version: string; source: 'dpkg' | 'rpm' | 'apk' }[];
  /** When they were listed last. */
  packagesSeenMs: number | null;
  /** Node processes found on the host, by service, then by id; those that do not run Retrace have no service. */
  nodeProcesses: { pid: number; nodeVersion: string; service: string | null }[];
}

export interface HostDisk {
  /** `sda`, `nvme0n1` */
  device: string;
  /** Bytes per second. */
  read: (number | null)[];
  write: (number | null)[];
  /** Operations per second. */
  readOperations: (number | null)[];
  writeOperations: (number | null)[];
  /** Share of the time in which the disk was working. */
  busy: (number | null)[];
}

export interface HostFileSystem {
  /** Ordinary system paths; other parts are `*`. */
  mountpoint: string;
  device: string;
  /** `ext4` */
  type: string;
  usedBytes: number | null;
  totalBytes: number | null;
  /** 0 … 1, as `df` counts it: of what users may have. */
  usedShare: number | null;
  used: (number | null)[];
}

export interface HostInterface {
  /** `eth0` */
  name: string;
  /** Bytes per second. */
  receive: (number | null)[];
  transmit: (number | null)[];
  /** In the range, both directions. */
  errors: number;
  dropped: number;
}

export interface HostProcess {
  pid: number;
  /** service.name */
  service: string;
  /** As in GET /api/services; null when that service is not known any more. */
  serviceId: string | null;
  lastSeenMs: number;
  /** Processors in use: 1 = one of them the whole time. */
  cpu: HostFigure | null;
  memoryBytes: HostFigure | null;
  cpuValues: (number | null)[];
  memoryValues: (number | null)[];
}

export interface HostContainer {
  /** Processors; null = no limit. */
  cpuLimit: number | null;
  memoryLimitBytes: number | null;
  memoryUsedBytes: (number | null)[];
  /** Processors in use. */
  cpuUsed: (number | null)[];
  /** Share of the time in which processes were held back because of the limit. */
  throttled: (number | null)[];
}

/** '' and null: the host does not say. */
export interface HostHardware {
  cpuModel: string;
  cpuVendor: string;
  logicalCpus: number | null;
  physicalCpus: number | null;
  memoryTotalBytes: number | null;
  /** `Debian GNU/Linux` */
  osName: string;
  /** `12` */
  osVersion: string;
  /** `6.1.0-18-amd64` */
  kernelVersion: string;
}
