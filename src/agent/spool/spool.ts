import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DROP_REASON } from '../../core/semconv.js';
import { MAX_BATCHES_TOGETHER, type Signal, TRACES_SOURCE_MARK } from '../../protocol/delivery.js';
import { encodeFrame, frameBytesFor } from './frame.js';
import { addCount, type Count, type LedgerState, LossLedger, NO_LOSSES } from './loss-ledger.js';
import { InDoubt } from './in-doubt.js';
import { GroupQueue, MAX_GROUP_BYTES } from './group-queue.js';
import { quarantine } from './quarantine.js';
import { SEEN_FILE_BYTES, SeenKeys } from './seen-keys.js';
import type { FoundBatch, Segment } from './segment.js';
import { MIN_SEGMENT_BYTES, SegmentWriter } from './segment-writer.js';
import { recoverSegments } from './recover.js';
import { SlotFile } from './slot-file.js';
import { loadSpoolKeys, type SpoolKeys } from './spool-key.js';
import { lockSpool } from './spool-lock.js';
import type { WalkPosition } from './walk.js';

/** Key, lock, state and the remembered batch keys; the segments get the rest of the bound. */
const FIXED_BYTES = SEEN_FILE_BYTES + 16 * 1024;
const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
const NO_KEY = Buffer.alloc(8);

export interface SpoolEntry {
  /** gzip(OTLP protobuf), already cleaned; metrics or traces. */
  payload: Buffer;
  /** Operations counted in it. */
  records: number;
  /** Metrics unless stated. */
  signal?: Signal;
  /** In a batch of traces. */
  waterfalls?: number;
  /** Hash of the sender's batch key; absent = never a duplicate. */
  keyHash?: Buffer;
  isLossReport?: boolean;
}

/** The oldest batches that are not delivered yet, one after the other without a gap. */
export interface SpooledBatches {
  /** `<agent id>:<boot id>:<seq>`, or `…:<first seq>-<last seq>`: numbers a batch has on every attempt, also after a restart. */
  batchKey: string;
  /** Under which the traces among them go, in a request of their own. */
  tracesBatchKey: string;
  /** One per batch, at least one. */
  payloads: Buffer[];
  /** What each payload is. */
  signals: Signal[];
  records: number;
  waterfalls: number;
  hasLossReport: boolean;
}

/** How many batches may be delivered together: at least one, whatever its bytes. */
export interface PeekLimits {
  batches: number;
  /** Of their payloads. */
  bytes: number;
}

export const ONE_BATCH: PeekLimits = { batches: 1, bytes: 0 };

export interface SpoolState extends LedgerState {
  /** seq 0 = the start of that segment, which may not exist yet. */
  cursor: WalkPosition & { segment: number };
  /** The segment whose file was to be deleted right after this was written; its batches are counted already. */
  removed?: number;
}

export interface SpoolTotals extends Count {
  bytes: number;
}

interface InFlight extends SpooledBatches {
  segment: Segment;
  next: WalkPosition;
}

/**
 * Encrypted, bounded queue of batches on disk.
 *
 * Fsync policy: `append` resolves after fdatasync; batches that arrive while one is running share the next. What was
 * acknowledged survives kill -9 and a power cut. The cursor is written after each delivery but synced only together
 * with a loss: a cursor that is behind means a batch is sent again under the same key, which the server ignores.
 */
export class Spool {
  readonly ledger: LossLedger;
  /** Called after batches were added. */
  onAppend: () => void = () => undefined;
  /** Called with each payload that is stored: the bytes that go out. */
  onPayload: (payload: Buffer, signal: Signal) => void = () => undefined;
  private cursor: SpoolState['cursor'];
  private readonly queue: GroupQueue<SpoolEntry>;
  private inFlight: InFlight | undefined;
  private readonly inDoubt = new InDoubt();
  private closed = false;

