import { closeSync, fsyncSync, openSync } from 'node:fs';

/** After a power cut a synced file is only there if its folder was synced too (fsync(2), notes). Never fails. */
export function syncDir(dir: string): void {
  try {
    const fd = openSync(dir, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows and some network file systems have no such call; kill -9 needs none.
  }
}
