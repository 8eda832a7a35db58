import uPlot from 'uplot';
import type { Columns } from '../../format/chart-data.js';
import { NONE } from '../../format/number.js';
import { formatClock, formatDay } from '../../format/time.js';
import { timeScale, UNITS, type ChartKind, type ChartSeries } from './chart-series.js';

interface Options {
  width: number;
  series: readonly ChartSeries<never>[];
  kind: ChartKind;
  syncKey: string;
  bucketSeconds: number;
  /** The figures as they are, also where areas are drawn on top of each other. */
  figures: () => Columns;
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
  return stepSeconds >= 86_400 || midnight ? formatDay(ms) : formatClock(ms, stepSeconds < 60);
}

export function chartOptions(options: Options): uPlot.Options {
  const { series, kind, bucketSeconds } = options;
  const { format, tick, increments } = UNITS[kind];
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
    // On the right, half a label of the time axis.
    padding: [12, 20, 0, 0],
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
      x: timeScale(series, bucketSeconds),
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
        incrs: increments,
        values: (_self, splits) => splits.map((value) => (value === 0 ? '0' : tick(value))),
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
        const filled = entry.style === 'bars' || entry.style === 'stacked';
        return {
          label: entry.label,
          stroke: color,
          width: filled ? 0 : 2,
          fill: filled ? color : undefined,
          dash: entry.style === 'dashed' ? [5, 4] : undefined,
          paths: entry.style === 'bars' ? bars : undefined,
          // A lone bucket between gaps would otherwise be invisible.
          points: { show: filled ? false : isLonely, size: 5, fill: color },
          // No figure where the cursor is nowhere; a dash where it stands on a gap.
          value: (_self, _value, column, at) => {
            if (at === null) return '';
            const value = options.figures()[column]?.[at];
            return value === null || value === undefined ? NONE : format(value);
          },
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

/** Few enough points to mark each. */
function isLonely(self: uPlot, seriesIndex: number): boolean {
  const values = self.data[seriesIndex] ?? [];
  let filled = 0;
  for (const value of values) if (value !== null && value !== undefined) filled++;
  return filled <= 40;
}
