import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Signal } from '../../protocol/delivery.js';
import { crc32c } from './crc32c.js';

/**
 * One spooled batch on disk. Integers are little-endian; `seq` and the record counts fit 2^53.
 *
 *   header    0  4  "RTF1"
 *             4  4  sealed length (ciphertext + 16 bytes of tag)
 *             8  8  seq            position in this boot's sequence, from 1
 *            16  8  records        operations in the batch
 *            24  8  recordsBefore  operations in this boot's earlier frames
 *            32  8  key hash       keyed hash of the sender's batch key; zeros = none
 *            40  1  flags          bit 0: a report of the agent's own losses; bit 1: traces, not metrics
 *            41  1  zero
 *            42  2  waterfalls     slow requests in a batch of traces
 *            44  4  CRC32C of bytes 0 … 43
 *   body     48 12  nonce, random
 *            60  n  sealed         AES-256-GCM(gzip(OTLP)), header and boot id authenticated along
 *   trailer   0  4  CRC32C of the body
 *             4  4  "RTE1"
 *             8  8  seq
 *            16  8  records
 *            24  8  recordsBefore
 *            32  4  CRC32C of trailer bytes 0 … 31
 *
 * Counts stand in the clear, outside the seal, and twice: whatever single byte goes bad, the reader can still say
 * exactly how many operations were lost with it, and where the next frame begins. Waterfalls, which are no operations,
 * stand once; the agent that wrote the frame knows their number all the same (Segment.remaining).
 */
export const HEADER_BYTES = 48;
export const TRAILER_BYTES = 36;
/** Where in a trailer its magic stands. */
export const TRAILER_MAGIC_OFFSET = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_MAGIC = Buffer.from('RTF1', 'latin1');
const TAIL_MAGIC = Buffer.from('RTE1', 'latin1');
export const KEY_HASH_BYTES = 8;
const FLAG_LOSS_REPORT = 1;
const FLAG_TRACES = 2;
const MAX_WATERFALLS = 0xffff;

export interface FrameHeader {
  sealedBytes: number;
  seq: number;
  records: number;
  recordsBefore: number;
  /** 8 bytes. */
  keyHash: Buffer;
  isLossReport: boolean;
  signal: Signal;
  /** At most 65,535. */
  waterfalls: number;
}

export interface FrameTrailer {
  bodyCrc: number;
  seq: number;
  records: number;
  recordsBefore: number;
}

/** Bytes of a whole frame around `sealedBytes`. */
export function frameBytes(sealedBytes: number): number {
  return HEADER_BYTES + NONCE_BYTES + sealedBytes + TRAILER_BYTES;
}

/** Bytes a payload of `payloadBytes` will take on disk. */
export function frameBytesFor(payloadBytes: number): number {
  return frameBytes(payloadBytes + TAG_BYTES);
}

/** @param key 32 bytes; @param bootId authenticated along, so that a frame cannot be moved to another boot's file. */
export function encodeFrame(
  key: Buffer,
  bootId: string,
  fields: Omit<FrameHeader, 'sealedBytes'>,
  payload: Uint8Array,
): Buffer {
  const sealedBytes = payload.byteLength + TAG_BYTES;
  const frame = Buffer.alloc(frameBytes(sealedBytes));
  HEAD_MAGIC.copy(frame, 0);
  frame.writeUInt32LE(sealedBytes, 4);
  frame.writeBigUInt64LE(BigInt(fields.seq), 8);
  frame.writeBigUInt64LE(BigInt(fields.records), 16);
  frame.writeBigUInt64LE(BigInt(fields.recordsBefore), 24);
  fields.keyHash.copy(frame, 32, 0, KEY_HASH_BYTES);
  frame[40] =
    (fields.isLossReport ? FLAG_LOSS_REPORT : 0) | (fields.signal === 'traces' ? FLAG_TRACES : 0);
  frame.writeUInt16LE(Math.min(fields.waterfalls, MAX_WATERFALLS), 42);
  frame.writeUInt32LE(crc32c(frame.subarray(0, 44)), 44);

  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(authenticated(frame, bootId));
  let at = HEADER_BYTES;
  at += nonce.copy(frame, at);
  at += cipher.update(payload).copy(frame, at);
  at += cipher.final().copy(frame, at);
  at += cipher.getAuthTag().copy(frame, at);

  frame.writeUInt32LE(crc32c(frame.subarray(HEADER_BYTES, at)), at);
  TAIL_MAGIC.copy(frame, at + 4);
  frame.writeBigUInt64LE(BigInt(fields.seq), at + 8);
  frame.writeBigUInt64LE(BigInt(fields.records), at + 16);
  frame.writeBigUInt64LE(BigInt(fields.recordsBefore), at + 24);
  frame.writeUInt32LE(crc32c(frame.subarray(at, at + 32)), at + 32);
  return frame;
}

