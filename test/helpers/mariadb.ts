/** A private MariaDB from the machine's binaries, with the performance schema that a shared server has off. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const START_TIMEOUT_MS = 60_000;
const SERVERS = ['/usr/sbin/mariadbd', '/usr/libexec/mariadbd', '/usr/local/bin/mariadbd'];

export interface Mariadb {
  /** Runs statements with the command-line client; those that fail are passed over. @returns rows, tabs between columns. */
  run(sql: string): string;
  stop(): Promise<void>;
}

/** True when server and command-line client are installed. */
export function hasMariadb(): boolean {
  const client = spawnSync('mariadb', ['--version'], { stdio: 'ignore' });
  return client.status === 0 && SERVERS.some((file) => existsSync(file));
}

/** MariaDB refuses to run as root. */
function unprivileged(): { uid: number; gid: number; user: string } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['mysql', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g'), user };
    } catch {
      // Not on this system; try the next.
    }
  }
  throw new Error('MariaDB cannot run as root and this system has neither `mysql` nor `nobody`');
}

function whenReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`MariaDB did not start in ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    child.stderr?.on('data', (chunk: Buffer) => {
      if (output.length > 65_536) return;
      output += chunk.toString();
      if (output.includes('ready for connections')) {
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      reject(new Error(`MariaDB ended while starting: ${output.trim()}`));
    });
  });
}

/**
 * Starts a server without network and without grant tables in a folder of its own.
 * @throws Error when the binaries are not there.
 */
export async function startMariadb(): Promise<Mariadb> {
  const server = SERVERS.find((file) => existsSync(file));
  if (server === undefined) throw new Error('no mariadbd on this machine');
  const ids = unprivileged();
  const dir = mkdtempSync(path.join(tmpdir(), 'retrace-mariadb-'));
  const dataDir = path.join(dir, 'data');
  const socket = path.join(dir, 'server.sock');
  mkdirSync(dataDir);
  if (ids !== undefined) for (const each of [dir, dataDir]) chownSync(each, ids.uid, ids.gid);
  const child = spawn(
    server,
    [
      '--no-defaults',
      `--datadir=${dataDir}`,
      `--socket=${socket}`,
      `--pid-file=${path.join(dir, 'pid')}`,
      '--skip-networking',
      // No system tables are needed, and none are made: a fresh folder is enough.
      '--skip-grant-tables',
      '--skip-log-bin',
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
      '--performance-schema=ON',
      '--performance-schema-events-statements-history-long-size=10000',
      '--max-digest-length=8192',
      '--performance-schema-max-digest-length=8192',
      '--performance-schema-max-sql-text-length=4096',
    ],
    { ...(ids && { uid: ids.uid, gid: ids.gid }), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await closed;
      clearTimeout(timer);
    }
    rmSync(dir, { recursive: true, force: true });
  };
  const run = (sql: string): string =>
    spawnSync(
      'mariadb',
      ['--no-defaults', `--socket=${socket}`, '-N', '-B', '--force', '--comments'],
      { input: sql, encoding: 'utf8', maxBuffer: 64 << 20 },
    ).stdout;
  try {
    await whenReady(child);
    return { run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
