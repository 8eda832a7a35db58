import type { CollectorName } from '../../core/semconv.js';
import type { MonitoredProcesses } from './monitored.js';
import type { Readings } from './readings.js';

/** Where a collector looks. Tests point it at a tree of their own. */
export interface HostView {
  /** Prefix of `/proc`, `/sys`, `/etc`, `/var`; '' on a real host. */
  root: string;
  /** Space of the file system at a path, as fs.promises.statfs gives it. */
  statfs(path: string): Promise<FileSystemSpace>;
  /** Standard output of a program; rejects when it is missing, fails or takes too long. */
  run(file: string, args: readonly string[]): Promise<string>;
  monitored: MonitoredProcesses;
  /** Our own process id. */
  ownPid: number;
}

export interface FileSystemSpace {
  bsize: number;
  blocks: number;
  bfree: number;
  bavail: number;
}

/**
 * One kind of host health. `collect` may fail in any way: what it had read is thrown away, the failure counted,
 * and the next round tries again.
 */
export interface Collector {
  readonly name: CollectorName;
  /** Runs in every n-th round; the first one included. */
  readonly everyRounds: number;
  collect(view: HostView, readings: Readings): Promise<void>;
}
