/** A cell as it is meant; numbers are written as they are, texts made safe. */
export type Cell = string | number | boolean | null | undefined;

export interface CsvColumn<T> {
  /** With the unit. */
  heading: string;
  cell: (row: T) => Cell;
}

/**
 * A table as RFC 4180: CRLF, quotes doubled. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front (OWASP, "CSV Injection"): signatures and names come from senders.
 */
export function toCsv<T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => cellsOf(columns, row)),
  ];
  return lines.map((line) => `${line.map(written).join(',')}\r\n`).join('');
}

function cellsOf<T>(columns: readonly CsvColumn<T>[], row: T): Cell[] {
  return columns.map(({ cell }) => cell(row));
}

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Milliseconds with µs as decimals. */
export function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}

/** RFC 3339 in UTC: the same instant wherever the file is opened. */
export function utcTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function rounded(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
