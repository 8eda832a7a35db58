import { useDeferredValue, useMemo, useReducer, useRef, type RefObject } from 'react';
import { useSearchParams } from 'react-router';
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
import type { Column, Facet } from './columns.js';
import { useFilterText } from './use-filter-text.js';

interface Options<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  facets: readonly Facet<Row>[];
  defaultSort: SortSpec;
  /** What the filter searches. */
  textOf: (row: Row) => string;
  /** Changes when the reader chose another set of rows: then nothing is held. */
  scope: string;
  /** Where the rows are: while they are being read, their order stands. */
  frame: RefObject<HTMLElement | null>;
}

/** The pointer or the focus is among the rows, or the page is scrolled down to them. */
export function isBeingRead(frame: HTMLElement | null): boolean {
  if (frame === null) return false;
  return (
    frame.matches(':hover') ||
    frame.contains(document.activeElement) ||
    frame.getBoundingClientRect().top < 0
  );
}

/** Sorted and filtered rows whose order stands still while somebody is reading them. */
export function useTableRows<Row extends { id: string }>(options: Options<Row>) {
  const { rows, columns, facets, defaultSort, textOf, scope, frame } = options;
  const [sortText, setSortText] = useParam('sort');
  const [filter, setFilter] = useFilterText();
  const [params, setParams] = useSearchParams();
  const [, drawAgain] = useReducer((count: number) => count + 1, 0);
  const appliedFilter = useDeferredValue(filter);
  const chosen = facets.map((facet) => params.get(facet.param) ?? '').join('\n');
  const { key: sortKey, direction } = readSort(
    sortText,
    columns.map((column) => column.key),
    defaultSort,
  );
  const ranked = useMemo(() => {
    const values = chosen.split('\n');
    const matching = rows.filter(
      (row) =>
        facets.every((facet, at) => values[at] === '' || facet.valueOf(row) === values[at]) &&
        (appliedFilter === '' || matchesFilter(textOf(row), appliedFilter)),
    );
    const column = columns.find((candidate) => candidate.key === sortKey);
    return column === undefined ? matching : sortRows(matching, column.value, direction);
  }, [rows, columns, facets, textOf, appliedFilter, chosen, sortKey, direction]);

  const sort: SortSpec = { key: sortKey, direction };
  const held = useRef<{ key: string; ids: string[] }>({ key: '', ids: [] });
  const key = [scope, writeSort(sort), appliedFilter, chosen].join('|');
  const hold = held.current.key === key && isBeingRead(frame.current);
  const shown = hold ? holdOrder(ranked, held.current.ids) : ranked;
  held.current = { key, ids: shown.map((row) => row.id) };

  function toggleSort(next: Column<Row>): void {
    const first = next.firstDirection ?? (next.primary === true ? 'asc' : 'desc');
    const turned = direction === 'asc' ? 'desc' : 'asc';
    const text = writeSort({ key: next.key, direction: sortKey === next.key ? turned : first });
    // A choice, so "back" undoes it; the default leaves the URL short.
    setSortText(text === writeSort(defaultSort) ? '' : text, false);
  }

  return {
    rows: shown,
    sort,
    filter,
    setFilter,
    toggleSort,
    /** The ranking has moved on under the reader. */
    stale: hold && !sameOrder(shown, ranked),
    rerank(): void {
      held.current = { key: '', ids: [] };
      drawAgain();
    },
    /** No filter, no choice. */
    clear(): void {
      setFilter('');
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const name of ['q', ...facets.map((facet) => facet.param)]) next.delete(name);
          return next;
        },
        { preventScrollReset: true },
      );
    },
  };
}
