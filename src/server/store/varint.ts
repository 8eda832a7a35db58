/**
 * Unsigned integers up to 2^53 - 1 as base-128 varints, low part first, in a buffer that grows.
 * Division instead of shifts above 2^28: JavaScript's shifts end at 32 bits.
 */
export class ByteWriter {
  private bytes: Uint8Array;
  private length = 0;

  constructor(initialBytes = 4096) {
    this.bytes = new Uint8Array(initialBytes);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  varint(value: number): void {
    // Eight bytes hold 2^56, more than any safe integer needs.
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads what ByteWriter wrote. Only for bytes of our own, authenticated-by-origin databases: errors are corruption. */
export class ByteReader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new CorruptChunkError('truncated');
    return value;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new CorruptChunkError('truncated number');
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
      if (unit > 2 ** 49) throw new CorruptChunkError('number too large');
    }
  }

  /** Moves past `length` bytes. @returns where they begin. */
  skip(length: number): number {
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new CorruptChunkError('truncated bytes');
    return start;
  }
}

/** Stored bytes that this version cannot read. Carries no content. */
export class CorruptChunkError extends Error {
  constructor(reason: string) {
    super(`corrupt chunk: ${reason}`);
    this.name = 'CorruptChunkError';
  }
}
