import type { OperationRecord } from '../store/store.js';
import { textOf } from './rows.js';

/** Which rows of a report are asked for; undefined = no matter. */
export interface RowFilter {
  text?: string | undefined;
  operation?: string | undefined;
  table?: string | undefined;
}

const SEARCHED = ['text', 'route', 'template', 'address'] as const;

export function filterOf({
  text,
  operation,
  table,
}: RowFilter): (record: OperationRecord) => boolean {
  const wanted = text?.toLowerCase();
  const wantedOperation = operation?.toLowerCase();
  const wantedTable = table?.toLowerCase();
  return (record) =>
    (wantedOperation === undefined ||
      textOf(record, 'operation').toLowerCase() === wantedOperation) &&
    (wantedTable === undefined || textOf(record, 'collection').toLowerCase() === wantedTable) &&
    (wanted === undefined ||
      record.name.toLowerCase().includes(wanted) ||
      SEARCHED.some((name) => textOf(record, name).toLowerCase().includes(wanted)));
}

const MAX_FACETS = 200;

/** Values to choose from. */
export function facetsOf(records: Iterable<OperationRecord>): {
  operations: string[];
  tables: string[];
} {
  const operations = new Set<string>();
  const tables = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'query' || record.other) continue;
    operations.add(textOf(record, 'operation').toUpperCase());
    tables.add(textOf(record, 'collection'));
  }
  const sorted = (values: Set<string>): string[] =>
    [...values]
      .filter((value) => value !== '')
      .sort()
      .slice(0, MAX_FACETS);
  return { operations: sorted(operations), tables: sorted(tables) };
}