/** @returns undefined unless a header with a right checksum stands at `offset`. */
export function readHeader(bytes: Buffer, offset: number): FrameHeader | undefined {
  if (offset + HEADER_BYTES > bytes.length) return undefined;
  if (HEAD_MAGIC.compare(bytes, offset, offset + 4) !== 0) return undefined;
  if (crc32c(bytes.subarray(offset, offset + 44)) !== bytes.readUInt32LE(offset + 44))
    return undefined;
  const flags = bytes[offset + 40] as number;
  return {
    sealedBytes: bytes.readUInt32LE(offset + 4),
    seq: Number(bytes.readBigUInt64LE(offset + 8)),
    records: Number(bytes.readBigUInt64LE(offset + 16)),
    recordsBefore: Number(bytes.readBigUInt64LE(offset + 24)),
    keyHash: Buffer.from(bytes.subarray(offset + 32, offset + 40)),
    isLossReport: (flags & FLAG_LOSS_REPORT) !== 0,
    signal: (flags & FLAG_TRACES) !== 0 ? 'traces' : 'metrics',
    waterfalls: bytes.readUInt16LE(offset + 42),
  };
}

/** @returns undefined unless a trailer with a right checksum stands at `offset`. */
export function readTrailer(bytes: Buffer, offset: number): FrameTrailer | undefined {
  if (offset < 0 || offset + TRAILER_BYTES > bytes.length) return undefined;
  if (TAIL_MAGIC.compare(bytes, offset + 4, offset + 8) !== 0) return undefined;
  if (crc32c(bytes.subarray(offset, offset + 32)) !== bytes.readUInt32LE(offset + 32))
    return undefined;
  return {
    bodyCrc: bytes.readUInt32LE(offset),
    seq: Number(bytes.readBigUInt64LE(offset + 8)),
    records: Number(bytes.readBigUInt64LE(offset + 16)),
    recordsBefore: Number(bytes.readBigUInt64LE(offset + 24)),
  };
}

/**
 * Checks and opens a whole frame.
 * @returns the payload, or undefined when checksum or seal are wrong.
 */
export function openFrame(frame: Buffer, key: Buffer, bootId: string): Buffer | undefined {
  const bodyEnd = frame.length - TRAILER_BYTES;
  const trailer = readTrailer(frame, bodyEnd);
  if (trailer === undefined || bodyEnd < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
  if (crc32c(frame.subarray(HEADER_BYTES, bodyEnd)) !== trailer.bodyCrc) return undefined;
  const nonceEnd = HEADER_BYTES + NONCE_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, frame.subarray(HEADER_BYTES, nonceEnd));
  decipher.setAAD(authenticated(frame, bootId));
  decipher.setAuthTag(frame.subarray(bodyEnd - TAG_BYTES, bodyEnd));
  try {
    const opened = decipher.update(frame.subarray(nonceEnd, bodyEnd - TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The first magic of either kind at or after `from`; what stands around it still has to be checked. */
export function findMark(
  bytes: Buffer,
  from: number,
): { kind: 'header' | 'trailer'; at: number } | undefined {
  const head = bytes.indexOf(HEAD_MAGIC, from);
  const tail = bytes.indexOf(TAIL_MAGIC, from);
  if (head === -1 && tail === -1) return undefined;
  const isHeader = head !== -1 && (tail === -1 || head < tail);
  return isHeader ? { kind: 'header', at: head } : { kind: 'trailer', at: tail };
}

function authenticated(frame: Buffer, bootId: string): Buffer {
  return Buffer.concat([frame.subarray(0, 44), Buffer.from(bootId, 'latin1')]);
}
