import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Segment } from './segment.js';
import { syncDir } from './sync-dir.js';

export const MIN_SEGMENT_BYTES = 16 * 1024;

/** Appends frames to the newest segment; knows the boot's sequence. */
export class SegmentWriter {
  private bootId = newBootId();
  private seq = 1;
  private recordsBefore = 0;
  private active: { segment: Segment; handle: FileHandle; maxBytes: number } | undefined;

  constructor(
    private readonly dir: string,
    /** Usual size of a segment: the unit in which a full spool drops. */
    private readonly segmentBytes: number,
    private nextId: number,
  ) {}

  get activeSegment(): Segment | undefined {
    return this.active?.segment;
  }

  /** The numbers the next frame has to carry. */
  get position(): { bootId: string; seq: number; recordsBefore: number } {
    return { bootId: this.bootId, seq: this.seq, recordsBefore: this.recordsBefore };
  }

  /** @returns the segment that the next `write` goes to; `fresh` when it was just created. */
  async ready(): Promise<{ segment: Segment; fresh: boolean }> {
    if (this.active !== undefined && this.active.segment.sizeBytes < this.active.maxBytes) {
      return { segment: this.active.segment, fresh: false };
    }
    await this.roll();
    const segment = new Segment(this.dir, {
      id: this.nextId,
      bootId: this.bootId,
      firstSeq: this.seq,
      recordsBefore: this.recordsBefore,
    });
    const handle = await open(segment.path, 'wx', 0o600);
    syncDir(this.dir);
    this.nextId += 1;
    this.active = { segment, handle, maxBytes: this.sizeForDisk() };
    return { segment, fresh: true };
  }

  /**
   * Writes frames behind one another and returns once they are on disk (fdatasync).
   * @throws what the file system said; nothing of the frames is left in the segment then.
   */
  async write(
    frames: readonly Buffer[],
    counts: readonly { records: number; waterfalls: number }[],
  ): Promise<void> {
    if (this.active === undefined) throw new Error('no segment is ready');
    const { segment, handle } = this.active;
    const bytes = Buffer.concat(frames);
    try {
      let done = 0;
      while (done < bytes.length) {
        const at = segment.sizeBytes + done;
        done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
      await handle.datasync();
    } catch (error) {
      await this.undo(segment, handle);
      throw error;
    }
    segment.sizeBytes += bytes.length;
    for (const count of counts) {
      segment.add(count);
      this.seq += 1;
      this.recordsBefore += count.records;
    }
  }

  /** The next frame starts a new segment. */
  async roll(): Promise<void> {
    const { active } = this;
    this.active = undefined;
    await active?.handle.close();
  }

  /** On a disk with little room left smaller segments, so that running full does not drop everything at once. */
  private sizeForDisk(): number {
    try {
      const { bavail, bsize } = statfsSync(this.dir);
      return Math.min(
        this.segmentBytes,
        Math.max(MIN_SEGMENT_BYTES, Math.floor((bavail * bsize) / 8)),
      );
    } catch {
      return this.segmentBytes;
    }
  }

  private async undo(segment: Segment, handle: FileHandle): Promise<void> {
    try {
      await handle.truncate(segment.sizeBytes);
    } catch {
      // The file may now end in frames whose numbers would be given away a second time: start a new sequence.
      await this.roll().catch(() => undefined);
      this.bootId = newBootId();
      this.seq = 1;
      this.recordsBefore = 0;
    }
  }
}

function newBootId(): string {
  return randomBytes(8).toString('hex');
}
