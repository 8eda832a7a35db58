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
  { cursor, removed }: Pick<SpoolState, 'cursor' | 'removed'>,
  onKey: (keyHash: Buffer) => void,
): { segments: Segment[]; nextId: number } {
  const names = listSegments(dir);
  const segments: Segment[] = [];
  names.forEach((name, i) => {
    if (name.id < cursor.segment || name.id === removed) {
      unlinkSync(segmentPath(dir, name));
      return;
    }
    const segment = new Segment(dir, name);
    const from = name.id === cursor.segment ? cursor : segment.start;
    const end = segment.recover(from, onKey);
    // The next segment of the same boot says how far this one once went.
    const following = names[i + 1];
    const adjacent = following?.id === name.id + 1 && following.bootId === name.bootId;
    if (adjacent && following.firstSeq > end.seq) {
      segment.remaining.batches += following.firstSeq - Math.max(end.seq, from.seq);
      segment.remaining.records +=
        following.recordsBefore - Math.max(end.recordsBefore, from.recordsBefore);
    }
    segments.push(segment);
  });
  const lastId = names.at(-1)?.id ?? 0;
  // No id twice: a crash before the next state is written would take the new file for the removed one.
  return { segments, nextId: Math.max(lastId, removed ?? 0, cursor.segment - 1, 0) + 1 };
}
