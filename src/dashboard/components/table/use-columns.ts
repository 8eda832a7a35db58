import { useMemo } from 'react';
import { useParam } from '../../api/url-state.js';
import { readChoice, writeChoice } from '../../format/choice.js';
import type { Column, ColumnLevel } from './columns.js';
import { useScreenLevel } from './use-screen-level.js';

const ORDER: ColumnLevel[] = ['narrow', 'medium', 'wide', 'asked'];

/** Which columns are shown: what the screen has room for, or what the reader chose (`cols` in the URL). */
export function useColumns<Row>(columns: readonly Column<Row>[]) {
  const [text, setText] = useParam('cols');
  const level = useScreenLevel();
  const keys = columns.filter((column) => column.primary !== true).map((column) => column.key);
  const defaults = columns
    .filter(
      (column) =>
        column.primary !== true && ORDER.indexOf(column.level ?? 'medium') <= ORDER.indexOf(level),
    )
    .map((column) => column.key);
  const chosen = readChoice(text, keys, defaults);
  const shownKeys = chosen.join();
  const shown = useMemo(
    () => {
      const wanted = new Set(shownKeys.split(','));
      return columns.filter((column) => column.primary === true || wanted.has(column.key));
    },
    // The keys as text: the same choice keeps the same array, and rows are not drawn again.
    [columns, shownKeys],
  );
  return {
    shown,
    isShown: (key: string) => chosen.includes(key),
    toggle(key: string): void {
      const next = chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key];
      setText(writeChoice(next, keys, defaults), false);
    },
    changed: text !== null,
    reset: () => setText('', false),
  };
}
