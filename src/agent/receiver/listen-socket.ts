import { lstatSync, mkdirSync, type Stats, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import net from 'node:net';
import { dirname } from 'node:path';
import { ConfigError } from '../../config/types.js';

const VARIABLE = 'RETRACE_AGENT_SOCKET';
/** sun_path of unix(7) has 108 bytes with its terminating zero; macOS has 104. */
const MAX_PATH_BYTES = 103;
const PROBE_MS = 1_000;

/**
 * Makes the folder of the socket (0700), or checks one that exists: ours, and writable for nobody else. Whoever could
 * write there could put another socket in our place and read what runtimes send.
 *
 * @throws ConfigError
 */
export function prepareSocketDir(socketPath: string): void {
  const dir = dirname(socketPath);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  if (!stat.isDirectory()) throw refuse('its folder is not a directory');
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid) throw refuse('its folder belongs to another user');
  if ((stat.mode & 0o022) !== 0) throw refuse('its folder is writable for others');
}

/**
 * Listens on `socketPath` with mode 0660. A socket on which nobody answers, left by a process that died, is replaced;
 * one that answers, or a file that is no socket, never is.
 *
 * @throws ConfigError
 */
export async function listenOnSocket(server: Server, socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > MAX_PATH_BYTES) {
    throw refuse(`the path is longer than ${MAX_PATH_BYTES} bytes`);
  }
  prepareSocketDir(socketPath);
  const found = statOf(socketPath);
  if (found !== undefined) {
    if (!found.isSocket()) throw refuse('a file that is no socket stands there');
    if (await someoneAnswers(socketPath)) throw refuse('another agent answers there already');
    // Only the one that was asked: a faster contender may have put its own there meanwhile.
    if (statOf(socketPath)?.ino === found.ino) unlinkSync(socketPath);
  }
  // The mode must hold from the first moment on, so bind(2) itself has to apply it.
  const before = process.umask(0o117);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        reject(taken ? refuse('another agent answers there already') : error);
      });
      server.listen(socketPath, resolve);
      // Unix sockets bind within listen(); the umask is not needed any longer.
      process.umask(before);
    });
  } finally {
    process.umask(before);
  }
}

/** Whether a process accepts connections on the socket. */
export function someoneAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // Neither accepted nor refused: alive but busy. Taking its place would be the worse mistake.
    const timer = setTimeout(() => finish(true), PROBE_MS);
    socket.once('connect', () => finish(true));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      finish(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function refuse(why: string): ConfigError {
  return new ConfigError(VARIABLE, `${VARIABLE}: ${why}`);
}
