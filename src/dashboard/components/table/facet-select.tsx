import { useParam } from '../../api/url-state.js';
import { displayName } from '../../format/hostile.js';
import type { Facet } from './columns.js';
import classes from './data-table.module.css';

interface Props<Row> {
  facet: Facet<Row>;
  rows: readonly Row[];
}

/** Values offered; the rest is found through the text filter. */
const MAX_VALUES = 500;

/** All values of a facet with their number of rows, most first. */
function countValues<Row>(rows: readonly Row[], facet: Facet<Row>): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = facet.valueOf(row);
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MAX_VALUES);
}

/** One choice of the toolbar; left out where there is nothing to choose. */
export function FacetSelect<Row>({ facet, rows }: Props<Row>) {
  const [chosen, choose] = useParam(facet.param);
  const values = countValues(rows, facet);
  if (values.length < 2 && chosen === null) return null;
  // A link may name a value that this time range does not have.
  const listed = values.some(([value]) => value === chosen);
  return (
    <label className={classes['facet']}>
      <span>{facet.label}</span>
      <select value={chosen ?? ''} onChange={(event) => choose(event.target.value, false)}>
        <option value="">All</option>
        {chosen !== null && !listed && (
          <option value={chosen}>{displayName(chosen, 40)} (0)</option>
        )}
        {values.map(([value, count]) => (
          <option key={value} value={value}>
            {displayName(value, 40)} ({count})
          </option>
        ))}
      </select>
    </label>
  );
}
