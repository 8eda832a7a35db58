/** Amounts of memory and traffic: binary units, three significant digits. Pure functions. */
import { NONE } from './number.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 0 B, 512 B, 1.50 KiB, 12.3 MiB. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return NONE;
  let at = 0;
  let value = bytes;
  // Chosen after rounding: 1023.9 KiB is "1.00 MiB".
  while (at < UNITS.length - 1 && Number(value.toPrecision(3)) >= 1000) {
    value /= 1024;
    at++;
  }
  const decimals = at === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${UNITS[at] ?? ''}`;
}

/** 12.3 MiB/s. */
export function formatByteRate(bytesPerSecond: number): string {
  const text = formatBytes(bytesPerSecond);
  return text === NONE ? NONE : `${text}/s`;
}
