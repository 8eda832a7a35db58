import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { numbersByName, readTextIfAny, TICKS_PER_SECOND } from './proc-text.js';

/** What /proc says of one process. Never its command line and never its environment. */
export interface ProcessFigures {
  userSeconds: number;
  systemSeconds: number;
  /** Ticks after boot; together with the id it names the process for good. */
  startTicks: number;
  memoryBytes: number;
}

/** undefined when the process is gone. proc(5), `/proc/[pid]/stat`. */
export async function readProcess(root: string, pid: number): Promise<ProcessFigures | undefined> {
  const stat = await readTextIfAny(`${root}/proc/${pid}/stat`);
  const status = await readTextIfAny(`${root}/proc/${pid}/status`);
  if (stat === undefined || status === undefined) return undefined;
  // The second field is the name in brackets and may hold anything, brackets included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]);
  return {
    userSeconds: at(14) / TICKS_PER_SECOND,
    systemSeconds: at(15) / TICKS_PER_SECOND,
    startTicks: at(22),
    memoryBytes: (numbersByName(status).get('VmRSS') ?? 0) * 1024,
  };
}

/**
 * Whether a process is Node: by its program where we may see it, else by the name of its main thread, which Node
 * calls `node` or, from 22.14 on, `MainThread`.
 * @returns its program, '' where we may not see it; undefined when it is not Node.
 */
export async function nodeProgramOf(root: string, pid: number): Promise<string | undefined> {
  const name = (await readTextIfAny(`${root}/proc/${pid}/comm`))?.trim();
  if (name === undefined) return undefined;
  // A title set by the app hides the name but not the program; without this look, every process would be asked.
  if (name !== 'node' && name !== 'nodejs' && name !== 'MainThread') return undefined;
  try {
    const program = await readlink(`${root}/proc/${pid}/exe`);
    return /^node(?:js)?(?:\d+)?$/.test(basename(program)) ? program : undefined;
  } catch {
    return '';
  }
}
