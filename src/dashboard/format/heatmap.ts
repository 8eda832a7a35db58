/** A latency heatmap: time across, latency bands up, calls as depth of colour. Pure functions. */
import type { Heatmap } from '../../server/api-types.js';

export interface Cell {
  column: number;
  band: number;
}

/** Without the bands above and below all calls, so that what there is fills the picture. */
export function trimBands(heatmap: Heatmap): Heatmap {
  const bands = Math.max(0, heatmap.boundsUs.length - 1);
  let low = bands;
  let high = -1;
  for (const counts of heatmap.counts) {
    for (let band = 0; band < bands; band++) {
      if ((counts[band] ?? 0) === 0) continue;
      low = Math.min(low, band);
      high = Math.max(high, band);
    }
  }
  if (high === -1) return { ...heatmap, boundsUs: [], counts: [] };
  return {
    ...heatmap,
    boundsUs: heatmap.boundsUs.slice(low, high + 2),
    counts: heatmap.counts.map((counts) => counts.slice(low, high + 1)),
  };
}

/** The fullest cell: the deepest colour. */
export function maxCount({ counts }: Heatmap): number {
  let max = 0;
  for (const column of counts) for (const count of column) max = Math.max(max, count);
  return max;
}

/**
 * Depth of colour, 0 … 1. Logarithmic: ten slow calls among ten thousand must be seen. A single call keeps
 * enough colour to be told from none.
 */
export function depthOf(count: number, max: number): number {
  if (count <= 0) return 0;
  if (max <= 1) return 1;
  return 0.16 + 0.84 * (Math.log(count) / Math.log(max));
}

/** Where the arrow keys, Home and End lead, inside the picture; undefined for any other key. */
export function moveCell(cell: Cell, key: string, { counts, boundsUs }: Heatmap): Cell | undefined {
  const lastColumn = counts.length - 1;
  const lastBand = boundsUs.length - 2;
  const { column, band } = cell;
  const moves: Record<string, Cell> = {
    ArrowLeft: { column: column - 1, band },
    ArrowRight: { column: column + 1, band },
    ArrowUp: { column, band: band + 1 },
    ArrowDown: { column, band: band - 1 },
    Home: { column: 0, band },
    End: { column: lastColumn, band },
  };
  const to = Object.hasOwn(moves, key) ? moves[key] : undefined;
  return to === undefined
    ? undefined
    : {
        column: Math.min(lastColumn, Math.max(0, to.column)),
        band: Math.min(lastBand, Math.max(0, to.band)),
      };
}
