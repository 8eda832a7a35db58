import uPlot from 'uplot';
import type { ChartPoint } from '../../../server/api-types.js';
import { DURATION_INCREMENTS_US } from '../../format/chart-data.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount, NONE } from '../../format/number.js';
import { formatClock, formatDay } from '../../format/time.js';

export interface ChartSeries {
  field: Exclude<keyof ChartPoint, 'timeMs'>;
  label: string;
  /** Name of a CSS custom property. */
  color: string;
  style: 'line' | 'dashed' | 'bars';
}

interface Options {
  width: number;
  series: readonly ChartSeries[];
  kind: 'duration' | 'count';
  syncKey: string;
  bucketSeconds: number;
  onZoom: (fromMs: number, toMs: number) => void;
}

const HEIGHT = 220;
/** A drag shorter than this is a click. */
const MIN_DRAG_PX = 6;

const cssColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Ticks: the clock within a day, the day at its start. */
function formatTick(seconds: number, stepSeconds: number): string {
  const ms = seconds * 1000;
  const midnight = new Date(ms).getHours() === 0 && new Date(ms).getMinutes() === 0;
  return stepSeconds >= 86_400 || midnight ? formatDay(ms) : formatClock(ms);
}

export function chartOptions(options: Options): uPlot.Options {
  const { series, kind, bucketSeconds } = options;
  const format = kind === 'duration' ? formatDuration : formatCount;
  const axis = {
    stroke: cssColor('--text-3'),
    font: '12px "Inter Variable", system-ui, sans-serif',
    grid: { stroke: cssColor('--line'), width: 1 },
    ticks: { show: false },
  };
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 1 });
  return {
    width: options.width,
    height: HEIGHT,
    padding: [12, 12, 0, 0],
    cursor: {
      // Only the cursor is shared: a drag passed on would zoom once per chart.
      sync: {
        key: options.syncKey,
        setSeries: false,
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      points: { size: 7 },
    },
    legend: {
      live: true,
      markers: { width: 0, fill: (_self, at) => cssColor(series[at - 1]?.color ?? '--text-3') },
    },
    scales: {
      x: { time: true },
      // Always from zero: a cut axis makes noise look like news.
      y: { range: (_self, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 32,
        values: (_self, splits, _axis, _space, step) => splits.map((at) => formatTick(at, step)),
      },
      {
        ...axis,
        size: 66,
        incrs:
          kind === 'duration'
            ? DURATION_INCREMENTS_US
            : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
        values: (_self, splits) =>
          splits.map((value) => (value === 0 ? '0' : shortTick(value, kind))),
      },
    ],
    series: [
      {
        label: 'Time',
        value: (_self, seconds) =>
          seconds === null ? '' : `${formatDay(seconds * 1000)} ${formatClock(seconds * 1000)}`,
      },
      ...series.map((entry): uPlot.Series => {
        const color = cssColor(entry.color);
        return {
          label: entry.label,
          stroke: color,
          width: entry.style === 'bars' ? 0 : 2,
          fill: entry.style === 'bars' ? color : undefined,
          dash: entry.style === 'dashed' ? [5, 4] : undefined,
          paths: entry.style === 'bars' ? bars : undefined,
          // A lone bucket between gaps would otherwise be invisible.
          points: { show: entry.style === 'bars' ? false : isLonely, size: 5, fill: color },
          // No figure where the cursor is nowhere; a dash where it stands on a gap.
          value: (_self, value, _series, at) =>
            at === null ? '' : value === null || value === undefined ? NONE : format(value),
        };
      }),
    ],
    hooks: {
      setSelect: [
        (self) => {
          const { left, width } = self.select;
          if (width < MIN_DRAG_PX) return;
          const fromMs = self.posToVal(left, 'x') * 1000;
          const toMs = self.posToVal(left + width, 'x') * 1000;
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          // Bars and points stand at the start of their bucket.
          options.onZoom(fromMs, Math.max(toMs, fromMs + bucketSeconds * 1000));
        },
      ],
    },
  };
}

/** Axis labels: as in the tables, without digits that say nothing. */
function shortTick(value: number, kind: 'duration' | 'count'): string {
  const text = kind === 'duration' ? formatDuration(value) : formatCount(value);
  return text.replace(/\.0+(?=\D)/, '').replace(/(\.\d*?)0+(?=\D)/, '$1');
}

/** Few enough points to mark each. */
function isLonely(self: uPlot, seriesIndex: number): boolean {
  const values = self.data[seriesIndex] ?? [];
  let filled = 0;
  for (const value of values) if (value !== null && value !== undefined) filled++;
  return filled <= 40;
}
