import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { KEY_HASH_BYTES } from './frame.js';

/**
 * Batch keys remembered: at 500 runtimes with 10 s windows the last 11 minutes. A duplicate follows its original
 * within seconds (a lost acknowledgement), so this is far past what is needed.
 */
const CAPACITY = 32_768;
const ENTRY_BYTES = 16;
export const SEEN_FILE_BYTES = CAPACITY * ENTRY_BYTES;

/**
 * The batch keys this spool has taken, across restarts: a preallocated ring of { counter (8), key hash (8) } that is
 * written in place after the batch itself is on disk and before it is acknowledged. What a crash leaves out is found
 * again in the headers of the segments.
 */
export class SeenKeys {
  private readonly keys = new Map<string, true>();
  private counter = 0;

  private constructor(private readonly fd: number) {}

  static open(path: string): SeenKeys {
    let fd: number;
    try {
      fd = openSync(path, 'r+');
    } catch {
      fd = openSync(path, 'w+', 0o600);
    }
    if (fstatSync(fd).size < SEEN_FILE_BYTES) {
      writeSync(fd, Buffer.alloc(SEEN_FILE_BYTES), 0, SEEN_FILE_BYTES, 0);
    }
    const seen = new SeenKeys(fd);
    seen.load();
    return seen;
  }

  has(keyHash: Buffer): boolean {
    return this.keys.has(keyHash.toString('latin1'));
  }

  add(keyHash: Buffer): void {
    if (this.has(keyHash)) return;
    this.counter += 1;
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeBigUInt64LE(BigInt(this.counter), 0);
    keyHash.copy(entry, 8, 0, KEY_HASH_BYTES);
    writeSync(this.fd, entry, 0, ENTRY_BYTES, (this.counter % CAPACITY) * ENTRY_BYTES);
    this.remember(keyHash);
  }

  /** Before a segment is deleted: from then on only this file knows the keys of its frames. */
  sync(): void {
    fdatasyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }

  private load(): void {
    const file = Buffer.alloc(SEEN_FILE_BYTES);
    readSync(this.fd, file, 0, SEEN_FILE_BYTES, 0);
    const entries: { counter: number; hash: Buffer }[] = [];
    for (let at = 0; at < SEEN_FILE_BYTES; at += ENTRY_BYTES) {
      // As two halves: a BigInt for each of 32,768 entries would take most of the time of a start.
      const counter = file.readUInt32LE(at) + file.readUInt32LE(at + 4) * 2 ** 32;
      if (counter === 0 || !Number.isSafeInteger(counter)) continue;
      entries.push({ counter, hash: file.subarray(at + 8, at + 16) });
    }
    entries.sort((a, b) => a.counter - b.counter);
    for (const entry of entries) this.remember(entry.hash);
    this.counter = entries.at(-1)?.counter ?? 0;
  }

  private remember(keyHash: Buffer): void {
    this.keys.set(keyHash.toString('latin1'), true);
    if (this.keys.size <= CAPACITY) return;
    const oldest = this.keys.keys().next();
    if (oldest.done !== true) this.keys.delete(oldest.value);
  }
}
