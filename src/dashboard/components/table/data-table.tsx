import { Button } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { formatExactCount } from '../../format/number.js';
import type { SortSpec } from '../../format/table.js';
import { StatePanel } from '../state-panel.js';
import { ColumnChooser } from './column-chooser.js';
import type { Column, Facet } from './columns.js';
import classes from './data-table.module.css';
import { ExportButton } from './export-button.js';
import { FacetSelect } from './facet-select.js';
import { TableBody } from './table-body.js';
import { TableHead } from './table-head.js';
import { TableToolbar } from './table-toolbar.js';
import { useColumns } from './use-columns.js';
import { useFits } from './use-fits.js';
import { useTableRows } from './use-table-rows.js';

interface Props<Row> {
  caption: string;
  /** `endpoint`, `query`: for the row count. */
  noun: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  facets?: readonly Facet<Row>[];
  defaultSort: SortSpec;
  textOf: (row: Row) => string;
  scope: string;
  /** Where a row leads; a row without it is only read. */
  hrefOf?: (row: Row) => string;
  /** Marks the explicit overflow row. */
  isOther?: (row: Row) => boolean;
  empty: ReactNode;
  filterLabel: string;
  fileName: string;
  /** Choices and actions of the page itself, beside the table's own. */
  choices?: ReactNode;
  actions?: ReactNode;
}

const NO_FACETS: readonly never[] = [];

/** The ranked table of every report: sortable, filterable, a list of cards on a narrow screen. */
export function DataTable<Row extends { id: string }>(props: Props<Row>) {
  const { caption, rows, columns, noun, facets = NO_FACETS } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const table = useTableRows({ ...props, facets, frame: scroll });
  const choice = useColumns(columns);
  const fits = useFits(scroll);
  if (rows.length === 0) {
    return (
      <div className="panel">
        {props.actions !== undefined && (
          <div className={classes['toolbar']}>
            {props.choices}
            <div className={classes['actions']}>{props.actions}</div>
          </div>
        )}
        {props.empty}
      </div>
    );
  }
  const all = table.rows.length === rows.length;
  return (
    <section className="panel" aria-label={caption}>
      <TableToolbar
        label={props.filterLabel}
        filter={table.filter}
        setFilter={table.setFilter}
        stale={table.stale}
        onRerank={table.rerank}
        count={
          all
            ? `${formatExactCount(rows.length)} ${rows.length === 1 ? noun : plural(noun)}`
            : `${formatExactCount(table.rows.length)} of ${formatExactCount(rows.length)}`
        }
        choices={
          <>
            {facets
              .filter((facet) => facet.hidden !== true)
              .map((facet) => (
                <FacetSelect key={facet.param} facet={facet} rows={rows} />
              ))}
            {props.choices}
            <label className={`${classes['facet'] ?? ''} ${classes['sortBy'] ?? ''}`}>
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
          </>
        }
        actions={
          <>
            {props.actions}
            <ColumnChooser columns={columns} choice={choice} />
            <ExportButton rows={table.rows} columns={columns} fileName={props.fileName} />
          </>
        }
      />
      <div ref={scroll} className={classes['scroll']} data-fits={fits || undefined}>
        <table className={classes['table']} role="table" aria-rowcount={table.rows.length + 1}>
          <caption className="visually-hidden">{caption}</caption>
          <TableHead columns={choice.shown} sort={table.sort} onSort={table.toggleSort} />
          <TableBody
            rows={table.rows}
            columns={choice.shown}
            hrefOf={props.hrefOf}
            isOther={props.isOther}
          />
        </table>
      </div>
      {table.rows.length === 0 && (
        <StatePanel
          kind="empty"
          title={
            table.filter === ''
              ? `No ${noun} matches the choices above`
              : `No ${noun} matches “${table.filter.slice(0, 80)}”`
          }
          advice="Every word of the filter must occur in the row, and every choice above must fit."
          action={
            <Button variant="default" onClick={table.clear}>
              Clear the filter
            </Button>
          }
        />
      )}
    </section>
  );
}

const plural = (noun: string): string =>
  noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}${noun.endsWith('ss') ? 'es' : 's'}`;
