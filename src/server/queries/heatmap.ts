import { lowerBoundUs } from '../../histogram/bucket-index.js';
import type { Heatmap } from '../api-types.js';
import type { ScanRange } from '../store/store.js';
import { bucketCount } from './range.js';
import type { Buckets } from './tally.js';

const MAX_COLUMNS = 120;
const MAX_BANDS = 64;
/** Histogram buckets per band: the finest are a 16th of an octave, 4.4 % wide. */
const FINEST = 4;

/** Counts by time and duration: histogram buckets grouped by powers of two until they fit. */
export function heatmapOf(buckets: Buckets, range: ScanRange): Heatmap {
  const perColumn = Math.max(1, Math.ceil(bucketCount(range) / MAX_COLUMNS));
  const stepMs = perColumn * range.bucketSeconds * 1000;
  const columns = Math.max(1, Math.ceil((range.toMs - range.fromMs) / stepMs));
  const filled = [...buckets]
    .filter(([, { timings }]) => !timings.isEmpty)
    .map(([timeMs, { timings }]) => ({
      column: Math.floor((timeMs - range.fromMs) / stepMs),
      ...timings.toExponential(),
    }));
  const empty: Heatmap = { fromMs: range.fromMs, stepMs, boundsUs: [], counts: [] };
  if (filled.length === 0) return empty;
  const first = Math.min(...filled.map(({ offset }) => offset));
  const last = Math.max(...filled.map(({ offset, counts }) => offset + counts.length - 1));
  let width = FINEST;
  while (bandOf(last, width) - bandOf(first, width) >= MAX_BANDS) width *= 2;
  const lowest = bandOf(first, width);
  const bands = bandOf(last, width) - lowest + 1;
  const counts = Array.from({ length: columns }, () => new Array<number>(bands).fill(0));
  for (const one of filled) {
    const column = counts[one.column];
    if (column === undefined) continue;
    one.counts.forEach((calls, i) => {
      const band = bandOf(one.offset + i, width) - lowest;
      column[band] = (column[band] ?? 0) + calls;
    });
  }
  const boundsUs = Array.from({ length: bands + 1 }, (_, band) =>
    lowerBoundUs((lowest + band) * width),
  );
  return { fromMs: range.fromMs, stepMs, boundsUs, counts };
}

function bandOf(index: number, width: number): number {
  return Math.floor(index / width);
}
