import { MalformedOtlpError } from './errors.js';

/** Reading parsed JSON by protobuf's JSON mapping: absent and null are the default, other types an error. */
export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = Object.freeze({});

export function objectOf(value: unknown): JsonObject {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value !== 'object' || Array.isArray(value)) throw new MalformedOtlpError('no object');
  return value as JsonObject;
}

export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedOtlpError('no list');
  return value as readonly unknown[];
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MalformedOtlpError('no text');
  return value;
}

export function numberOf(value: unknown): number {
  return optionalNumberOf(value) ?? 0;
}

/** uint64 that counts something: saturates at 2^53 - 1. */
export function countOf(value: unknown): number {
  const count = numberOf(value);
  if (!(count >= 0)) throw new MalformedOtlpError('no count');
  return Math.min(Math.floor(count), Number.MAX_SAFE_INTEGER);
}

/** Numbers, and their string forms: 64-bit integers, `NaN`, `Infinity`, `-Infinity`. */
export function optionalNumberOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new MalformedOtlpError('no number');
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  if (!/^-?\d{1,20}(\.\d{1,30})?([eE][-+]?\d{1,4})?$/.test(value)) {
    throw new MalformedOtlpError('no number');
  }
  return Number(value);
}

/** fixed64 nanoseconds: a string of digits, or a number from senders that do not mind its precision. */
export function nanosOf(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    return BigInt.asUintN(64, BigInt(value));
  }
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
    return BigInt.asUintN(64, BigInt(Math.trunc(value)));
  }
  throw new MalformedOtlpError('no time');
}
