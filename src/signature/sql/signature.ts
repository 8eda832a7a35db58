import { type Dialect, dialectOf } from './dialects.js';
import { Scanner } from './scanner.js';
import { ShapeCache } from './shapes.js';
import { wordText } from './words.js';

/** A statement without its values. */
export interface SqlSignature {
  /** The statement with every value replaced by `?`; at most 4 KiB, cut between tokens. */
  text: string;
  /** 16 hex digits over the case-folded tokens: equal for statements that differ only in values, case and space. */
  hash: string;
  /** Operation and tables: `SELECT orders customers`. At most 255 characters. */
  summary: string;
}

/** A signature with the parts of its summary. */
export interface SqlSignatureParts extends SqlSignature {
  /** `SELECT`; '' when the text is not understood. */
  operation: string;
  /** The first table, or ''. */
  collection: string;
}

const MAX_SUMMARY = 255;

/** Final mixing of MurmurHash3 (Austin Appleby, public domain): every input bit reaches every output bit. */
function avalanche(lane: number): number {
  let x = lane;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const HEX_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex32(lane: number): string {
  return (
    (HEX_BYTE[lane >>> 24] as string) +
    (HEX_BYTE[(lane >>> 16) & 255] as string) +
    (HEX_BYTE[(lane >>> 8) & 255] as string) +
    (HEX_BYTE[lane & 255] as string)
  );
}

/** Reads statements. Holds buffers, so one per thread is enough; not reentrant, nothing in it is asynchronous. */
export class SqlReader extends Scanner {
  /** The two halves of the hash of the last statement read. */
  high = 0;
  low = 0;
  private signature: string | undefined;

  /** Loads and reads a statement; the strings are built when they are needed. */
  read(text: string, dialect: Dialect): void {
    this.source.load(text);
    this.readLoaded(dialect);
  }

  /** Reads the statement that `source` has loaded. */
  readLoaded(dialect: Dialect): void {
    this.signature = undefined;
    this.scan(dialect);
    const a = avalanche(this.h1 ^ this.h2);
    const b = avalanche(Math.imul(this.h2, 0x9e3779b1) ^ this.h1 ^ a);
    this.high = a;
    this.low = b;
  }

  /** Hash of the last statement as 16 hex digits. */
  hashText(): string {
    return hex32(this.high) + hex32(this.low);
  }

  /** Signature of the last statement. */
  text(): string {
    this.signature ??= this.out.toString('utf8', 0, this.o);
    return this.signature;
  }

  operation(): string {
    return wordText[this.operationWord] as string;
  }

  collection(): string {
    return this.tableCount > 0 ? this.table(0) : '';
  }

  summary(): string {
    let summary = this.operation();
    if (this.kindWord !== 0) summary += ` ${wordText[this.kindWord] as string}`;
    const seen: string[] = [];
    for (let index = 0; index < this.tableCount; index++) {
      const table = this.table(index);
      // The same table a second time says nothing more.
      if (seen.includes(table) || summary.length + table.length >= MAX_SUMMARY) continue;
      summary += ` ${table}`;
      seen.push(table);
    }
    return summary;
  }

  private table(index: number): string {
    const start = this.tableStart[index] as number;
    const end = Math.min(this.tableEnd[index] as number, this.o);
    if (start >= end) return '?';
    const text = this.text();
    // A piece of the signature where bytes are characters: no call into Node, a tenth of a new shape's time.
    const isAscii = text.length === this.o;
    const name = isAscii ? text.slice(start, end) : this.out.toString('utf8', start, end);
    return this.isQuoted(start, end) ? name.replace(/["`[\]]/g, '') : name;
  }

  /** A table's name stands in quotes or brackets. */
  private isQuoted(start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      const byte = this.out[i];
      if (byte === 34 || byte === 96 || byte === 91 || byte === 93) return true;
    }
    return false;
  }
}

const reader = new SqlReader();
const shapes = new ShapeCache<SqlSignatureParts>();

/** The signature of a text; one that is known must not be changed. */
function partsOf(text: string, dialect: Dialect): SqlSignatureParts {
  reader.source.load(text);
  const known = shapes.find(reader.source, dialect);
  if (known !== undefined) return known;
  reader.readLoaded(dialect);
  const parts = {
    text: reader.text(),
    hash: reader.hashText(),
    summary: reader.summary(),
    operation: reader.operation(),
    collection: reader.collection(),
  };
  if (reader.ordinary) shapes.remember(reader.source, dialect, parts);
  return parts;
}

/** As `sqlSignature`, with operation and collection apart. */
export function sqlSignatureParts(text: string, system?: string): SqlSignatureParts {
  return { ...partsOf(text, dialectOf(system)) };
}

/**
 * Turns a statement into its signature. Total: never throws, linear time, bounded output.
 *
 * @param text the statement; read up to 1 MiB, what follows counts as one value.
 * @param options.dialect OpenTelemetry's `db.system.name` (`postgresql`, `mysql`, `mariadb`, `sqlite`,
 *   `microsoft.sql_server`, `oracle.db`); absent or unknown: what no dialect takes for a value.
 */
export function sqlSignature(text: string, options?: { dialect?: string }): SqlSignature {
  const parts = partsOf(String(text), dialectOf(options?.dialect));
  return { text: parts.text, hash: parts.hash, summary: parts.summary };
}
