import {
  findMark,
  type FrameHeader,
  frameBytes,
  HEADER_BYTES,
  readHeader,
  readTrailer,
  TRAILER_BYTES,
  TRAILER_MAGIC_OFFSET,
} from './frame.js';

/** Position between two frames, with what the next frame must say if nothing is missing. */
export interface WalkPosition {
  offset: number;
  seq: number;
  recordsBefore: number;
}

export type Step =
  /** A frame whose header is good; its seal has not been looked at. */
  | { kind: 'frame'; header: FrameHeader; start: number; next: WalkPosition }
  /** Bytes that are no frame, followed by something readable; what was lost with them is known exactly. */
  | { kind: 'damage'; start: number; batches: number; records: number; next: WalkPosition }
  /** The last bytes are an incomplete frame: written when the process died, so never acknowledged. */
  | { kind: 'torn'; start: number }
  | { kind: 'end' };

/** Takes one step through the bytes of a segment; `bytes` starts at the segment's first byte. */
export function step(bytes: Buffer, at: WalkPosition): Step {
  const { offset } = at;
  if (offset >= bytes.length) return { kind: 'end' };
  const header = readHeader(bytes, offset);
  if (header !== undefined) {
    // A frame in the right place with an unexpected number: frames before it have vanished from the middle.
    if (header.seq > at.seq) return damageUpTo(at, offset, header.seq, header.recordsBefore);
    const end = offset + frameBytes(header.sealedBytes);
    if (end > bytes.length) return resyncOrTorn(bytes, at, offset + HEADER_BYTES);
    return {
      kind: 'frame',
      header,
      start: offset,
      next: {
        offset: end,
        seq: header.seq + 1,
        recordsBefore: header.recordsBefore + header.records,
      },
    };
  }
  return resyncOrTorn(bytes, at, offset + 1);
}

/** Searches for the next good mark: the trailer of a damaged frame, or the header of a later one. */
function resyncOrTorn(bytes: Buffer, at: WalkPosition, from: number): Step {
  for (let mark = findMark(bytes, from); mark !== undefined; mark = findMark(bytes, mark.at + 1)) {
    if (mark.kind === 'trailer') {
      const start = mark.at - TRAILER_MAGIC_OFFSET;
      const trailer = readTrailer(bytes, start);
      if (trailer !== undefined && trailer.seq >= at.seq) {
        const recordsBefore = trailer.recordsBefore + trailer.records;
        return damageUpTo(at, start + TRAILER_BYTES, trailer.seq + 1, recordsBefore);
      }
    } else {
      const header = readHeader(bytes, mark.at);
      if (header !== undefined && header.seq > at.seq) {
        return damageUpTo(at, mark.at, header.seq, header.recordsBefore);
      }
    }
  }
  return { kind: 'torn', start: at.offset };
}

function damageUpTo(at: WalkPosition, offset: number, seq: number, recordsBefore: number): Step {
  return {
    kind: 'damage',
    start: at.offset,
    batches: seq - at.seq,
    records: recordsBefore - at.recordsBefore,
    next: { offset, seq, recordsBefore },
  };
}
