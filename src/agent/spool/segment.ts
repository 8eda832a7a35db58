import { closeSync, fstatSync, openSync, readFileSync, readSync, unlinkSync } from 'node:fs';
import type { Signal } from '../../protocol/delivery.js';
import { frameBytes, HEADER_BYTES, openFrame, readHeader } from './frame.js';
import { addCount, type Count } from './loss-ledger.js';
import { type SegmentName, segmentPath } from './segment-file.js';
import { step, type WalkPosition } from './walk.js';

export interface FoundBatch {
  kind: 'batch';
  seq: number;
  records: number;
  waterfalls: number;
  signal: Signal;
  isLossReport: boolean;
  payload: Buffer;
  next: WalkPosition;
}

/** What lies at a position of a segment. */
export type Found =
  | FoundBatch
  | { kind: 'damage'; lost: Count; bytes: Buffer; next: WalkPosition }
  /** Nothing further that can be read: the end, or the torn end of a write that was never acknowledged. */
  | { kind: 'end' };

/** A segment file and what is still to be delivered of it. */
export class Segment {
  readonly path: string;
  /** Bytes that are on disk for certain; readers look no further. */
  sizeBytes = 0;
  readonly remaining: Count = { batches: 0, records: 0 };
  /** An undelivered report of the agent's own losses is in here. */
  hasLossReport = false;
  private fd: number | undefined;

  constructor(
    dir: string,
    readonly name: SegmentName,
  ) {
    this.path = segmentPath(dir, name);
  }

  get start(): WalkPosition {
    return { offset: 0, seq: this.name.firstSeq, recordsBefore: this.name.recordsBefore };
  }

  /**
   * Reads the headers of a segment left by an earlier agent and counts what follows `from`.
   * @param onKey gets the batch key hash of every frame, delivered or not.
   * @returns the position behind the last readable frame.
   */
  recover(from: WalkPosition, onKey: (keyHash: Buffer) => void): WalkPosition {
    const bytes = readFileSync(this.path);
    this.sizeBytes = bytes.length;
    let at = this.start;
    for (;;) {
      const found = step(bytes, at);
      if (found.kind === 'end' || found.kind === 'torn') return at;
      if (found.kind === 'frame') onKey(found.header.keyHash);
      if (found.start >= from.offset) {
        if (found.kind === 'frame') {
          this.add(found.header);
          this.hasLossReport ||= found.header.isLossReport;
        } else {
          this.remaining.batches += found.batches;
          this.remaining.records += found.records;
        }
      }
      at = found.next;
    }
  }

  add({ records, waterfalls }: { records: number; waterfalls: number }): void {
    addCount(this.remaining, { batches: 1, records, waterfalls });
  }

  take({ batches, records, waterfalls = 0 }: Count): void {
    addCount(this.remaining, { batches: -batches, records: -records, waterfalls: -waterfalls });
  }

  /** Reads, checks and opens what stands at `at`. */
  read(at: WalkPosition, key: Buffer): Found {
    if (at.offset >= this.sizeBytes) return { kind: 'end' };
    const frame = this.readFrame(at);
    const header = frame === undefined ? undefined : readHeader(frame, 0);
    if (frame === undefined || header === undefined) return this.readDamage(at);
    const { seq, records, recordsBefore, isLossReport, signal, waterfalls } = header;
    const next = {
      offset: at.offset + frame.length,
      seq: seq + 1,
      recordsBefore: recordsBefore + records,
    };
    const payload = openFrame(frame, key, this.name.bootId);
    if (payload === undefined) {
      return { kind: 'damage', lost: { batches: 1, records, waterfalls }, bytes: frame, next };
    }
    return { kind: 'batch', seq, records, waterfalls, signal, isLossReport, payload, next };
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  delete(): void {
    this.close();
    try {
      unlinkSync(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** @returns the frame at `at`, undefined unless its header is good, expected, and all of it is there. */
  private readFrame(at: WalkPosition): Buffer | undefined {
    const head = this.pread(at.offset, HEADER_BYTES);
    const header = readHeader(head, 0);
    if (header === undefined || header.seq !== at.seq) return undefined;
    const bytes = frameBytes(header.sealedBytes);
    if (at.offset + bytes > this.sizeBytes) return undefined;
    const frame = this.pread(at.offset, bytes);
    return frame.length === bytes ? frame : undefined;
  }

  private readDamage(at: WalkPosition): Found {
    const bytes = this.pread(0, this.sizeBytes);
    const found = step(bytes, at);
    if (found.kind !== 'damage') return { kind: 'end' };
    return {
      kind: 'damage',
      // Waterfalls in there are in `remaining` and counted with what is left of it at the segment's end.
      lost: { batches: found.batches, records: found.records },
      bytes: bytes.subarray(found.start, found.next.offset),
      next: found.next,
    };
  }

  private pread(offset: number, length: number): Buffer {
    this.fd ??= openSync(this.path, 'r');
    const available = Math.max(0, Math.min(length, fstatSync(this.fd).size - offset));
    const bytes = Buffer.alloc(available);
    const read = readSync(this.fd, bytes, 0, available, offset);
    return bytes.subarray(0, read);
  }
}
