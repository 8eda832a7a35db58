import { WIRE } from './wire-types.js';

/**
 * Writes protobuf into one growing buffer. Written here because the usual small library (pbf) is ESM only
 * and brings two packages of its own into the monitored app, for the forty lines needed.
 */
export class WireWriter {
  private buffer = Buffer.allocUnsafe(16 * 1024);
  private view = viewOf(this.buffer);
  private length = 0;

  /** A view of what was written; valid until the next write. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /**
   * A nested message. Its length stands in front of it and is known only afterwards: one byte is left
   * free, and the body moves up in the rare case that the length needs more.
   */
  message(field: number, write: () => void): void {
    const at = this.open(field);
    write();
    this.close(at);
  }

  /** Begins a nested message where a closure per message would be too many. @returns what `close` needs */
  open(field: number): number {
    this.tag(field, WIRE.lengthDelimited);
    const lengthAt = this.length;
    this.byte(0);
    return lengthAt;
  }

  /** Ends the message that `open` began. */
  close(lengthAt: number): void {
    const bytes = this.length - lengthAt - 1;
    if (bytes <= 0x7f) {
      this.buffer[lengthAt] = bytes;
      return;
    }
    let extra = 0;
    for (let rest = bytes; rest > 0x7f; rest = Math.floor(rest / 0x80)) extra++;
    this.reserve(extra);
    this.buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.length);
    this.length = lengthAt;
    this.varint(bytes);
    this.length += bytes;
  }

  string(field: number, value: string): void {
    this.tag(field, WIRE.lengthDelimited);
    const bytes = Buffer.byteLength(value);
    this.varint(bytes);
    this.reserve(bytes);
    this.length += this.buffer.write(value, this.length, 'utf8');
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, WIRE.lengthDelimited);
    this.varint(value.byteLength);
    this.reserve(value.byteLength);
    this.buffer.set(value, this.length);
    this.length += value.byteLength;
  }

  bool(field: number, value: boolean): void {
    this.tag(field, WIRE.varint);
    this.varint(value ? 1 : 0);
  }

  /** uint64 or enum: an integer from 0 to 2^53 - 1. */
  unsigned(field: number, value: number): void {
    this.tag(field, WIRE.varint);
    this.varint(toCount(value));
  }

  /** int64: negative numbers take ten bytes of two's complement. */
  signed64(field: number, value: number): void {
    this.tag(field, WIRE.varint);
    if (value >= 0) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  /** sint32: zigzag, so that small negative numbers stay short. */
  zigzag32(field: number, value: number): void {
    this.tag(field, WIRE.varint);
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  double(field: number, value: number): void {
    this.tag(field, WIRE.fixed64);
    this.rawDouble(value);
  }

  /** fixed64 of an integer from 0 to 2^53 - 1. */
  fixed64(field: number, value: number): void {
    this.tag(field, WIRE.fixed64);
    this.rawFixed64(value);
  }

  /** fixed64 or sfixed64; wraps at 64 bits. */
  bigFixed64(field: number, value: bigint): void {
    this.tag(field, WIRE.fixed64);
    this.reserve(8);
    // Takes the lowest 64 bits; Buffer's own method makes four BigInts of them.
    this.view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  packedVarints(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const at = this.open(field);
    for (let index = 0; index < values.length; index++)
      this.varint(toCount(values[index] as number));
    this.close(at);
  }

  packedFixed64(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    this.tag(field, WIRE.lengthDelimited);
    this.varint(values.length * 8);
    for (const value of values) this.rawFixed64(value);
  }

  packedDoubles(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    this.tag(field, WIRE.lengthDelimited);
    this.varint(values.length * 8);
    for (const value of values) this.rawDouble(value);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** Division instead of shifts: counts reach 2^53 - 1, shifts end at 2^32. */
  private varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  private rawDouble(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  private rawFixed64(value: number): void {
    const count = toCount(value);
    this.reserve(8);
    this.length = this.buffer.writeUInt32LE(count % 2 ** 32, this.length);
    this.length = this.buffer.writeUInt32LE(Math.floor(count / 2 ** 32), this.length);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
    this.view = viewOf(larger);
  }
}

/** Nearest integer that a count can be: encoding must not fail on what a foreign sender wrote. */
function toCount(value: number): number {
  return value > 0 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : 0;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
