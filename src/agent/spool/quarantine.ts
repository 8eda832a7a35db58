import { mkdirSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Enough to see what happened to a disk, too little to matter for its space. Content stays encrypted. */
const MAX_FILES = 8;
const MAX_FILE_BYTES = 64 * 1024;

/** Keeps the first 64 KiB of damaged bytes for whoever wants to know why; never fails. */
export function quarantine(
  spoolDir: string,
  segmentId: number,
  offset: number,
  bytes: Uint8Array,
): void {
  if (bytes.length === 0) return;
  const dir = join(spoolDir, 'quarantine');
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const name = `${String(segmentId).padStart(12, '0')}-${String(offset).padStart(12, '0')}.bad`;
    writeFileSync(join(dir, name), bytes.subarray(0, MAX_FILE_BYTES), { mode: 0o600 });
    const files = readdirSync(dir).sort();
    for (const old of files.slice(0, Math.max(0, files.length - MAX_FILES))) {
      unlinkSync(join(dir, old));
    }
  } catch {
    // A full disk: the loss is counted all the same.
  }
}
