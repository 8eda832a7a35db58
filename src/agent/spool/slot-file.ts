import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32c } from './crc32c.js';

/** One slot: generation (8), length (4), CRC32C of generation, length and text (4), text. */
const SLOT_BYTES = 4096;
const TEXT_OFFSET = 16;

/**
 * A small JSON value that survives a crash at any moment and a full disk: two slots of a preallocated file are
 * written in turn, in place; the newest one with a right checksum counts. A torn write costs only the newest value.
 */
export class SlotFile<T> {
  private generation = 0;

  private constructor(private readonly fd: number) {}

  /** @returns the file and the newest value in it, undefined when there is none. */
  static open<T>(path: string): { file: SlotFile<T>; value: T | undefined } {
    const fd = openExisting(path) ?? openSync(path, 'w+', 0o600);
    if (fstatSync(fd).size < 2 * SLOT_BYTES) {
      writeSync(fd, Buffer.alloc(2 * SLOT_BYTES), 0, 2 * SLOT_BYTES, 0);
    }
    const file = new SlotFile<T>(fd);
    return { file, value: file.load() };
  }

  /** @param sync waits until the disk has it. @throws Error when the value does not fit a slot. */
  save(value: T, sync: boolean): void {
    const text = Buffer.from(JSON.stringify(value), 'utf8');
    if (text.length > SLOT_BYTES - TEXT_OFFSET) throw new Error('spool state does not fit');
    this.generation += 1;
    const slot = Buffer.alloc(SLOT_BYTES);
    slot.writeBigUInt64LE(BigInt(this.generation), 0);
    slot.writeUInt32LE(text.length, 8);
    text.copy(slot, TEXT_OFFSET);
    slot.writeUInt32LE(checksum(slot, text.length), 12);
    writeSync(this.fd, slot, 0, SLOT_BYTES, (this.generation % 2) * SLOT_BYTES);
    if (sync) fdatasyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }

  private load(): T | undefined {
    let newest: string | undefined;
    for (const index of [0, 1]) {
      const slot = Buffer.alloc(SLOT_BYTES);
      readSync(this.fd, slot, 0, SLOT_BYTES, index * SLOT_BYTES);
      const generation = Number(slot.readBigUInt64LE(0));
      const length = slot.readUInt32LE(8);
      if (generation <= this.generation || length > SLOT_BYTES - TEXT_OFFSET) continue;
      if (slot.readUInt32LE(12) !== checksum(slot, length)) continue;
      this.generation = generation;
      newest = slot.toString('utf8', TEXT_OFFSET, TEXT_OFFSET + length);
    }
    return newest === undefined ? undefined : (JSON.parse(newest) as T);
  }
}

function checksum(slot: Buffer, length: number): number {
  const text = slot.subarray(TEXT_OFFSET, TEXT_OFFSET + length);
  return crc32c(Buffer.concat([slot.subarray(0, 12), text]));
}

function openExisting(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
