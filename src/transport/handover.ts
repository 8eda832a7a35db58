import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { HANDOVER_DIR, handoverFileName, type Signal } from '../protocol/delivery.js';

/** Bounds of the folder, whoever wrote into it. Past them the oldest files make room. */
export const HANDOVER_MAX_FILES = 256;
export const HANDOVER_MAX_BYTES = 64 * 1024 * 1024;

/** What is handed over. */
export interface HandoverBatch {
  readonly sequence: number;
  readonly signal: Signal;
  readonly body: Uint8Array;
}

/**
 * Leaves undelivered batches as files beside the agent's socket, synchronously, in the last milliseconds of a
 * process. Each file is complete or absent (written aside, then renamed). Never throws.
 *
 * @returns how many batches were written.
 */
export function writeHandover(
  socketPath: string,
  instanceId: string,
  batches: readonly HandoverBatch[],
): number {
  let written = 0;
  try {
    if (batches.length === 0) return 0;
    const folder = trustedFolder(socketPath, HANDOVER_DIR);
    if (folder === undefined) return 0;
    makeRoom(folder, batches);
    const isAgents = lstatSync(folder).uid !== process.getuid?.();
    for (const batch of batches) {
      const path = join(folder, handoverFileName(instanceId, batch.sequence, batch.signal));
      writeFileSync(`${path}.tmp`, batch.body, { mode: 0o640 });
      // In the agent's folder, which reads it as a member of the folder's group: whatever the app's umask takes away.
      if (isAgents) chmodSync(`${path}.tmp`, 0o640);
      renameSync(`${path}.tmp`, path);
      written++;
    }
  } catch {
    // A full disk or a read-only folder: the process ends all the same, and without a word of ours.
  }
  return written;
}

/** Folder of that name beside the agent's socket, made if need be; undefined when it cannot be trusted. */
export function trustedFolder(socketPath: string, name: string): string | undefined {
  const folder = join(dirname(socketPath), name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isTrustedFolder(folder) ? folder : undefined;
}

/**
 * In a folder that everybody may write to (the default one lies below the system's temp folder) another user
 * could have put his own in our place. Trusted is a real folder, not a link, that nobody else may write to and
 * that belongs to us or to root; or to another account (the agent's) if only an administrator can have made it.
 */
export function isTrustedFolder(path: string): boolean {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return false;
  const uid = process.getuid?.();
  // No owners and modes to check (Windows): the folder's ACL is inherited from the user's profile.
  if (uid === undefined) return true;
  const OTHERS_WRITE = 0o002;
  if ((stat.mode & OTHERS_WRITE) !== 0) return false;
  if (stat.uid === uid || stat.uid === 0) return true;
  return (statSync(dirname(path)).mode & OTHERS_WRITE) === 0;
}

function makeRoom(folder: string, batches: readonly HandoverBatch[]): void {
  const incoming = batches.reduce((sum, batch) => sum + batch.body.byteLength, 0);
  const names = readdirSync(folder);
  const files = names.flatMap((name) => {
    try {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [{ name, size, mtimeMs }];
    } catch {
      // The agent has just taken it.
      return [];
    }
  });
  files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  let count = files.length + batches.length;
  let bytes = files.reduce((sum, file) => sum + file.size, incoming);
  for (const file of files) {
    if (count <= HANDOVER_MAX_FILES && bytes <= HANDOVER_MAX_BYTES) return;
    count--;
    bytes -= file.size;
    try {
      unlinkSync(join(folder, file.name));
    } catch {
      // As above.
    }
  }
}
