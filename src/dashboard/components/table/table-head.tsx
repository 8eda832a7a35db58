import type { SortSpec } from '../../format/table.js';
import type { Column } from './columns.js';
import classes from './data-table.module.css';

interface Props<Row> {
  columns: readonly Column<Row>[];
  sort: SortSpec;
  onSort: (column: Column<Row>) => void;
}

/** Headings that sort; the arrow shows the direction. */
export function TableHead<Row>({ columns, sort, onSort }: Props<Row>) {
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        {columns.map((column) => {
          const sorted = sort.key === column.key;
          const ascending = sort.direction === 'asc';
          return (
            <th
              key={column.key}
              role="columnheader"
              scope="col"
              data-left={column.primary === true || column.text === true || undefined}
              aria-sort={sorted ? (ascending ? 'ascending' : 'descending') : undefined}
            >
              <button
                type="button"
                title={column.hint}
                data-sorted={sorted || undefined}
                onClick={() => onSort(column)}
              >
                <span className={classes['label']}>
                  {column.title}
                  {sorted && (
                    <span aria-hidden="true" className={classes['arrow']}>
                      {ascending ? '↑' : '↓'}
                    </span>
                  )}
                </span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
