import { Button } from '@mantine/core';
import { writeCsv } from '../../format/csv.js';
import { DownloadIcon } from '../icons.js';
import type { ExportColumn } from './columns.js';

interface Props<Row> {
  rows: readonly Row[];
  columns: readonly ExportColumn<Row>[];
  fileName: string;
}

/** The rows as filtered and ranked, with exact figures and every column. */
export function ExportButton<Row>({ rows, columns, fileName }: Props<Row>) {
  function save(): void {
    const kept = columns.filter((column) => column.exported !== null);
    const text = writeCsv([
      kept.map(({ title, unit }) => (unit === undefined ? title : `${title} (${unit})`)),
      ...rows.map((row) => kept.map((column) => (column.exported ?? column.value)(row))),
    ]);
    // The mark tells spreadsheets that it is UTF-8.
    const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: fileName });
    link.click();
    URL.revokeObjectURL(url);
  }
  return (
    <Button
      variant="default"
      size="sm"
      leftSection={<DownloadIcon size={16} />}
      title="The rows as filtered and ranked, every column, exact figures"
      onClick={save}
    >
      CSV
    </Button>
  );
}
