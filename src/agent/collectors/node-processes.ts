import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HOST_METRIC, RESOURCE } from '../../core/semconv.js';
import type { Attributes } from '../../protocol/types.js';
import { numbersOf, readText, readTextIfAny, TICKS_PER_SECOND } from './proc-text.js';
import { nodeProgramOf, readProcess } from './process-files.js';
import type { Collector, HostView } from './types.js';

const MAX_NODE_PROCESSES = 500;
/** Looked at together: each look waits for its turn among Node's four threads for files. */
const AT_ONCE = 32;
/** Every minute: going through all processes is the most that we ask of /proc. */
const EVERY_ROUNDS = 4;

/**
 * Node processes that do not report to this agent: their number, age and the version of Node. Nothing else of them
 * is read, above all neither command line nor environment.
 */
export function createNodeProcessesCollector(host: Attributes): Collector {
  const versions = new Map<string, string>();
  return {
    name: 'node_processes',
    everyRounds: EVERY_ROUNDS,
    collect: async (view, readings) => {
      const [hostSeconds] = numbersOf(await readText(`${view.root}/proc/uptime`), 1) as [number];
      for (const { pid, program } of await nodeProcesses(view)) {
        const figures = await readProcess(view.root, pid);
        if (figures === undefined) continue;
        let version = versions.get(program);
        if (version === undefined) {
          version = await versionOf(view, program);
          versions.set(program, version);
        }
        const resource: Attributes = {
          ...host,
          [RESOURCE.processPid]: pid,
          [RESOURCE.processRuntimeName]: 'nodejs',
          ...(version !== '' && { [RESOURCE.processRuntimeVersion]: version }),
        };
        const age = Math.max(0, hostSeconds - figures.startTicks / TICKS_PER_SECOND);
        readings.gaugeOf(resource, HOST_METRIC.processUptime, 's', age);
      }
      if (versions.size > MAX_NODE_PROCESSES) versions.clear();
    },
  };
}

async function nodeProcesses(view: HostView): Promise<{ pid: number; program: string }[]> {
  const pids = (await readdir(`${view.root}/proc`))
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== view.ownPid)
    .filter((pid) => view.monitored.get(pid) === undefined);
  const found: { pid: number; program: string }[] = [];
  for (let first = 0; first < pids.length; first += AT_ONCE) {
    const some = pids.slice(first, first + AT_ONCE);
    const programs = await Promise.all(some.map((pid) => nodeProgramOf(view.root, pid)));
    programs.forEach((program, i) => {
      if (program !== undefined) found.push({ pid: some[i] as number, program });
    });
    if (found.length >= MAX_NODE_PROCESSES) break;
  }
  return found.slice(0, MAX_NODE_PROCESSES);
}

/** From the folder of a version manager, the headers beside the program, or the package. Nothing is started for it. */
async function versionOf(view: HostView, program: string): Promise<string> {
  if (program === '') return '';
  const named = /\/v?(\d{1,3}\.\d{1,4}\.\d{1,4})\/(?:installation\/)?bin\/node$/.exec(program);
  if (named !== null) return named[1] as string;
  const folder = dirname(dirname(program));
  const header = await readTextIfAny(
    join(`${view.root}${folder}`, 'include/node/node_version.h'),
  ).catch(() => undefined);
  if (header === undefined) return '';
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(header)?.[1],
  );
  return parts.includes(undefined) ? '' : parts.join('.');
}
