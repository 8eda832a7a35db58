import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCollectors } from '../../../src/agent/collectors/all-collectors.js';
import {
  collectRound,
  prepareCollectors,
  type RoundResult,
  type Running,
} from '../../../src/agent/collectors/collect-round.js';
import { MonitoredProcesses } from '../../../src/agent/collectors/monitored.js';
import type { Collector, HostView } from '../../../src/agent/collectors/types.js';
import { COLLECTORS, HOST_METRIC, RESOURCE } from '../../../src/core/semconv.js';
import type { Attributes, NumberPoint } from '../../../src/protocol/types.js';
import { cleanMetricsRequest } from '../../../src/signature/outgoing.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'retrace-host-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A process as /proc shows it; the name holds what a hostile app could set. */
function putProcess(pid: number, program: string, { name = 'node', ticks = [0, 0] } = {}): void {
  const [user, system] = ticks;
  put(`proc/${pid}/comm`, `${name}\n`);
  put(
    `proc/${pid}/stat`,
    `${pid} (${name}) ) S 1 1 1 0 -1 4194304 100 0 0 0 ${user} ${system} 0 0 20 0 11 0 5000 600000000 9 0\n`,
  );
  put(`proc/${pid}/status`, 'Name:\tnode\nVmPeak:\t  900 kB\nVmRSS:\t   2048 kB\n');
  put(`proc/${pid}/environ`, 'PASSWORD=kanari91827');
  put(`proc/${pid}/cmdline`, 'node\0--token=kanari91827');
  symlinkSync(program, join(root, `proc/${pid}/exe`));
}

function view(more: Partial<HostView> = {}): HostView {
  return {
    root,
    statfs: () => Promise.resolve({ bsize: 1024, blocks: 1000, bfree: 400, bavail: 300 }),
    run: () => Promise.reject(new Error('no such program')),
    monitored: new MonitoredProcesses('web-1'),
    ownPid: 1,
    ...more,
  };
}

/** One host under observation: rounds 15 s apart. */
class Observed {
  learned: Attributes = {};
  readonly running: Running[];
  private round = 0;

  constructor(only?: readonly string[], collectors?: Collector[]) {
    const all = collectors ?? createCollectors({}, (found) => (this.learned = found));
    this.running = prepareCollectors(
      only === undefined ? all : all.filter(({ name }) => only.includes(name)),
    );
  }

  async next(at: Partial<HostView> = {}): Promise<RoundResult> {
    const monotonicMs = 1_000_000 + this.round * 15_000;
    const time = { unixMs: 1_700_000_000_000 + monotonicMs, monotonicMs };
    const result = await collectRound(
      this.running,
      this.round,
      view(at),
      () => ({ ...this.learned }),
      () => time,
    );
    this.round += 1;
    return result;
  }
}

/** Points of a metric as `attributes = value` lines, sorted. */
function lines(result: RoundResult, name: string): string[] {
  return result.resourceMetrics
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => metric.name === name)
    .flatMap(({ points }) => points as NumberPoint[])
    .map(({ attributes, value }) => `${Object.values(attributes).join(' ')} = ${value}`.trim())
    .sort();
}

