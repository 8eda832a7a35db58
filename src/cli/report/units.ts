/** A duration with three significant digits and its unit: `812 µs`, `12.3 ms`, `1.24 s`, `3.5 min`, `2.1 h`. */
export function formatUs(us: number): string {
  if (us === 0) return '0';
  // Limits are where rounding would give four digits.
  if (us < 999.5) return `${digits(us)} µs`;
  if (us < 999.5e3) return `${digits(us / 1e3)} ms`;
  if (us < 99.95e6) return `${digits(us / 1e6)} s`;
  if (us < 99.95 * 60e6) return `${digits(us / 60e6)} min`;
  return `${digits(us / 3600e6)} h`;
}

/** A count: `1,234` up to 99,999, then `123k`, `1.23M`. */
export function formatCount(count: number): string {
  if (count < 99_999.5) return Math.round(count).toLocaleString('en-US');
  if (count < 999.5e3) return `${digits(count / 1e3)}k`;
  if (count < 999.5e6) return `${digits(count / 1e6)}M`;
  return `${digits(count / 1e9)}G`;
}

/** A rate: one decimal below 10, two below 1. */
export function formatRate(perMinute: number): string {
  if (perMinute === 0) return '0';
  if (perMinute < 0.995) return perMinute.toFixed(2);
  if (perMinute < 9.95) return perMinute.toFixed(1);
  return formatCount(perMinute);
}

/** `38.2 %`; what is there but rounds to nothing is `<0.1 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.05) return '<0.1 %';
  return percent >= 99.95 ? '100 %' : `${percent.toFixed(1)} %`;
}

/** Bytes: `812 B`, `1.2 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : digits(value)} ${units[unit] ?? 'B'}`;
}

function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
