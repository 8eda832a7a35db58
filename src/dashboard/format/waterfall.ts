/** Where the bars and ticks of a waterfall lie. Pure functions. */

const round = (percent: number): number => Math.round(percent * 1000) / 1000;

/** A bar's place in percent of the whole; the shortest one can still be seen, and none leaves the track. */
export function barOf(
  startUs: number,
  durationUs: number,
  lengthUs: number,
): { left: number; width: number } {
  const least = 0.3;
  const width = Math.min(100, Math.max(least, (durationUs / lengthUs) * 100));
  const left = Math.min(100 - width, Math.max(0, (startUs / lengthUs) * 100));
  return { left: round(left), width: round(width) };
}

const STEPS = [1, 2, 5, 10];

/** Three to five round times from 0 to at most the length. */
export function ticksOf(lengthUs: number): number[] {
  const size = 10 ** Math.floor(Math.log10(lengthUs / 4));
  const step = size * (STEPS.find((one) => one * size >= lengthUs / 4.999) ?? 10);
  const ticks: number[] = [];
  for (let us = 0; us <= lengthUs * 0.87; us += step) ticks.push(us);
  return ticks;
}
