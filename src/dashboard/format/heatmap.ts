/** A latency heatmap: time across, latency bands up, calls as depth of colour. Pure functions. */

export interface HeatmapColumn {
  timeMs: number;
  /** Calls per band, lowest band first. */
  counts: readonly number[];
}

export interface Heatmap {
  /** Bounds of the bands, ascending: band i lies between edge i and edge i + 1. */
  edgesUs: readonly number[];
  columns: readonly HeatmapColumn[];
}

export interface Cell {
  timeMs: number;
  band: number;
}

/** Without the bands above and below all calls, so that what there is fills the picture. */
export function trimBands({ edgesUs, columns }: Heatmap): Heatmap {
  const bands = Math.max(0, edgesUs.length - 1);
  let low = bands;
  let high = -1;
  for (const { counts } of columns) {
    for (let band = 0; band < bands; band++) {
      if ((counts[band] ?? 0) === 0) continue;
      low = Math.min(low, band);
      high = Math.max(high, band);
    }
  }
  if (high === -1) return { edgesUs: [], columns: [] };
  return {
    edgesUs: edgesUs.slice(low, high + 2),
    columns: columns.map(({ timeMs, counts }) => ({
      timeMs,
      counts: counts.slice(low, high + 1),
    })),
  };
}

/** The fullest cell: the deepest colour. */
export function maxCount({ columns }: Heatmap): number {
  let max = 0;
  for (const { counts } of columns) for (const count of counts) max = Math.max(max, count);
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

/** The column that starts at or before a time; undefined in a gap. */
export function columnAt(
  columns: readonly HeatmapColumn[],
  timeMs: number,
  stepMs: number,
): HeatmapColumn | undefined {
  return columns.find((column) => timeMs >= column.timeMs && timeMs < column.timeMs + stepMs);
}

/** The cell one step further, inside the range and the bands. */
export function moveCell(
  cell: Cell,
  key: string,
  bounds: { fromMs: number; toMs: number; stepMs: number; bands: number },
): Cell | undefined {
  const { fromMs, toMs, stepMs, bands } = bounds;
  const last = fromMs + Math.max(0, Math.ceil((toMs - fromMs) / stepMs) - 1) * stepMs;
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value));
  const at = (timeMs: number, band: number): Cell => ({
    timeMs: clamp(timeMs, fromMs, last),
    band: clamp(band, 0, bands - 1),
  });
  switch (key) {
    case 'ArrowLeft':
      return at(cell.timeMs - stepMs, cell.band);
    case 'ArrowRight':
      return at(cell.timeMs + stepMs, cell.band);
    case 'ArrowUp':
      return at(cell.timeMs, cell.band + 1);
    case 'ArrowDown':
      return at(cell.timeMs, cell.band - 1);
    case 'Home':
      return at(fromMs, cell.band);
    case 'End':
      return at(last, cell.band);
    default:
      return undefined;
  }
}
