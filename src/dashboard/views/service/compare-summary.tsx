import type { Change, ReportAnswer, ReportRow } from '../../../server/api-types.js';
import { useParam } from '../../api/url-state.js';
import { formatDuration } from '../../format/duration.js';
import { changeOf, formatChange } from '../../format/change.js';
import { formatClock, formatDay, formatMoment } from '../../format/time.js';
import { formatExactCount } from '../../format/number.js';
import { CHANGE_WORDS } from './change-badge.js';
import classes from './change.module.css';

const SHOWN: Change[] = ['new', 'slower', 'faster', 'gone', 'same', 'few_calls'];

/** What the rows are compared with, how many changed and how; each count narrows the table to its rows. */
export function CompareSummary({ answer }: { answer: ReportAnswer }) {
  const [chosen, choose] = useParam('change');
  const { compare } = answer;
  if (compare === undefined) return null;
  const sameDay = formatDay(compare.fromMs) === formatDay(compare.toMs);
  const period = `${formatMoment(compare.fromMs)} – ${sameDay ? formatClock(compare.toMs) : formatMoment(compare.toMs)}`;
  if (!compare.received) {
    return (
      <p className={classes['summary']} role="status">
        Nothing was received in the period before ({period}), so there is nothing to compare with.
      </p>
    );
  }
  return (
    <div className={classes['summary']} role="group" aria-label="Changes since the period before">
      <span className="num">
        Compared with {period}: total time {formatDuration(compare.totalUs)} →{' '}
        {formatDuration(answer.totalUs)} ({formatChange(changeOf(answer.totalUs, compare.totalUs))})
      </span>
      {SHOWN.filter((change) => compare.changes[change] > 0 || chosen === change).map((change) => (
        <button
          key={change}
          type="button"
          title={CHANGE_WORDS[change].explain}
          aria-pressed={chosen === change}
          onClick={() => choose(chosen === change ? '' : change, false)}
        >
          {formatExactCount(compare.changes[change])} {CHANGE_WORDS[change].word.toLowerCase()}
        </button>
      ))}
    </div>
  );
}

/** Narrowed by the buttons above, not by a list of its own. */
export const CHANGE_FACET = {
  param: 'change',
  label: 'Change',
  hidden: true,
  valueOf: (row: ReportRow): string => row.change ?? '',
};
