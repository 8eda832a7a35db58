import type { ReactNode } from 'react';
import type { SortValue } from '../../format/table.js';

/** One column: what it is called, what it sorts by, what it shows. */
export interface Column<Row> {
  key: string;
  title: string;
  /** What the figure means; shown as the heading's title. */
  hint?: string;
  /** The column that names the row and opens it; the others are figures. */
  primary?: boolean;
  /** Left-aligned although not primary. */
  text?: boolean;
  value: (row: Row) => SortValue;
  cell: (row: Row) => ReactNode;
  /** First direction when the heading is chosen; figures start with the biggest. */
  firstDirection?: 'asc' | 'desc';
}
