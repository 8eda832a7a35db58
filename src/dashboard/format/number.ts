/** Numbers as people read them: three significant digits, a unit, no trailing noise. Pure functions. */

const THIN = '\u202f';

/** A dash for what does not exist, so that a column stays aligned. */
export const NONE = '–';

function significant(value: number, digits: number): string {
  if (value === 0) return '0';
  const decimals = Math.max(
    0,
    digits - 1 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))),
  );
  return value.toFixed(Math.min(decimals, 4));
}

/** 0, 42, 1,234, 12.3 k, 4.56 M. Below 10,000 exactly, because counts are exact. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value < 10_000) return Math.round(value).toLocaleString('en-US');
  const units: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  // The unit is chosen after rounding: 999,960 is "1.00 M", not "1000 k".
  for (const [size, unit] of units) {
    if (Number((value / size).toPrecision(3)) >= 1)
      return `${significant(value / size, 3)}${THIN}${unit}`;
  }
  return String(Math.round(value));
}

/** Every digit, for titles and copied text. */
export function formatExactCount(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : NONE;
}

/** A rate per minute or per request: small ones keep their digits, tiny ones are named as such. */
export function formatRate(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value === 0) return '0';
  if (value < 0.01) return '<\u200a0.01';
  if (value < 10) return value.toFixed(2);
  if (value < 100) return value.toFixed(1);
  return formatCount(value);
}

/** 0 … 1 as percent; something that is not nothing is never shown as 0 %, nor less than all as 100 %. */
export function formatPercent(fraction: number): string {
  if (!Number.isFinite(fraction)) return NONE;
  const percent = fraction * 100;
  if (percent === 0) return '0%';
  if (percent < 0.1) return '<\u200a0.1%';
  if (percent > 99.9 && percent < 100) return '>\u200a99.9%';
  return percent < 10 || (percent > 99 && percent < 100)
    ? `${percent.toFixed(1)}%`
    : `${Math.round(percent)}%`;
}

/** Errors ÷ calls; no calls is no rate rather than zero. */
export function errorRate(stats: { calls: number; errors: number }): number {
  return stats.calls > 0 ? stats.errors / stats.calls : Number.NaN;
}

/** `1 call`, `2 calls`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
