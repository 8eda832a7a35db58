import { Button, TextInput } from '@mantine/core';
import { useState, type MouseEvent, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { formatExactCount } from '../../format/number.js';
import type { SortSpec } from '../../format/table.js';
import { CloseIcon, SearchIcon } from '../icons.js';
import { StatePanel } from '../state-panel.js';
import type { Column } from './columns.js';
import classes from './data-table.module.css';
import { useTableRows } from './use-table-rows.js';

/** Rows drawn at once; the rest is one click away. Keeps typing in the filter below a frame or two. */
const PAGE_ROWS = 200;

interface Props<Row> {
  caption: string;
  /** `endpoint`, `query`: for the row count. */
  noun: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  defaultSort: SortSpec;
  textOf: (row: Row) => string;
  scope: string;
  hrefOf: (row: Row) => string;
  /** Marks the explicit overflow row. */
  isOther?: (row: Row) => boolean;
  empty: ReactNode;
  filterLabel: string;
}

/** The ranked table of every report: sortable, filterable, a list of cards on a narrow screen. */
export function DataTable<Row extends { id: string }>(props: Props<Row>) {
  const { caption, rows, columns, noun, hrefOf, isOther } = props;
  const table = useTableRows(props);
  const [limit, setLimit] = useState(PAGE_ROWS);
  const navigate = useNavigate();
  if (rows.length === 0) return <div className="panel">{props.empty}</div>;
  const visible = table.rows.slice(0, limit);

  function openRow(event: MouseEvent, row: Row): void {
    // Links do their own work; and text being selected is not a click.
    if ((event.target as Element).closest('a, button') !== null) return;
    if (getSelection()?.isCollapsed === false) return;
    void navigate(hrefOf(row));
  }

  return (
    <section className="panel" aria-label={caption}>
      <div className={classes['toolbar']}>
        <TextInput
          className={classes['filter']}
          size="sm"
          aria-label={props.filterLabel}
          placeholder={props.filterLabel}
          value={table.filter}
          onChange={(event) => table.setFilter(event.currentTarget.value)}
          leftSection={<SearchIcon size={16} />}
          rightSectionPointerEvents="all"
          rightSection={
            table.filter === '' ? null : (
              <button
                type="button"
                className={classes['clear']}
                aria-label="Clear the filter"
                onClick={() => table.setFilter('')}
              >
                <CloseIcon size={15} />
              </button>
            )
          }
        />
        <label className={classes['sortBy']}>
          <span>Sort by</span>
          <select
            value={table.sort.key}
            onChange={(event) => {
              const next = columns.find((column) => column.key === event.target.value);
              if (next !== undefined) table.toggleSort(next);
            }}
          >
            {columns.map((column) => (
              <option key={column.key} value={column.key}>
                {column.title}
              </option>
            ))}
          </select>
        </label>
        <span className={classes['count']} role="status">
          {table.filter === ''
            ? `${formatExactCount(rows.length)} ${rows.length === 1 ? noun : plural(noun)}`
            : `${formatExactCount(table.rows.length)} of ${formatExactCount(rows.length)}`}
        </span>
        {table.stale && (
          <Button size="compact-xs" variant="light" onClick={table.rerank}>
            Ranking changed · update
          </Button>
        )}
      </div>
      {/* The order stands still while the pointer or the focus is in here. */}
      <div
        className={classes['scroll']}
        onPointerEnter={() => table.setReading(true)}
        onPointerLeave={() => table.setReading(false)}
        onFocus={() => table.setReading(true)}
        onBlur={() => table.setReading(false)}
      >
        <table className={classes['table']} role="table">
          <caption className="visually-hidden">{caption}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => {
                const sorted = table.sort.key === column.key;
                return (
                  <th
                    key={column.key}
                    role="columnheader"
                    scope="col"
                    data-left={column.primary === true || column.text === true || undefined}
                    aria-sort={
                      sorted
                        ? table.sort.direction === 'asc'
                          ? 'ascending'
                          : 'descending'
                        : undefined
                    }
                  >
                    <button
                      type="button"
                      title={column.hint}
                      data-sorted={sorted || undefined}
                      onClick={() => table.toggleSort(column)}
                    >
                      <span className={classes['label']}>
                        {column.title}
                        {sorted && (
                          <span aria-hidden="true" className={classes['arrow']}>
                            {table.sort.direction === 'asc' ? '↑' : '↓'}
                          </span>
                        )}
                      </span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {visible.map((row) => (
              <tr
                key={row.id}
                role="row"
                data-other={isOther?.(row) === true || undefined}
                onClick={(event) => openRow(event, row)}
              >
                {columns.map((column) => (
                  <td
                    key={column.key}
                    role="cell"
                    data-label={column.title}
                    data-primary={column.primary === true || undefined}
                    data-left={column.primary === true || column.text === true || undefined}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.rows.length === 0 && (
        <StatePanel
          kind="empty"
          title={`No ${noun} matches “${table.filter.slice(0, 80)}”`}
          advice="Every word of the filter must occur in the row."
          action={
            <Button variant="default" onClick={() => table.setFilter('')}>
              Clear the filter
            </Button>
          }
        />
      )}
      {table.rows.length > limit && (
        <div className={classes['more']}>
          <Button variant="default" onClick={() => setLimit(limit + PAGE_ROWS)}>
            Show {PAGE_ROWS} more of {formatExactCount(table.rows.length - limit)}
          </Button>
        </div>
      )}
    </section>
  );
}

const plural = (noun: string): string =>
  noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
