import { useSyncExternalStore } from 'react';
import type { ColumnLevel } from './columns.js';

/** Same bounds as data-table.module.css: below the first, rows are cards. */
const MEDIUM = '(min-width: 761px)';
const WIDE = '(min-width: 1900px)';

function subscribe(onChange: () => void): () => void {
  const lists = [matchMedia(MEDIUM), matchMedia(WIDE)];
  for (const list of lists) list.addEventListener('change', onChange);
  return () => {
    for (const list of lists) list.removeEventListener('change', onChange);
  };
}

const current = (): ColumnLevel =>
  matchMedia(WIDE).matches ? 'wide' : matchMedia(MEDIUM).matches ? 'medium' : 'narrow';

/** How much room there is for columns. */
export function useScreenLevel(): ColumnLevel {
  return useSyncExternalStore(subscribe, current);
}
