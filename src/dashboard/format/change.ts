/** How a figure compares with the one before. Pure functions. */
import { NONE } from './number.js';

/** What more of a figure means for the reader. */
export type Direction = 'bad' | 'good' | 'neutral';

/** 0.25: a quarter more; -1: nothing left; NaN where there was nothing to compare with. */
export function changeOf(now: number, before: number): number {
  return before > 0 ? now / before - 1 : Number.NaN;
}

/** `+25%`, `−8%`, `±0%`, and `3.4×` from twice on: nobody reads +240 %. */
export function formatChange(change: number): string {
  if (!Number.isFinite(change)) return NONE;
  if (change >= 1) {
    const times = change + 1;
    return `${times < 10 ? times.toFixed(1) : Math.round(times).toLocaleString('en-US')}×`;
  }
  const percent = Math.round(change * 100);
  if (percent === 0) return '±0%';
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent)}%`;
}
