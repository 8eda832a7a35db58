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
 * Whether a process is Node: by its program where we may see it. Else by the name of its main thread, which Node calls
 * `node` or, from 22.14 on, `MainThread`; an app of another user that gave itself a title is then not recognized.
 * @returns its program, '' where we may not see it; undefined when it is not Node.
 */
export async function nodeProgramOf(root: string, pid: number): Promise<string | undefined> {
  try {
    const program = await readlink(`${root}/proc/${pid}/exe`);
    // A program that was updated under a running process.
    const name = basename(program.replace(/ \(deleted\)$/, ''));
    return /^node(?:js)?\d*$/.test(name) ? program : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    const name = (await readTextIfAny(`${root}/proc/${pid}/comm`))?.trim() ?? '';
    return ['node', 'nodejs', 'MainThread'].includes(name) ? '' : undefined;
  }
}
