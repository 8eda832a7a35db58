/** A plain text table; the last column may be cut. @param {(string | number)[][]} rows the first one is the head */
export function table(rows, maxWidth = 64) {
  const cells = rows.map((row) => row.map((cell) => cut(String(cell), maxWidth)));
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    `  ${row.map((cell, column) => (typeof rows[1]?.[column] === 'number' ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ')}`.trimEnd();
  return [
    line(cells[0]),
    `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`,
    ...cells.slice(1).map(line),
  ].join('\n');
}

const cut = (text, width) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
