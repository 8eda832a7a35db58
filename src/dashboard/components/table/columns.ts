import type { ReactNode } from 'react';
import type { SortValue } from '../../format/table.js';

/**
 * From which screen on a column is shown until the reader chooses: every screen, a laptop, a wide
 * screen, or only when asked for.
 */
export type ColumnLevel = 'narrow' | 'medium' | 'wide' | 'asked';

/** One column: what it is called, what it sorts by, what it shows. */
export interface Column<Row> {
  key: string;
  title: string;
  /** What the figure means; shown as the heading's title and in the list of columns. */
  hint?: string;
  /** The column that names the row and opens it; the others are figures. */
  primary?: boolean;
  /** Left-aligned although not primary. */
  text?: boolean;
  /** Default `medium`. */
  level?: ColumnLevel;
  value: (row: Row) => SortValue;
  cell: (row: Row) => ReactNode;
  /** First direction when the heading is chosen; figures start with the biggest. */
  firstDirection?: 'asc' | 'desc';
  /** Unit of `value` in an exported file: `µs`. */
  unit?: string;
  /** What an exported file holds where that is not `value`; null leaves the column out. */
  exported?: ((row: Row) => SortValue) | null;
}

/** A choice among the values that occur in the rows; stands in the URL under `param`. */
export interface Facet<Row> {
  param: string;
  label: string;
  /** Chosen elsewhere on the page. */
  hidden?: boolean;
  valueOf: (row: Row) => string;
}

/** What an exported file needs of a column. */
export type ExportColumn<Row> = Pick<Column<Row>, 'title' | 'unit' | 'value' | 'exported'>;

export function exportColumn<Row>(
  title: string,
  value: (row: Row) => SortValue,
  unit?: string,
): ExportColumn<Row> {
  return { title, value, ...(unit !== undefined && { unit }) };
}
