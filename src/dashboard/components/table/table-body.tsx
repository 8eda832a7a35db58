import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
} from 'react';
import { useNavigate } from 'react-router';
import type { Column } from './columns.js';

/** Up to this many rows all are in the page, so that the browser's own search finds them. */
const ALL_DRAWN_ROWS = 120;
/** Height of a row before it was drawn, px. */
const ESTIMATED_PX = 62;

interface Props<Row> {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  hrefOf?: (row: Row) => string;
  isOther?: (row: Row) => boolean;
}

/** The rows; of a long table only those near the window are in the page. */
export function TableBody<Row extends { id: string }>(props: Props<Row>) {
  return props.rows.length <= ALL_DRAWN_ROWS ? (
    <tbody role="rowgroup" onKeyDown={moveWithArrows}>
      {props.rows.map((row, at) => (
        <TableRow key={row.id} at={at} row={row} {...rowProps(props, row)} />
      ))}
    </tbody>
  ) : (
    <VirtualBody {...props} />
  );
}

function rowProps<Row>({ columns, hrefOf, isOther }: Props<Row>, row: Row) {
  return {
    columns: columns as readonly Column<never>[],
    href: hrefOf?.(row),
    other: isOther?.(row),
  };
}

function VirtualBody<Row extends { id: string }>(props: Props<Row>) {
  const { rows } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // What stands above the table may grow and shrink.
  useLayoutEffect(() => {
    const now = Math.round((body.current?.getBoundingClientRect().top ?? 0) + scrollY);
    if (Math.abs(now - top) > 4) setTop(now);
  });
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ESTIMATED_PX,
    getItemKey: (at) => rows[at]?.id ?? at,
    overscan: 8,
    scrollMargin: top,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody role="rowgroup" ref={body} onKeyDown={moveWithArrows}>
      <Spacer height={before} />
      {items.map(({ index }) => {
        const row = rows[index];
        return row === undefined ? null : (
          <TableRow
            key={row.id}
            at={index}
            row={row}
            measure={virtual.measureElement}
            {...rowProps(props, row)}
          />
        );
      })}
      <Spacer height={after} />
    </tbody>
  );
}

const Spacer = ({ height }: { height: number }) => (
  <tr aria-hidden="true" data-spacer="" style={{ height: Math.max(0, height) }} />
);

interface RowProps {
  row: unknown;
  at: number;
  columns: readonly Column<never>[];
  href: string | undefined;
  other: boolean | undefined;
  measure?: Ref<HTMLTableRowElement>;
}

/** Drawn again only when its own figures, the columns or its address change. */
const TableRow = memo(function TableRow({ row, at, columns, href, other, measure }: RowProps) {
  const navigate = useNavigate();
  function open(event: MouseEvent): void {
    // Links do their own work; and text being selected is not a click.
    if ((event.target as Element).closest('a, button') !== null) return;
    if (href === undefined || getSelection()?.isCollapsed === false) return;
    void navigate(href);
  }
  return (
    <tr
      ref={measure}
      data-index={at}
      role="row"
      aria-rowindex={at + 2}
      data-other={other === true || undefined}
      data-opens={href !== undefined || undefined}
      onClick={open}
    >
      {columns.map((column) => (
        <td
          key={column.key}
          role="cell"
          data-label={column.title}
          data-primary={column.primary === true || undefined}
          data-left={column.primary === true || column.text === true || undefined}
        >
          {column.cell(row as never)}
        </td>
      ))}
    </tr>
  );
});

/** Arrow up and down go from row to row. */
function moveWithArrows(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const row = (event.target as Element).closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  const link = next?.querySelector<HTMLElement>('td[data-primary] a');
  if (link === null || link === undefined) return;
  event.preventDefault();
  link.focus();
}
