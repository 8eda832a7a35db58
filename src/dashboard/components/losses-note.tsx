import type { Loss } from '../../server/api-types.js';
import { describeLoss, groupLosses, totalLost, totalWaterfallsLost } from '../format/losses.js';
import { formatExactCount, plural } from '../format/number.js';
import { WarnIcon } from './icons.js';
import classes from './losses-note.module.css';

/** What is missing from the figures below, and from the slow requests; nothing where nothing is. */
export function LossesNote({ losses }: { losses: readonly Loss[] }) {
  const records = totalLost(losses);
  const waterfalls = totalWaterfallsLost(losses);
  if (records + waterfalls === 0) return null;
  return (
    <details className={classes['note']}>
      <summary>
        <WarnIcon size={16} />
        <span>
          {records > 0 && (
            <>
              <b className="num">{formatExactCount(records)}</b>{' '}
              {records === 1 ? 'record is' : 'records are'} known to be missing from these figures
            </>
          )}
          {records > 0 && waterfalls > 0 && '; '}
          {waterfalls > 0 && (
            <>
              <b className="num">{formatExactCount(waterfalls)}</b>{' '}
              {waterfalls === 1 ? 'waterfall' : 'waterfalls'} of slow requests lost
            </>
          )}
        </span>
      </summary>
      <ul>
        {groupLosses(losses).map((loss) => (
          <li key={`${loss.kind ?? ''}/${loss.reason}`}>
            <b className="num">
              {loss.kind === 'waterfall'
                ? plural(loss.records, 'waterfall')
                : formatExactCount(loss.records)}
            </b>{' '}
            – {describeLoss(loss.reason)}
          </li>
        ))}
      </ul>
    </details>
  );
}
