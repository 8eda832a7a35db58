/** Durations: µs in, three significant digits and the fitting unit out. Pure functions. */
import { NONE } from './number.js';

const UNITS: [sizeUs: number, unit: string][] = [
  [86_400e6, 'd'],
  [3600e6, 'h'],
  [60e6, 'min'],
  [1e6, 's'],
  [1e3, 'ms'],
  [1, 'µs'],
];

/** 850 µs, 12.3 ms, 1.24 s, 3.20 min, 5.10 h, 1.50 d. */
export function formatDuration(us: number): string {
  if (!Number.isFinite(us) || us < 0) return NONE;
  if (us === 0) return '0 ms';
  // Chosen after rounding: 999.6 ms is "1.00 s", not "1000 ms".
  const index = UNITS.findIndex(([size]) => Number((us / size).toPrecision(3)) >= 1);
  const [size, unit] = UNITS[index] ?? [1, 'µs'];
  if (index === -1 || size === 1) return `${Math.max(1, Math.round(us))} µs`;
  const value = us / size;
  const decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${unit}`;
}

/** Number and unit apart, for a figure whose unit is set smaller. */
export function splitUnit(text: string): { value: string; unit: string } {
  const match = /^(\S+?)[\s\u202f]?(µs|ms|s|min|h|d|[kMGT]|%|(?:B|[KMGTP]iB)(?:\/s)?)$/u.exec(text);
  return match ? { value: match[1] ?? text, unit: match[2] ?? '' } : { value: text, unit: '' };
}

/** A duration of a row: without calls there is none, which is not the same as 0. */
export function formatTiming(us: number, calls: number): string {
  return calls === 0 ? NONE : formatDuration(us);
}