describe('collectors on a tree of their own', () => {
  it('reads processors, load, memory, swap and uptime', async () => {
    put('proc/stat', 'cpu  100 0 50 800 30 1 2 3 0 0\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 5\n');
    put('proc/loadavg', '0.50 1.25 2.00 3/400 1234\n');
    put(
      'proc/meminfo',
      `MemTotal: 1000 kB\nMemFree: 300 kB\nMemAvailable: 600 kB\nBuffers: 50 kB\nCached: 200 kB
SReclaimable: 30 kB\nSwapTotal: 500 kB\nSwapFree: 100 kB\n`,
    );
    put('proc/vmstat', 'pswpin 10\npswpout 20\n');
    put('proc/uptime', '86400.5 1000.0\n');
    const host = new Observed(['cpu', 'load', 'memory', 'swap', 'uptime']);
    const first = await host.next();
    expect(first.failed).toEqual([]);
    // A counter says nothing until there is a second look at it.
    expect(lines(first, HOST_METRIC.cpuTime)).toEqual([]);
    expect(lines(first, HOST_METRIC.cpuLogicalCount)).toEqual(['= 2']);
    expect(lines(first, HOST_METRIC.load5)).toEqual(['= 1.25']);
    const states = lines(first, HOST_METRIC.memoryUsage);
    expect(states).toContain(`used = ${420 * 1024}`);
    expect(states.reduce((sum, line) => sum + Number(line.split('= ')[1]), 0)).toBe(1000 * 1024);
    expect(lines(first, HOST_METRIC.pagingUsage)).toEqual([
      `free = ${100 * 1024}`,
      `used = ${400 * 1024}`,
    ]);
    expect(lines(first, HOST_METRIC.uptime)).toEqual(['= 86400.5']);

    put('proc/stat', 'cpu  400 0 50 2000 30 1 2 3 0 0\ncpu0 1\ncpu1 1\n');
    put('proc/vmstat', 'pswpin 10\npswpout 320\n');
    const second = await host.next();
    expect(lines(second, HOST_METRIC.cpuTime)).toContain('user = 3');
    expect(lines(second, HOST_METRIC.cpuTime)).toContain('idle = 12');
    expect(lines(second, HOST_METRIC.pagingOperations)).toEqual(['in = 0', 'out = 300']);
    const metric = second.resourceMetrics[0]?.metrics.find(
      ({ name }) => name === HOST_METRIC.cpuTime,
    );
    const [point] = metric?.points as NumberPoint[];
    expect(Number(point?.timeUnixNano) - Number(point?.startTimeUnixNano)).toBe(15e9);
  });

  it('leaves a counter out when it began anew, and goes on from there', async () => {
    const bytes = (received: number): void =>
      put(
        'proc/net/dev',
        `Inter-|   Receive\n face |bytes\n    lo: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0
  eth0:${received} 1 2 3 0 0 0 0 70 1 0 0 0 0 0 0\n`,
      );
    const host = new Observed(['network']);
    bytes(1000);
    await host.next();
    bytes(100);
    const reset = await host.next();
    expect(lines(reset, HOST_METRIC.networkIo)).toEqual(['eth0 transmit = 0']);
    bytes(250);
    expect(lines(await host.next(), HOST_METRIC.networkIo)).toEqual([
      'eth0 receive = 150',
      'eth0 transmit = 0',
    ]);
  });

  it('counts whole disks and each file system once, and masks what people named', async () => {
    put(
      'proc/diskstats',
      ` 8 0 sda 10 0 100 5 20 0 200 9 0 1000 0\n 8 1 sda1 1 0 1 1 1 0 1 1 0 1 1\n 253 0 dm-0 9 0 9 9 9 0 9 9 0 9 9\n`,
    );
    put(
      'proc/mounts',
      [
        '/dev/sda1 /etc/hosts ext4 rw 0 0',
        '/dev/sda1 / ext4 rw 0 0',
        'proc /proc proc rw 0 0',
        '/dev/mapper/kanari91827-data /mnt/jane\\040doe xfs rw 0 0',
        '/dev/sdb1 /var/lib/postgresql ext4 rw 0 0',
        'nas:/export /media nfs rw 0 0',
        'overlay /var/lib/docker/overlay2/91827/merged overlay rw 0 0',
      ].join('\n'),
    );
    const host = new Observed(['disks', 'file_systems']);
    await host.next();
    put('proc/diskstats', ` 8 0 sda 14 0 300 5 20 0 200 9 0 4000 0\n`);
    const asked: string[] = [];
    const second = await host.next({
      statfs: (path) => {
        asked.push(path.slice(root.length));
        return Promise.resolve({ bsize: 1024, blocks: 1000, bfree: 400, bavail: 300 });
      },
    });
    expect(lines(second, HOST_METRIC.diskIo)).toEqual(['sda read = 102400', 'sda write = 0']);
    expect(lines(second, HOST_METRIC.diskOperations)).toContain('sda read = 4');
    expect(asked.sort()).toEqual(['/', '/mnt/jane doe', '/var/lib/postgresql']);
    expect(lines(second, HOST_METRIC.filesystemUsage)).toEqual(
      [
        '* /mnt/* xfs free = 307200',
        '* /mnt/* xfs reserved = 102400',
        '* /mnt/* xfs used = 614400',
        'sda1 / ext4 free = 307200',
        'sda1 / ext4 reserved = 102400',
        'sda1 / ext4 used = 614400',
        'sdb1 /var/lib/postgresql ext4 free = 307200',
        'sdb1 /var/lib/postgresql ext4 reserved = 102400',
        'sdb1 /var/lib/postgresql ext4 used = 614400',
      ].sort(),
    );
  });

  it('tells processor, distribution and kernel, without labels of one’s own', async () => {
    const block = (id: number, core: number): string =>
      `processor : ${id}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz kanari91827\nphysical id\t: 0\ncore id\t\t: ${core}\n`;
    put('proc/cpuinfo', [block(0, 0), block(1, 0), block(2, 1)].join('\n'));
    put('etc/os-release', 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nHOME_URL="x"\n');
    put('proc/sys/kernel/osrelease', '6.1.0-18-kanari-amd64\n');
    const host = new Observed(['hardware']);
    const result = await host.next();
    expect(result.failed).toEqual([]);
    expect(host.learned).toEqual({
      [RESOURCE.hostCpuModelName]: 'Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz *',
      [RESOURCE.hostCpuVendorId]: 'GenuineIntel',
      [RESOURCE.osName]: 'Debian GNU/Linux',
      [RESOURCE.osVersion]: '12',
      [RESOURCE.osBuildId]: '6.1.0-18-*-amd64',
    });
    expect(result.resourceMetrics[0]?.resource).toEqual(host.learned);
    expect(lines(result, HOST_METRIC.cpuPhysicalCount)).toEqual(['= 2']);
  });

  it('finds the limits of a control group of version 2, also those above it', async () => {
    put('proc/self/cgroup', '0::/system.slice/app.service\n');
    put('sys/fs/cgroup/cgroup.controllers', 'cpu memory\n');
    const own = 'sys/fs/cgroup/system.slice/app.service';
    for (const dir of ['sys/fs/cgroup', 'sys/fs/cgroup/system.slice', own]) {
      put(`${dir}/cgroup.procs`, '');
    }
    put('sys/fs/cgroup/system.slice/memory.max', '1000000\n');
    put(`${own}/memory.max`, 'max\n');
    put(`${own}/cpu.max`, '150000 100000\n');
    put(`${own}/memory.current`, '900000\n');
    put(`${own}/memory.stat`, 'anon 5\ninactive_file 100000\n');
    put(`${own}/cpu.stat`, 'usage_usec 1000000\nnr_throttled 2\nthrottled_usec 500000\n');
    const host = new Observed(['container']);
    const first = await host.next();
    expect(lines(first, HOST_METRIC.containerCpuLimit)).toEqual(['= 1.5']);
    expect(lines(first, HOST_METRIC.containerMemoryLimit)).toEqual(['= 1000000']);
    expect(lines(first, HOST_METRIC.containerMemory)).toEqual(['= 800000']);
    put(`${own}/cpu.stat`, 'usage_usec 4000000\nnr_throttled 2\nthrottled_usec 2000000\n');
    const second = await host.next();
    expect(lines(second, HOST_METRIC.containerCpuTime)).toEqual(['= 3']);
    expect(lines(second, HOST_METRIC.containerThrottledTime)).toEqual(['= 1.5']);
  });

  it('finds those of version 1 where the container sees only its own folder, and none where there are none', async () => {
    put('proc/self/cgroup', '4:memory:/docker/91827\n2:cpu,cpuacct:/docker/91827\n0::/\n');
    for (const controller of ['memory', 'cpu', 'cpuacct']) {
      put(`sys/fs/cgroup/${controller}/cgroup.procs`, '');
    }
    put('sys/fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712\n');
    put('sys/fs/cgroup/memory/memory.usage_in_bytes', '5000\n');
    put('sys/fs/cgroup/memory/memory.stat', 'total_inactive_file 1000\n');
    put('sys/fs/cgroup/cpu/cpu.cfs_quota_us', '-1\n');
    put('sys/fs/cgroup/cpu/cpu.cfs_period_us', '100000\n');
    put('sys/fs/cgroup/cpu/cpu.stat', 'throttled_time 1000000000\n');
    put('sys/fs/cgroup/cpuacct/cpuacct.usage', '3000000000\n');
    const host = new Observed(['container']);
    const unlimited = await host.next();
    expect(unlimited.failed).toEqual([]);
    expect(lines(unlimited, HOST_METRIC.containerMemory)).toEqual([]);
    put('sys/fs/cgroup/memory/memory.limit_in_bytes', '8000\n');
    put('sys/fs/cgroup/cpu/cpu.cfs_quota_us', '50000\n');
    const limited = await host.next();
    expect(lines(limited, HOST_METRIC.containerCpuLimit)).toEqual(['= 0.5']);
    expect(lines(limited, HOST_METRIC.containerMemoryLimit)).toEqual(['= 8000']);
    expect(lines(limited, HOST_METRIC.containerMemory)).toEqual(['= 4000']);
    put('sys/fs/cgroup/cpuacct/cpuacct.usage', '5000000000\n');
    expect(lines(await host.next(), HOST_METRIC.containerCpuTime)).toEqual(['= 2']);
  });

  it('lists what is installed, once per version', async () => {
    put(
      'var/lib/dpkg/status',
      `Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u2\nDescription: kanari91827
 x\n\nPackage: openssl\nStatus: install ok installed\nArchitecture: i386\nVersion: 3.0.11-1~deb12u2\n
Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0\n
Package: jane doe\nStatus: install ok installed\nVersion: 1\n`,
    );
    put('lib/apk/db/installed', 'C:Q1\nP:musl\nV:1.2.4-r2\nT:text\n\nP:busybox\nV:1.36.1-r5\n');
    put('var/lib/rpm/rpmdb.sqlite', '');
    const run = (file: string, args: readonly string[]): Promise<string> => {
      expect([file, args[0]]).toEqual(['/usr/bin/rpm', '-qa']);
      return Promise.resolve('bash\t5.1.8-6.el9\n');
    };
    const host = new Observed(['packages']);
    expect(lines(await host.next({ run }), HOST_METRIC.package)).toEqual([
      'bash 5.1.8-6.el9 rpm = 1',
      'busybox 1.36.1-r5 apk = 1',
      'musl 1.2.4-r2 apk = 1',
      'openssl 3.0.11-1~deb12u2 dpkg = 1',
    ]);
    // Once a day: not in the next round.
    expect(lines(await host.next({ run }), HOST_METRIC.package)).toEqual([]);
  });

  it('follows monitored processes and finds other Node processes, by number and version only', async () => {
    put('proc/uptime', '100.00 1.0\n');
    putProcess(50, '/usr/local/bin/node', { name: 'node', ticks: [300, 100] });
    putProcess(51, '/home/jane/.nvm/versions/node/v22.4.1/bin/node', { name: 'MainThread' });
    putProcess(52, '/usr/bin/python3', { name: 'MainThread' });
    putProcess(53, '/opt/n/bin/node', { name: 'node' });
    put(
      'opt/n/include/node/node_version.h',
      '#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 9\n#define NODE_PATCH_VERSION 0\n',
    );
    const monitored = new MonitoredProcesses('web-1');
    const resource = (pid: number, hostName = 'web-1'): Attributes => ({
      [RESOURCE.serviceName]: 'shop',
      [RESOURCE.processPid]: pid,
      [RESOURCE.hostName]: hostName,
    });
    const seen = (one: Attributes): void =>
      monitored.seen({
        resourceMetrics: [{ resource: one, scopeName: '', scopeVersion: '', metrics: [] }],
      });
    seen(resource(50));
    // Ended, not Node, and of a container with another name.
    seen(resource(60));
    seen(resource(52));
    seen(resource(53, 'container-7'));
    const host = new Observed(['processes', 'node_processes']);
    const first = await host.next({ monitored });
    expect(first.failed).toEqual([]);
    const told = first.resourceMetrics.flatMap((group) =>
      group.metrics.some(({ name }) => name === HOST_METRIC.processUptime) ? [group.resource] : [],
    );
    expect(told).toEqual([
      resource(50),
      {
        [RESOURCE.processPid]: 51,
        [RESOURCE.processRuntimeName]: 'nodejs',
        [RESOURCE.processRuntimeVersion]: '22.4.1',
      },
      {
        [RESOURCE.processPid]: 53,
        [RESOURCE.processRuntimeName]: 'nodejs',
        [RESOURCE.processRuntimeVersion]: '20.9.0',
      },
    ]);
    expect(lines(first, HOST_METRIC.processMemory)).toEqual([`= ${2048 * 1024}`]);
    rmSync(join(root, 'proc/50'), { recursive: true });
    putProcess(50, '/usr/local/bin/node', { ticks: [750, 100] });
    const second = await host.next({ monitored });
    expect(lines(second, HOST_METRIC.processCpuTime)).toEqual(['system = 0', 'user = 4.5']);
    expect(monitored.list().map(({ pid }) => pid)).toEqual([50]);
    expect(
      JSON.stringify([first, second], (_, v: unknown) => (typeof v === 'bigint' ? '' : v)),
    ).not.toContain('kanari91827');
  });
});

describe('a collector that fails', () => {
  const good = (name: Collector['name']): Collector => ({
    name,
    everyRounds: 1,
    collect: async (_view, readings) => readings.gauge(HOST_METRIC.uptime, 's', 1),
  });

  it('is counted, takes nothing with it and is tried again', async () => {
    let broken = true;
    const bad: Collector = {
      name: 'disks',
      everyRounds: 1,
      collect: async (_view, readings) => {
        readings.gauge(HOST_METRIC.load1, '{thread}', 1);
        if (broken) throw new Error('secret words of the disk');
      },
    };
    const host = new Observed(undefined, [bad, good('uptime')]);
    const first = await host.next();
    expect(first.failed).toEqual(['disks']);
    expect(lines(first, HOST_METRIC.collectorSuccess)).toEqual(['disks = 0', 'uptime = 1']);
    expect(lines(first, HOST_METRIC.collectorDuration)).toHaveLength(2);
    expect(lines(first, HOST_METRIC.load1)).toEqual([]);
    expect(lines(first, HOST_METRIC.uptime)).toEqual(['= 1']);
    broken = false;
    expect(lines(await host.next(), HOST_METRIC.collectorSuccess)).toContain('disks = 1');
  });

  it('fails for every collector of an empty machine, and none of them is missing', async () => {
    const result = await new Observed().next();
    expect(lines(result, HOST_METRIC.collectorSuccess)).toHaveLength(COLLECTORS.length);
    expect(new Set(result.failed)).toEqual(
      new Set(COLLECTORS.filter((name) => !['packages', 'processes'].includes(name))),
    );
  });

  it('does not read garbage as numbers', async () => {
    put('proc/loadavg', 'a b c\n');
    put('proc/stat', 'cpu  x y z\n');
    expect((await new Observed(['load', 'cpu']).next()).failed.sort()).toEqual(['cpu', 'load']);
  });
});

describe.runIf(process.platform === 'linux')('on this machine', () => {
  it('every collector succeeds, and what they say passes the list of what may leave unchanged', async () => {
    const made = root;
    root = '';
    const { statfs } = await import('node:fs/promises');
    const host = new Observed();
    const live = { statfs: (path: string) => statfs(path) };
    await host.next(live);
    const result = await host.next(live);
    root = made;
    expect(result.failed).toEqual([]);
    for (const name of [HOST_METRIC.cpuTime, HOST_METRIC.memoryUsage, HOST_METRIC.uptime]) {
      expect(lines(result, name).length, name).toBeGreaterThan(0);
    }
    const request = {
      resourceMetrics: result.resourceMetrics.map((group) => ({
        ...group,
        scopeName: 'retrace',
        scopeVersion: '',
      })),
    };
    const cleaned = cleanMetricsRequest(request);
    expect(cleaned.droppedAttributes).toBe(0);
    expect(cleaned.request).toEqual(request);
  });
});
