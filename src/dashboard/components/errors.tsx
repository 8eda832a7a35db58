import type { ErrorCount } from '../../server/api-types.js';
import { describeErrorType } from '../format/error-type.js';
import { errorRate, formatCount, formatExactCount, formatPercent } from '../format/number.js';
import { displayName } from '../format/hostile.js';
import classes from './errors.module.css';

/** The errors column: how many, which share, and the most frequent types. */
export function ErrorCell(row: {
  calls: number;
  errors: number;
  errorTypes?: readonly ErrorCount[];
}) {
  if (row.errors === 0) return <span className="unit num">0</span>;
  const types = [...(row.errorTypes ?? [])].sort((a, b) => b.calls - a.calls);
  const all = types.map((type) => `${type.type}: ${formatExactCount(type.calls)}`).join('\n');
  return (
    <span className={classes['cell']} title={all}>
      <span className="num">
        <b>{formatCount(row.errors)}</b>{' '}
        <span className="unit">{formatPercent(errorRate(row))}</span>
      </span>
      {types[0] !== undefined && (
        <span className={`${classes['types'] ?? ''} foreign`}>
          {displayName(types[0].type, 24)}
          {types.length > 1 && ` +${types.length - 1}`}
        </span>
      )}
    </span>
  );
}

/** Every error type of a row, most frequent first. */
export function ErrorList({
  row,
}: {
  row: { calls: number; errors: number; errorTypes: readonly ErrorCount[] };
}) {
  const types = [...row.errorTypes].sort((a, b) => b.calls - a.calls);
  const most = types[0]?.calls ?? 1;
  return (
    <ul className={classes['list']}>
      {types.map((type) => (
        <li key={type.type}>
          <span className="foreign">
            <b>{displayName(type.type, 120)}</b>{' '}
            <span className={classes['words']}>{describeErrorType(type.type)}</span>
          </span>
          <span className={classes['track']} aria-hidden="true">
            <span style={{ width: `${(type.calls / most) * 100}%` }} />
          </span>
          <span className="num">
            {formatExactCount(type.calls)}{' '}
            <span className="unit">
              {formatPercent(type.calls / Math.max(1, row.calls))} of calls
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
