import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';

/** Creates the folder (mode 0700) where it is absent. */
export function ensurePrivateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
}

function writeTemporary(file: string, content: string, mode: number): string {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = openSync(temporary, 'wx', mode);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return temporary;
}

/** Writes the file whole or not at all, readable by its owner only. Replaces an existing one. */
export function writeSecretFile(file: string, content: string, mode = 0o600): void {
  renameSync(writeTemporary(file, content, mode), file);
}

/** As `writeSecretFile`, but leaves an existing file alone, even when two processes start at once. */
export function writeSecretFileOnce(file: string, content: string): void {
  const temporary = writeTemporary(file, content, 0o600);
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
