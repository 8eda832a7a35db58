import type { Change, ReportRow } from '../../../server/api-types.js';
import { formatDuration } from '../../format/duration.js';
import { changeOf, formatChange, type Direction } from '../../format/change.js';
import { formatCount } from '../../format/number.js';
import classes from './change.module.css';

export const CHANGE_WORDS: Record<Change, { word: string; explain: string }> = {
  new: { word: 'New', explain: 'No call in the period before' },
  gone: { word: 'Gone', explain: 'Called in the period before, not in this one' },
  slower: {
    word: 'Slower',
    explain:
      'Average at least a quarter up, and p95 at least a tenth, with 30 calls or more in both periods',
  },
  faster: {
    word: 'Faster',
    explain:
      'Average at least a quarter down, and p95 at least a tenth, with 30 calls or more in both periods',
  },
  same: { word: 'Same', explain: 'Neither slower nor faster by enough to be more than chance' },
  few_calls: {
    word: 'Few calls',
    explain: 'Fewer than 30 calls in one of the periods: too few to tell',
  },
};

/** What became of a row since the period before, in a word and by how much. */
export function ChangeBadge({ row }: { row: ReportRow }) {
  const { change, previous } = row;
  if (change === undefined) return null;
  const { word, explain } = CHANGE_WORDS[change];
  const moved = (change === 'slower' || change === 'faster') && previous !== undefined;
  return (
    <span className={classes['badge']} data-change={change} title={explain}>
      {word}
      {moved && ` ${formatChange(changeOf(row.averageUs, previous.averageUs))}`}
    </span>
  );
}

interface DeltaProps {
  now: number;
  before: number | undefined;
  /** What more of it means. */
  more: Direction;
  kind: 'duration' | 'count';
}

/** Below a figure: how it compares with the period before. */
export function Delta({ now, before, more, kind }: DeltaProps) {
  if (before === undefined) return null;
  const change = changeOf(now, before);
  const was = kind === 'duration' ? formatDuration(before) : formatCount(before);
  const up = change > 0;
  const verdict =
    more === 'neutral' || Math.abs(change) < 0.1
      ? undefined
      : up === (more === 'bad')
        ? 'bad'
        : 'good';
  return (
    <span
      className={`${classes['delta'] ?? ''} num`}
      data-verdict={verdict}
      title={`before: ${was}`}
    >
      {formatChange(change)}
    </span>
  );
}
