import { useDeferredValue, useRef, useState } from 'react';
import { useParam } from '../../api/url-state.js';
import {
  holdOrder,
  matchesFilter,
  readSort,
  sameOrder,
  sortRows,
  writeSort,
  type SortSpec,
} from '../../format/table.js';
import type { Column } from './columns.js';
import { useFilterText } from './use-filter-text.js';

interface Options<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  defaultSort: SortSpec;
  /** What the filter searches. */
  textOf: (row: Row) => string;
  /** Changes when the reader chose another set of rows: then nothing is held. */
  scope: string;
}

/** Sorted and filtered rows whose order stands still while somebody is reading them. */
export function useTableRows<Row extends { id: string }>(options: Options<Row>) {
  const { rows, columns, defaultSort, textOf, scope } = options;
  const [sortText, setSortText] = useParam('sort');
  const [filter, setFilter] = useFilterText();
  const appliedFilter = useDeferredValue(filter);
  const sort = readSort(
    sortText,
    columns.map((column) => column.key),
    defaultSort,
  );
  const column = columns.find((candidate) => candidate.key === sort.key);
  const matching = rows.filter((row) => matchesFilter(textOf(row), appliedFilter));
  const ranked = column === undefined ? matching : sortRows(matching, column.value, sort.direction);

  const [reading, setReading] = useState(false);
  const held = useRef<{ key: string; ids: string[] }>({ key: '', ids: [] });
  const key = `${scope}|${writeSort(sort)}|${appliedFilter}`;
  const hold = reading && held.current.key === key;
  const shown = hold ? holdOrder(ranked, held.current.ids) : ranked;
  held.current = { key, ids: shown.map((row) => row.id) };

  function toggleSort(next: Column<Row>): void {
    const first = next.firstDirection ?? (next.primary === true ? 'asc' : 'desc');
    const direction = sort.key !== next.key ? first : sort.direction === 'asc' ? 'desc' : 'asc';
    const text = writeSort({ key: next.key, direction });
    // A choice, so "back" undoes it; the default leaves the URL short.
    setSortText(text === writeSort(defaultSort) ? '' : text, false);
  }

  return {
    rows: shown,
    sort,
    filter,
    setFilter,
    toggleSort,
    setSort: (spec: SortSpec) => setSortText(writeSort(spec), false),
    /** The ranking has moved on under the reader. */
    stale: hold && !sameOrder(shown, ranked),
    reading,
    setReading,
    rerank: () => {
      held.current = { key: '', ids: [] };
      setReading(false);
    },
  };
}
