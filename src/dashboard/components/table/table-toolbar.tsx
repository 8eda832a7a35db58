import { Button, TextInput } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { CloseIcon, SearchIcon } from '../icons.js';
import { useShortcut, useShortcutsEnabled } from '../shell/shortcuts.js';
import classes from './data-table.module.css';

interface Props {
  label: string;
  filter: string;
  setFilter: (text: string) => void;
  count: string;
  /** The ranking has moved on under the reader. */
  stale: boolean;
  onRerank: () => void;
  choices: ReactNode;
  actions: ReactNode;
}

/** Filter, choices, count and what can be done with the table. `/` goes to the filter. */
export function TableToolbar(props: Props) {
  const { label, filter, setFilter } = props;
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', () => input.current?.focus());
  const [shortcuts] = useShortcutsEnabled();
  return (
    <div className={classes['toolbar']}>
      <TextInput
        ref={input}
        className={classes['filter']}
        size="sm"
        aria-label={label}
        aria-keyshortcuts={shortcuts ? '/' : undefined}
        placeholder={label}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setFilter('');
        }}
        leftSection={<SearchIcon size={16} />}
        rightSectionPointerEvents="all"
        rightSection={
          filter === '' ? (
            shortcuts && (
              <kbd className={classes['key']} aria-hidden="true">
                /
              </kbd>
            )
          ) : (
            <button
              type="button"
              className={classes['clear']}
              aria-label="Clear the filter"
              onClick={() => setFilter('')}
            >
              <CloseIcon size={15} />
            </button>
          )
        }
      />
      {props.choices}
      <span className={classes['count']} role="status">
        {props.count}
      </span>
      {props.stale && (
        <Button size="compact-sm" variant="light" onClick={props.onRerank}>
          Ranking changed · update
        </Button>
      )}
      <div className={classes['actions']}>{props.actions}</div>
    </div>
  );
}
