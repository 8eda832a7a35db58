import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

/** How often the holder shows life by touching the file, and from when on it counts as gone. */
const TOUCH_MS = 5_000;
const GONE_MS = 20_000;

interface Holder {
  pid: number;
  /** Start time of the process in clock ticks since boot: tells a reused pid from the holder. */
  startTicks: string;
  /** PID namespace: a holder in another container cannot be looked up, only its touches can be seen. */
  namespace: string;
  token: string;
}

/** Another live agent uses this spool. */
export class SpoolHeldError extends Error {
  constructor(readonly pid: number) {
    super(`another agent (pid ${pid}) uses this spool`);
    this.name = 'SpoolHeldError';
  }
}

/**
 * One agent per spool: a `lock` file that is created by link(2), which is atomic and fails when it exists. A lock
 * whose process is gone (kill -9) is taken over at once; one of another PID namespace once it is untouched for 20 s.
 *
 * @returns release function.
 * @throws SpoolHeldError
 */
export function lockSpool(dir: string): () => void {
  const path = join(dir, 'lock');
  const me: Holder = { ...identify(process.pid), token: randomBytes(8).toString('hex') };
  const mine = `${path}.${me.token}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600, flag: 'wx' });
  try {
    acquire(path, mine);
  } finally {
    unlinkSync(mine);
  }
  const timer = setInterval(() => touch(path), TOUCH_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    if (readHolder(path)?.token === me.token) unlinkSync(path);
  };
}

function acquire(path: string, mine: string): void {
  // Each round either gets the lock, meets a live holder, or clears one stale lock; two contenders need two rounds.
  for (let round = 0; round < 8; round++) {
    try {
      linkSync(mine, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder, path)) throw new SpoolHeldError(holder.pid);
    setAside(path, `${mine}.stale`, holder?.token);
  }
  throw new SpoolHeldError(0);
}

/** Moves a stale lock away; if a faster contender's fresh lock was caught instead, puts that back. */
function setAside(path: string, aside: string, token: string | undefined): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readHolder(aside)?.token !== token) linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(aside);
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    const { pid, startTicks, namespace, token } = value;
    if (typeof pid !== 'number' || typeof token !== 'string') return undefined;
    return { pid, startTicks: String(startTicks), namespace: String(namespace), token };
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder, path: string): boolean {
  const here = identify(holder.pid);
  if (holder.namespace === here.namespace) {
    if (!processExists(holder.pid)) return false;
    return holder.startTicks === here.startTicks;
  }
  try {
    return Date.now() - statSync(path).mtimeMs < GONE_MS;
  } catch {
    return false;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function identify(pid: number): Omit<Holder, 'token'> {
  return { pid, startTicks: startTicksOf(pid), namespace: namespaceHere() };
}

/** Field 22 of /proc/<pid>/stat (proc(5)); '' where there is no /proc. */
function startTicksOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) may hold anything, so fields are counted from its closing bracket.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function namespaceHere(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The folder was removed under us; the next write to the spool says so.
  }
}
