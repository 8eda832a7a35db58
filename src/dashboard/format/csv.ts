/** Tables as CSV (RFC 4180). Pure functions. */

type Cell = string | number;

/** Spreadsheets run a text that starts like this as a formula; names come from outside. */
const FORMULA = /^[=+\-@\t\r]/;

function writeCell(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line per row, each ended by CRLF; a figure that does not exist is an empty cell. */
export function writeCsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(writeCell).join(',')}\r\n`).join('');
}

/** `shop-queries.csv`: only what every file system takes. */
export function csvFileName(...parts: readonly string[]): string {
  const name = parts
    .map((part) =>
      part
        .normalize('NFKD')
        .replace(/[^\w.-]+/g, '-')
        .slice(0, 60),
    )
    .map((part) => part.replace(/^[-.]+|[-.]+$/g, ''))
    .filter(Boolean)
    .join('-');
  return `${name === '' ? 'table' : name.toLowerCase()}.csv`;
}
