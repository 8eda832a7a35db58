/** Sorting, filtering and holding still: what a table does to its rows. Pure functions. */

export type SortDirection = 'asc' | 'desc';

export interface SortSpec {
  key: string;
  direction: SortDirection;
}

export type SortValue = number | string;

/** Reads `sort=-totalUs` (descending) or `sort=name`; keys that the table does not have read as the default. */
export function readSort(
  text: string | null,
  keys: readonly string[],
  fallback: SortSpec,
): SortSpec {
  if (text === null) return fallback;
  const descending = text.startsWith('-');
  const key = descending ? text.slice(1) : text;
  return keys.includes(key) ? { key, direction: descending ? 'desc' : 'asc' } : fallback;
}

export function writeSort(sort: SortSpec): string {
  return `${sort.direction === 'desc' ? '-' : ''}${sort.key}`;
}

/** One for all: making a collator per comparison costs more than the comparison. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** A new array; equal values keep the order they came in, NaN goes last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  direction: SortDirection,
): Row[] {
  const sign = direction === 'asc' ? 1 : -1;
  return [...rows].sort((a, b) => {
    const x = valueOf(a);
    const y = valueOf(b);
    if (typeof x === 'string' || typeof y === 'string') {
      return sign * BY_NAME.compare(String(x), String(y));
    }
    if (Number.isNaN(x) || Number.isNaN(y))
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

/** Every word of the filter must occur somewhere in the row's text, in any order, case aside. */
export function matchesFilter(text: string, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const haystack = text.toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/**
 * Rows in the order the reader last saw, so that a refresh changes figures but moves nothing: known ids keep
 * their place, new ones follow in ranked order, gone ones leave.
 */
export function holdOrder<Row extends { id: string }>(
  ranked: readonly Row[],
  heldIds: readonly string[],
): Row[] {
  const byId = new Map(ranked.map((row) => [row.id, row]));
  const held = heldIds.flatMap((id) => byId.get(id) ?? []);
  const known = new Set(heldIds);
  return [...held, ...ranked.filter((row) => !known.has(row.id))];
}

/** Whether both show the same rows in the same order. */
export function sameOrder(a: readonly { id: string }[], b: readonly { id: string }[]): boolean {
  return a.length === b.length && a.every((row, at) => row.id === b[at]?.id);
}
