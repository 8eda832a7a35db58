import type { Range } from '../../server/api-types.js';
import { settledValues, unbroken } from '../format/chart-data.js';
import classes from './bars.module.css';

const WIDTH = 96;
const HEIGHT = 24;

interface Props {
  range: Range;
  /** null: not measured, which is a gap. */
  values: readonly (number | null)[];
  label: string;
}

/** A figure per bucket as an area; starts at zero, so heights compare. */
export function Sparkline({ values: all, label, range }: Props) {
  const values = settledValues(all, range, Date.now());
  const max = Math.max(...values.map((value) => value ?? 0), 0);
  if (values.length === 0 || max === 0) return <span className="unit">–</span>;
  const step = WIDTH / Math.max(1, values.length - 1);
  const y = (value: number): number => HEIGHT - 1 - (value / max) * (HEIGHT - 3);
  const single = values.length === 1;
  const x = (at: number): string => (at * step).toFixed(1);
  return (
    <svg
      className={classes['sparkline']}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {unbroken(values).map(({ from, values: run }) => {
        const end = single ? String(WIDTH) : x(from + run.length - 1);
        const line = run.map((value, at) => `${x(from + at)},${y(value).toFixed(1)}`);
        // A lone value is a short stroke rather than nothing.
        if (run.length === 1) line.push(`${single ? end : Number(end) + 1.5},${y(run[0] ?? 0)}`);
        const points = line.join(' ');
        return (
          <g key={from}>
            <polygon points={`${x(from)},${HEIGHT} ${points} ${end},${HEIGHT}`} />
            <polyline points={points} />
          </g>
        );
      })}
    </svg>
  );
}
