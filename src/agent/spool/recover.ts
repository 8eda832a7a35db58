import { unlinkSync } from 'node:fs';
import { Segment } from './segment.js';
import { listSegments, segmentPath } from './segment-file.js';
import type { SpoolState } from './spool.js';

/**
 * Finds what earlier agents left: deletes segments that were done with, counts the rest.
 * @param onKey gets the batch key hash of every frame found.
 */
export function recoverSegments(
  dir: string,
  cursor: SpoolState['cursor'],
  onKey: (keyHash: Buffer) => void,
): { segments: Segment[]; nextId: number } {
  const names = listSegments(dir);
  const segments: Segment[] = [];
  names.forEach((name, i) => {
    if (name.id < cursor.segment) {
      unlinkSync(segmentPath(dir, name));
      return;
    }
    const segment = new Segment(dir, name);
    const from = name.id === cursor.segment ? cursor : segment.start;
    const end = segment.recover(from, onKey);
    // The next segment of the same boot says how far this one once went.
    const following = names[i + 1];
    if (following?.bootId === name.bootId && following.firstSeq > end.seq) {
      segment.remaining.batches += following.firstSeq - Math.max(end.seq, from.seq);
      segment.remaining.records +=
        following.recordsBefore - Math.max(end.recordsBefore, from.recordsBefore);
    }
    segments.push(segment);
  });
  const lastId = names.at(-1)?.id ?? 0;
  return { segments, nextId: Math.max(lastId + 1, cursor.segment, 1) };
}
