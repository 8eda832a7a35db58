/** Draws a heatmap and its axes; the same frame as the time charts, so that both can be read together. */
import type { Heatmap } from '../../../server/api-types.js';
import { depthOf, maxCount, type Cell } from '../../format/heatmap.js';
import { formatDuration } from '../../format/duration.js';
import { formatClock, formatDay } from '../../format/time.js';

/** As the time charts: room for the axis labels, and the same right and top padding. */
export const FRAME = { left: 66, right: 12, top: 12, bottom: 30, height: 250 };

export interface Picture {
  heatmap: Heatmap;
  fromMs: number;
  toMs: number;
  width: number;
  cursor: Cell | undefined;
}

const cssColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Label steps that people read at a glance, minutes. */
const TICK_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400];
/** Room a time label needs, px. */
const TICK_PX = 76;

export function drawHeatmap(canvas: HTMLCanvasElement, picture: Picture): void {
  const { heatmap, fromMs, toMs, width, cursor } = picture;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(FRAME.height * ratio);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const plot = plotOf(width);
  const bands = heatmap.boundsUs.length - 1;
  if (bands < 1) return;
  const bandPx = plot.height / bands;
  const xOf = (ms: number): number => plot.left + ((ms - fromMs) / (toMs - fromMs)) * plot.width;
  const yOf = (edge: number): number => plot.top + plot.height - edge * bandPx;

  context.font = '12px "Inter Variable", system-ui, sans-serif';
  context.lineWidth = 1;
  const line = cssColor('--line');
  const label = cssColor('--text-3');
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const every = Math.max(1, Math.ceil(18 / bandPx));
  for (let edge = 0; edge <= bands; edge += every) {
    context.fillStyle = label;
    context.fillText(shortDuration(heatmap.boundsUs[edge] ?? 0), plot.left - 8, yOf(edge));
    context.fillStyle = line;
    context.fillRect(plot.left, Math.round(yOf(edge)), plot.width, 1);
  }
  context.textBaseline = 'top';
  for (const { ms, text } of timeTicks(fromMs, toMs, plot.width)) {
    const x = Math.round(xOf(ms));
    context.fillStyle = line;
    context.fillRect(x, plot.top, 1, plot.height);
    context.fillStyle = label;
    // Whole words at both ends.
    const half = context.measureText(text).width / 2;
    context.textAlign = 'center';
    const inside = Math.min(Math.max(x, plot.left + half), width - half);
    context.fillText(text, inside, plot.top + plot.height + 9);
  }

  const max = maxCount(heatmap);
  context.fillStyle = cssColor('--database');
  const startOf = (column: number): number => xOf(heatmap.fromMs + column * heatmap.stepMs);
  // A hair between cells while there is room for it.
  const bandGap = bandPx > 6 ? 1 : 0;
  heatmap.counts.forEach((counts, column) => {
    const x = startOf(column);
    const right = Math.min(startOf(column + 1), plot.left + plot.width);
    const gap = right - x > 6 ? 1 : 0;
    counts.forEach((count, band) => {
      if (count === 0) return;
      context.globalAlpha = depthOf(count, max);
      context.fillRect(x, yOf(band + 1) + bandGap, Math.max(1, right - x - gap), bandPx - bandGap);
    });
  });
  context.globalAlpha = 1;
  if (cursor !== undefined) {
    context.strokeStyle = cssColor('--text');
    context.lineWidth = 2;
    const x = startOf(cursor.column);
    const cellPx = Math.max(3, startOf(cursor.column + 1) - x);
    context.strokeRect(x, yOf(cursor.band + 1), cellPx, bandPx);
  }
}

export function plotOf(width: number) {
  return {
    left: FRAME.left,
    top: FRAME.top,
    width: Math.max(1, width - FRAME.left - FRAME.right),
    height: FRAME.height - FRAME.top - FRAME.bottom,
  };
}

const shortDuration = (us: number): string =>
  us === 0 ? '0' : formatDuration(us).replace(/\.0+(?=\D)/, '');

function timeTicks(fromMs: number, toMs: number, widthPx: number): { ms: number; text: string }[] {
  const wanted = (toMs - fromMs) / Math.max(1, widthPx / TICK_PX) / 60_000;
  const stepMinutes = TICK_MINUTES.find((minutes) => minutes >= wanted) ?? 14_400;
  const stepMs = stepMinutes * 60_000;
  // Whole hours and days of the viewer's zone.
  const zoneMs = new Date(fromMs).getTimezoneOffset() * 60_000;
  const ticks: { ms: number; text: string }[] = [];
  for (let ms = Math.ceil((fromMs - zoneMs) / stepMs) * stepMs + zoneMs; ms <= toMs; ms += stepMs) {
    const at = new Date(ms);
    const midnight = at.getHours() === 0 && at.getMinutes() === 0;
    ticks.push({ ms, text: stepMinutes >= 1440 || midnight ? formatDay(ms) : formatClock(ms) });
  }
  return ticks;
}
