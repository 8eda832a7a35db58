import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A segment is a file of frames of one boot, without a header of its own: what a reader must know even when bytes
 * inside are bad stands in its name: `<id>-<boot id>-<first seq>-<operations in the boot's earlier segments>.seg`
 */
export interface SegmentName {
  /** Ascending over the life of the spool, from 1. */
  id: number;
  /** 16 hex digits, random per start of an agent. */
  bootId: string;
  firstSeq: number;
  recordsBefore: number;
}

const NAME = /^(\d{12})-([0-9a-f]{16})-(\d+)-(\d+)\.seg$/;

export function segmentPath(dir: string, name: SegmentName): string {
  const id = String(name.id).padStart(12, '0');
  return join(dir, `${id}-${name.bootId}-${name.firstSeq}-${name.recordsBefore}.seg`);
}

/** Segments in `dir`, oldest first; other files are left alone. */
export function listSegments(dir: string): SegmentName[] {
  const found: SegmentName[] = [];
  for (const file of readdirSync(dir)) {
    const match = NAME.exec(file);
    if (match === null) continue;
    const [, id, bootId, firstSeq, recordsBefore] = match as unknown as [string, ...string[]];
    found.push({
      id: Number(id),
      bootId: bootId as string,
      firstSeq: Number(firstSeq),
      recordsBefore: Number(recordsBefore),
    });
  }
  return found.sort((a, b) => a.id - b.id);
}
