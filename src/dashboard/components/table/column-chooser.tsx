import { Button, Popover } from '@mantine/core';
import type { Column } from './columns.js';
import classes from './column-chooser.module.css';
import type { useColumns } from './use-columns.js';
import { ColumnsIcon } from '../icons.js';

interface Props<Row> {
  columns: readonly Column<Row>[];
  choice: ReturnType<typeof useColumns<Row>>;
}

/** Which columns to show, each with what it means. */
export function ColumnChooser<Row>({ columns, choice }: Props<Row>) {
  return (
    <Popover position="bottom-end" trapFocus returnFocus width={320}>
      <Popover.Target>
        <Button variant="default" size="sm" leftSection={<ColumnsIcon size={16} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <div className={classes['list']}>
          {columns
            .filter((column) => column.primary !== true)
            .map((column) => (
              <label key={column.key} className={classes['choice']}>
                <input
                  type="checkbox"
                  checked={choice.isShown(column.key)}
                  onChange={() => choice.toggle(column.key)}
                />
                <span>
                  {column.title}
                  {column.hint !== undefined && <small>{column.hint}</small>}
                </span>
              </label>
            ))}
        </div>
        <Button
          variant="subtle"
          size="compact-sm"
          disabled={!choice.changed}
          onClick={choice.reset}
        >
          As at first
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
