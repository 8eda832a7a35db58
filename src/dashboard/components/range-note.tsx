import type { Range } from '../../server/api-types.js';
import { formatBucket, formatClock, formatDay, formatMoment, zoneName } from '../format/time.js';
import classes from './range-note.module.css';

const BECAUSE: Record<NonNullable<Range['coarseBecause']>, string> = {
  long_range: ', because the range is long: zoom in for finer ones',
  minutes_expired: ', because finer ones have passed their retention',
};

/** Which range was really answered, in which steps. */
export function RangeNote({ range, more }: { range: Range; more?: string }) {
  const sameDay = formatDay(range.fromMs) === formatDay(range.toMs);
  return (
    <p className={`${classes['note'] ?? ''} num`}>
      {formatMoment(range.fromMs)} – {sameDay ? formatClock(range.toMs) : formatMoment(range.toMs)}{' '}
      ({zoneName()}){' · '}in steps of {formatBucket(range.bucketSeconds)}
      {range.coarseBecause !== undefined && BECAUSE[range.coarseBecause]}
      {more !== undefined && ` · ${more}`}
    </p>
  );
}
