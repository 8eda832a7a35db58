import { formatBytes, formatByteRate } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount, formatExactCount, formatPercent, formatRate } from '../../format/number.js';

/** What a chart's figures are: µs, whole numbers, shares 0 … 1, bytes, bytes per second, plain rates. */
export type ChartKind = 'duration' | 'count' | 'share' | 'bytes' | 'byteRate' | 'rate';

export interface TimedPoint {
  timeMs: number;
}

/** One line, area or row of bars of a chart. */
export interface ChartSeries<Point extends TimedPoint> {
  key: string;
  label: string;
  /** Name of a CSS custom property. */
  color: string;
  /** `stacked` areas stand on each other, the last one at the bottom. */
  style: 'line' | 'dashed' | 'bars' | 'stacked';
  /** null: there is no figure at that time. */
  value: (point: Point) => number | null;
  /** What a bucket without a point has: nothing happened (0), or nothing can be said (null). */
  empty: 0 | null;
}

interface Units {
  /** Beside the cursor and in tables. */
  format: (value: number) => string;
  /** At the axis. */
  tick: (value: number) => string;
  increments: number[];
  /** Unit of the plain value in an exported file. */
  exported?: string;
}

const DECIMAL = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
  1e7, 1e8, 1e9,
];
/** Within the unit people think in: 1, 2 or 5 × a power of ten, then quarters of a minute and hours. */
const DURATION_US = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
  1e7, 15e6, 3e7, 6e7, 12e7, 3e8, 6e8, 12e8, 18e8, 36e8, 72e8,
];
const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5];
const BYTES = Array.from({ length: 42 }, (_, power) => 2 ** power);

/** As in the tables, without digits that say nothing. */
const short = (text: string): string =>
  text.replace(/\.0+(?=\D)/, '').replace(/(\.\d*?)0+(?=\D)/, '$1');

export const UNITS: Record<ChartKind, Units> = {
  duration: {
    format: formatDuration,
    tick: (us) => short(formatDuration(us)),
    increments: DURATION_US,
    exported: 'µs',
  },
  count: { format: formatExactCount, tick: (n) => short(formatCount(n)), increments: DECIMAL },
  share: { format: formatPercent, tick: (n) => short(formatPercent(n)), increments: SHARES },
  bytes: {
    format: formatBytes,
    tick: (n) => short(formatBytes(n)),
    increments: BYTES,
    exported: 'B',
  },
  byteRate: {
    format: formatByteRate,
    tick: (n) => short(formatByteRate(n)),
    increments: BYTES,
    exported: 'B/s',
  },
  rate: {
    format: formatRate,
    tick: (n) => short(formatRate(n)),
    increments: [...SHARES, ...DECIMAL],
  },
};

/** The time axis. A bar stands for the time after it, which the last one would not have. */
export function timeScale(
  series: readonly Pick<ChartSeries<never>, 'style'>[],
  bucketSeconds: number,
): { time: true; range: (self: unknown, min: number, max: number) => [number, number] } {
  const room = series.some(({ style }) => style === 'bars') ? bucketSeconds : 0;
  return { time: true, range: (_self, min, max) => [min, max + room] };
}