  private constructor(
    private readonly dir: string,
    private readonly limitBytes: number,
    readonly keys: SpoolKeys,
    private readonly state: SlotFile<SpoolState>,
    private readonly seen: SeenKeys,
    private readonly unlock: () => void,
    loaded: SpoolState,
    private readonly segments: Segment[],
    private readonly writer: SegmentWriter,
  ) {
    this.cursor = loaded.cursor;
    this.ledger = new LossLedger(structuredClone(loaded));
    this.queue = new GroupQueue(
      ({ payload }) => frameBytesFor(payload.length),
      Math.min(MAX_GROUP_BYTES, limitBytes),
      async (entries) => {
        await this.writeGroup(entries);
        this.onAppend();
      },
    );
  }

  /**
   * @param maxBytes bound of everything in the folder apart from `quarantine` (at most 512 KiB).
   * @throws SpoolHeldError, or what the file system says.
   */
  static open(dir: string, maxBytes: number): Spool {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const unlock = lockSpool(dir);
    try {
      const keys = loadSpoolKeys(dir);
      const { file, value } = SlotFile.open<SpoolState>(join(dir, 'state'));
      const state = value ?? {
        ...NO_LOSSES,
        cursor: { segment: 0, offset: 0, seq: 0, recordsBefore: 0 },
      };
      const seen = SeenKeys.open(join(dir, 'seen'));
      const { segments, nextId } = recoverSegments(dir, state, (key) => seen.add(key));
      const limitBytes = Math.max(MIN_SEGMENT_BYTES, maxBytes - FIXED_BYTES);
      const segmentBytes = Math.min(
        MAX_SEGMENT_BYTES,
        Math.max(MIN_SEGMENT_BYTES, limitBytes >> 3),
      );
      const writer = new SegmentWriter(dir, segmentBytes, nextId);
      const spool = new Spool(dir, limitBytes, keys, file, seen, unlock, state, segments, writer);
      // A report that is in no segment was never written, or went with its segment: say it again.
      if (!segments.some((segment) => segment.hasLossReport)) spool.ledger.reportLost();
      spool.doubtWhatMayBeSent();
      return spool;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** Whether a batch with this key was taken before. */
  hasSeen(keyHash: Buffer): boolean {
    return this.seen.has(keyHash);
  }

  totals(): SpoolTotals {
    const totals: SpoolTotals = { batches: 0, records: 0, bytes: 0 };
    for (const { remaining, sizeBytes } of this.segments) {
      addCount(totals, remaining);
      totals.bytes += sizeBytes;
    }
    return totals;
  }

  /** Resolves when the batch is on disk. @throws when it cannot be stored; the sender should keep it then. */
  append(entry: SpoolEntry): Promise<void> {
    if (this.closed) return Promise.reject(new Error('the spool is closed'));
    return this.queue.push(entry);
  }

  /**
   * The oldest undelivered batches; the same ones until they are settled or released. Damaged ones on the way are
   * counted and passed.
   */
  peek(limits: PeekLimits = ONE_BATCH): SpooledBatches | undefined {
    while (this.inFlight === undefined) {
      const segment = this.segments[0];
      if (segment === undefined) return undefined;
      if (this.cursor.segment !== segment.name.id || this.cursor.seq === 0) {
        this.cursor = { segment: segment.name.id, ...segment.start };
      }
      const found = segment.read(this.cursor, this.keys.sealKey);
      if (found.kind === 'batch') {
        this.inFlight = this.gather(segment, found, limits);
      } else if (found.kind === 'damage') {
        quarantine(this.dir, segment.name.id, this.cursor.offset, found.bytes);
        segment.take(found.lost);
        this.cursor = { segment: segment.name.id, ...found.next };
        this.ledger.lose(DROP_REASON.spoolCorrupt, found.lost);
        this.save(true);
      } else if (segment === this.writer.activeSegment) {
        return undefined;
      } else {
        this.finishSegment(segment);
      }
    }
    return this.inFlight;
  }

  /** The batch found and those that follow it in its segment, up to the first that cannot be read. */
  private gather(segment: Segment, first: FoundBatch, limits: PeekLimits): InFlight {
    const payloads = [first.payload];
    const signals = [first.signal];
    let { records, waterfalls, isLossReport: hasLossReport, next, seq: last } = first;
    let bytes = first.payload.length;
    while (payloads.length < limits.batches && bytes < limits.bytes) {
      const found = segment.read(next, this.keys.sealKey);
      // Numbers without a gap: the key names the first and the last of them.
      if (found.kind !== 'batch' || found.seq !== last + 1) break;
      bytes += found.payload.length;
      if (bytes > limits.bytes) break;
      payloads.push(found.payload);
      signals.push(found.signal);
      records += found.records;
      waterfalls += found.waterfalls;
      hasLossReport ||= found.isLossReport;
      next = found.next;
      last = found.seq;
    }
    const range = last === first.seq ? `${last}` : `${first.seq}-${last}`;
    const source = `${this.keys.agentId}:${segment.name.bootId}`;
    const batchKey = `${source}:${range}`;
    const tracesBatchKey = `${source}${TRACES_SOURCE_MARK}:${range}`;
    const found = { payloads, signals, records, waterfalls, hasLossReport };
    return { ...found, batchKey, tracesBatchKey, segment, next };
  }

  /**
   * The server has what `peek` gave.
   * @param refusedSpans that it did not take: their waterfalls count as lost.
   * @returns what it has taken.
   */
  commit(refusedSpans = 0): Count {
    let refused = 0;
    const count = this.settle((batches) => {
      if (batches.hasLossReport) this.ledger.reportCommitted();
      // A waterfall has at least one span, so this many at most.
      refused = Math.min(refusedSpans, batches.waterfalls);
      if (refused > 0) {
        this.ledger.lose(DROP_REASON.rejected, { batches: 0, records: 0, waterfalls: refused });
      }
      return refused > 0;
    });
    return refused === 0 ? count : { ...count, waterfalls: (count.waterfalls ?? 0) - refused };
  }

  /** The server will never take what `peek` gave. */
  reject(reason: string): Count {
    return this.settle(({ payloads, records, waterfalls, hasLossReport }) => {
      this.ledger.lose(reason, { batches: payloads.length, records, waterfalls });
      if (hasLossReport) this.ledger.reportLost();
      return true;
    });
  }

  /** The attempt to send what `peek` gave has failed, and the server may have it all the same. */
  release(): void {
    const { inFlight } = this;
    this.inFlight = undefined;
    if (inFlight !== undefined) this.inDoubt.add(inFlight.segment, inFlight.next.seq);
  }

  /** An earlier agent may have died between sending and noting the answer. */
  private doubtWhatMayBeSent(): void {
    const [segment] = this.segments;
    if (segment === undefined) return;
    const { segment: id, seq } = this.cursor;
    const nextSeq = id === segment.name.id && seq > 0 ? seq : segment.start.seq;
    this.inDoubt.add(segment, nextSeq + MAX_BATCHES_TOGETHER);
  }

  /** Counts what never came into the spool. Survives the end of this process, at once; a power cut, with the next sync. */
  lose(reason: string, count: Count): void {
    this.ledger.lose(reason, count);
    this.save(false);
  }

  /** Keeps the ledger's state over a crash. */
  saveLedger(): void {
    this.save(true);
  }

  /** Waits for writes under way, then frees files and lock. What is undelivered stays for the next agent. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.queue.idle();
    await this.writer.roll();
    for (const segment of this.segments) segment.close();
    this.save(true);
    this.seen.sync();
    this.seen.close();
    this.state.close();
    this.unlock();
  }

  private async writeGroup(entries: readonly SpoolEntry[]): Promise<void> {
    const bytes = entries.reduce((sum, { payload }) => sum + frameBytesFor(payload.length), 0);
    if (bytes > this.limitBytes) {
      // A single batch larger than the whole bound: no retry would ever fit it.
      const records = entries.reduce((sum, entry) => sum + entry.records, 0);
      const waterfalls = entries.reduce((sum, entry) => sum + (entry.waterfalls ?? 0), 0);
      this.ledger.lose(DROP_REASON.spoolFull, { batches: entries.length, records, waterfalls });
      if (entries.some(({ isLossReport }) => isLossReport === true)) this.ledger.reportLost();
      this.save(true);
      return;
    }
    while (this.totals().bytes + bytes > this.limitBytes) {
      if (!(await this.dropOldest())) throw new Error('the spool is full');
    }
    for (;;) {
      try {
        await this.writeOnce(entries);
        break;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
        if (!(await this.dropOldest())) throw error;
      }
    }
    for (const { keyHash, payload, signal = 'metrics' } of entries) {
      if (keyHash !== undefined) this.seen.add(keyHash);
      this.onPayload(payload, signal);
    }
  }

  private async writeOnce(entries: readonly SpoolEntry[]): Promise<void> {
    const { segment, fresh } = await this.writer.ready();
    if (fresh) this.segments.push(segment);
    const { bootId, ...position } = this.writer.position;
    const frames = entries.map((entry) => {
      const { payload, records, signal = 'metrics', waterfalls = 0, keyHash = NO_KEY } = entry;
      const isLossReport = entry.isLossReport === true;
      const fields = { ...position, records, signal, waterfalls, keyHash, isLossReport };
      position.seq += 1;
      position.recordsBefore += records;
      return encodeFrame(this.keys.sealKey, bootId, fields, payload);
    });
    await this.writer.write(
      frames,
      entries.map(({ records, waterfalls = 0 }) => ({ records, waterfalls })),
    );
    segment.hasLossReport ||= entries.some(({ isLossReport }) => isLossReport === true);
  }

  /**
   * Frees the space of the oldest segment and counts what was undelivered in it. A segment with a batch on its way
   * to the server is spared: nobody knows yet whether that one is lost. So is one with batches in doubt, unless it is
   * the last: an agent that takes nothing any more would lose more. @returns false when nothing can be dropped.
   */
  private async dropOldest(): Promise<boolean> {
    const spared = this.inFlight?.segment;
    const droppable = this.segments.filter((one) => one !== spared && one.sizeBytes > 0);
    const segment = droppable.find((one) => !this.inDoubt.has(one)) ?? droppable.at(0);
    if (segment === undefined) return false;
    if (segment === this.writer.activeSegment) {
      await this.writer.roll();
      // Meanwhile it may have been delivered to its end, or its next batch may have been sent off.
      if (!this.segments.includes(segment) || this.inFlight?.segment === segment) return true;
    }
    this.ledger.lose(DROP_REASON.spoolFull, { ...segment.remaining });
    this.remove(segment);
    return true;
  }

  /** Nothing is left to read in a segment that no longer grows. */
  private finishSegment(segment: Segment): void {
    // What was written but cannot be found any more, for example because the file was cut off.
    this.ledger.lose(DROP_REASON.spoolCorrupt, { ...segment.remaining });
    this.remove(segment);
  }

  /** State first: if the process dies in between, the next one deletes the file without counting it again. */
  private remove(segment: Segment): void {
    const { id } = segment.name;
    if (this.segments[0] === segment) {
      this.cursor = { segment: id + 1, offset: 0, seq: 0, recordsBefore: 0 };
    }
    this.segments.splice(this.segments.indexOf(segment), 1);
    this.inDoubt.gone(segment);
    this.giveUpReport(segment);
    this.seen.sync();
    this.state.save({ ...this.ledger.state, cursor: this.cursor, removed: id }, true);
    segment.delete();
  }

  private giveUpReport(segment: Segment): void {
    if (!segment.hasLossReport) return;
    segment.hasLossReport = false;
    this.ledger.reportLost();
  }

  private settle(decide: (batches: InFlight) => boolean): Count {
    const { inFlight } = this;
    if (inFlight === undefined) throw new Error('nothing is under way');
    this.inFlight = undefined;
    const { payloads, records, waterfalls } = inFlight;
    const count: Count = { batches: payloads.length, records };
    if (waterfalls > 0) count.waterfalls = waterfalls;
    const sync = decide(inFlight);
    inFlight.segment.take(count);
    if (inFlight.hasLossReport) inFlight.segment.hasLossReport = false;
    this.cursor = { segment: inFlight.segment.name.id, ...inFlight.next };
    this.inDoubt.answered(this.cursor.seq);
    this.save(sync);
    return count;
  }

  private save(sync: boolean): void {
    this.state.save({ ...this.ledger.state, cursor: this.cursor }, sync);
  }
}
