import type { Range } from '../../server/api-types.js';
import { settledValues } from '../format/chart-data.js';
import classes from './bars.module.css';

const WIDTH = 96;
const HEIGHT = 24;

interface Props {
  range: Range;
  values: readonly number[];
  label: string;
}

/** Calls per bucket as an area; starts at zero, so heights compare. */
export function Sparkline({ values: all, label, range }: Props) {
  const values = settledValues(all, range, Date.now());
  const max = Math.max(...values, 0);
  if (values.length === 0 || max === 0) return <span className="unit">–</span>;
  const step = WIDTH / Math.max(1, values.length - 1);
  const y = (value: number): number => HEIGHT - 1 - (value / max) * (HEIGHT - 3);
  const single = values.length === 1;
  const points = single
    ? `0,${y(values[0] ?? 0)} ${WIDTH},${y(values[0] ?? 0)}`
    : values.map((value, at) => `${(at * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg
      className={classes['sparkline']}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polygon points={`0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`} />
      <polyline points={points} />
    </svg>
  );
}
