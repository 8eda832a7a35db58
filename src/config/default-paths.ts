import { statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Where packages and containers put the agent's socket; used when the folder exists. */
const SHARED_SOCKET_DIR = '/var/run/retrace';
const SOCKET_NAME = 'agent.sock';

/**
 * The agent's Unix socket where RETRACE_AGENT_SOCKET does not say: runtime and agent must find the same
 * one without configuration. Below the temporary folder the user's id keeps users apart.
 */
export function defaultAgentSocket(): string {
  if (isDirectory(SHARED_SOCKET_DIR)) return join(SHARED_SOCKET_DIR, SOCKET_NAME);
  return join(tmpdir(), `retrace-${userId()}`, SOCKET_NAME);
}

/** The agent's spool where RETRACE_SPOOL_DIR does not say. */
export function defaultSpoolDir(socketPath: string): string {
  return join(dirname(socketPath), 'spool');
}

/** The server's data where RETRACE_DATA_DIR does not say. */
export function defaultDataDir(): string {
  return join(homedir(), '.retrace');
}

/** `path` made absolute, or `fallback()`. */
export function absolute(path: string | undefined, fallback: () => string): string {
  return path === undefined ? fallback() : resolve(path);
}

/** Whether somebody has put a socket there. */
export function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function userId(): string {
  const uid = process.getuid?.();
  if (uid !== undefined) return String(uid);
  try {
    return userInfo().username;
  } catch {
    // No entry for this user: happens in containers without a passwd file.
    return 'user';
  }
}
