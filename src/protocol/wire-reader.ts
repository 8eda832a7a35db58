import { type Budget, COST } from './budget.js';
import { MalformedOtlpError } from './errors.js';
import { WIRE } from './wire-types.js';

const TWO_32 = 2 ** 32;

/** Texts remembered while decoding (a power of two), and the longest of them. */
const RECENT_TEXTS = 256;
const MAX_RECENT_BYTES = 64;

/**
 * Reads protobuf in place. Knows no schema: callers loop over `next()` and read or `skip()` each field.
 * Each read moves forward or throws, so any input is read in linear time. Depth is the callers': they
 * descend only into messages they know, none of which is recursive.
 */
export class WireReader {
  /** Field number and wire type of the field that `next` found. */
  field = 0;
  wireType = 0;
  private at = 0;
  private end: number;
  private readonly bytes: Buffer;
  private readonly recentTexts: ({ start: number; length: number; text: string } | undefined)[] =
    new Array<undefined>(RECENT_TEXTS).fill(undefined);

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Moves to the next field of the current message; false at its end. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.wireType = tag % 8;
    this.field = Math.floor(tag / 8);
    // 2^29 - 1 is protobuf's largest field number.
    if (this.field < 1 || this.field > 0x1fffffff) throw new MalformedOtlpError('field number');
    return true;
  }

  /** True when the field has this wire type; any other one is treated as unknown, as protobuf does. */
  is(wireType: number): boolean {
    return this.wireType === wireType;
  }

  skip(): void {
    switch (this.wireType) {
      case WIRE.varint:
        this.varint();
        return;
      case WIRE.fixed64:
        this.take(8);
        return;
      case WIRE.lengthDelimited:
        this.take(this.varint());
        return;
      case WIRE.fixed32:
        this.take(4);
        return;
      default:
        throw new MalformedOtlpError('wire type');
    }
  }

  /** Reads the nested message of the current field by calling `read` between its bounds. */
  message<T>(read: (reader: WireReader) => T): T {
    const length = this.varint();
    const start = this.take(length);
    const outerEnd = this.end;
    this.at = start;
    this.end = start + length;
    const result = read(this);
    this.at = this.end;
    this.end = outerEnd;
    return result;
  }

  /**
   * Invalid UTF-8 becomes U+FFFD: one odd attribute should not cost the whole batch. Names and many values
   * come again with every point: a short text equal to a recent one is that one, which halves the time of
   * decoding a window and keeps one copy of each.
   */
  string(): string {
    const length = this.varint();
    const start = this.take(length);
    const { bytes } = this;
    if (length === 0) return '';
    if (length > MAX_RECENT_BYTES) return bytes.toString('utf8', start, start + length);
    const middle = bytes[start + (length >> 1)] as number;
    const last = bytes[start + length - 1] as number;
    const slot = (length * 31 + middle * 7 + last) & (RECENT_TEXTS - 1);
    const recent = this.recentTexts[slot];
    if (recent !== undefined && recent.length === length) {
      let same = 0;
      while (same < length && bytes[recent.start + same] === bytes[start + same]) same++;
      if (same === length) return recent.text;
    }
    const text = bytes.toString('utf8', start, start + length);
    this.recentTexts[slot] = { start, length, text };
    return text;
  }

  /** @returns a copy, so that an id does not keep the body it came with; no bytes when there are not just `length`. */
  fixedBytes(length: number): Uint8Array<ArrayBuffer> {
    const found = this.varint();
    const start = this.take(found);
    return found === length
      ? Uint8Array.from(this.bytes.subarray(start, start + found))
      : new Uint8Array();
  }

  /** uint64 as a number: beyond 2^53 the nearest double. */
  varint(): number {
    this.varintParts();
    return this.high * TWO_32 + this.low;
  }

  /** int64 as a number: beyond 2^53 the nearest double. */
  signed64(): number {
    this.varintParts();
    return (this.high | 0) * TWO_32 + this.low;
  }

  /** sint32. */
  zigzag32(): number {
    this.varintParts();
    return (this.low >>> 1) ^ -(this.low & 1);
  }

  double(): number {
    return this.bytes.readDoubleLE(this.take(8));
  }

  /** uint64 that counts something: saturates at 2^53 - 1. */
  countVarint(): number {
    return Math.min(this.varint(), Number.MAX_SAFE_INTEGER);
  }

  /** fixed64 that counts something: saturates at 2^53 - 1. */
  countFixed64(): number {
    const start = this.take(8);
    const count = this.bytes.readUInt32LE(start) + this.bytes.readUInt32LE(start + 4) * TWO_32;
    return Math.min(count, Number.MAX_SAFE_INTEGER);
  }

  /** sfixed64 as a number: beyond 2^53 the nearest double. */
  signedFixed64(): number {
    const start = this.take(8);
    return this.bytes.readUInt32LE(start) + this.bytes.readInt32LE(start + 4) * TWO_32;
  }

  bigFixed64(): bigint {
    return this.bytes.readBigUInt64LE(this.take(8));
  }

  /**
   * Packed uint64 counts. The last byte of each number is below 0x80, so the list is sized before it is
   * filled: growing it element by element made up a third of the time of decoding a window.
   */
  packedCounts(budget: Budget): number[] {
    const length = this.varint();
    const start = this.take(length);
    const end = this.at;
    let elements = 0;
    for (let i = start; i < end; i++) if ((this.bytes[i] as number) < 0x80) elements++;
    budget.spend(elements * COST.number);
    const counts = new Array<number>(elements);
    this.at = start;
    for (let i = 0; i < elements; i++) {
      const byte = this.bytes[this.at] as number;
      if (byte < 0x80) {
        counts[i] = byte;
        this.at++;
      } else {
        counts[i] = this.countVarint();
      }
    }
    if (this.at !== end) throw new MalformedOtlpError('truncated');
    return counts;
  }

  /** A repeated number, packed or not: calls `read` for each element of the current field. */
  repeated(elementWireType: number, read: (reader: WireReader) => void): void {
    if (this.wireType === elementWireType) {
      read(this);
    } else if (this.wireType === WIRE.lengthDelimited) {
      this.message((reader) => {
        while (reader.at < reader.end) read(reader);
      });
    } else {
      this.skip();
    }
  }

  private low = 0;
  private high = 0;

  /**
   * Up to ten bytes of seven bits into two unsigned 32-bit halves:
   *
   *   byte  1 … 4 → low bits 0–27 | byte 5 → low 28–31, high 0–2 | byte 6 … 9 → high 3–30 | byte 10 → high 31
   */
  private varintParts(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new MalformedOtlpError('truncated');
      const byte = this.bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new MalformedOtlpError('number too long');
  }

  /** Start of the next `length` bytes, which it steps over. */
  private take(length: number): number {
    if (length > this.end - this.at) throw new MalformedOtlpError('truncated');
    const start = this.at;
    this.at += length;
    return start;
  }
}
