import type { Loss } from '../../server/api-types.js';
import { describeLoss, groupLosses, totalLost } from '../format/losses.js';
import { formatExactCount } from '../format/number.js';
import { WarnIcon } from './icons.js';
import classes from './losses-note.module.css';

/** What is missing from the figures below; nothing where nothing is. */
export function LossesNote({ losses }: { losses: readonly Loss[] }) {
  const total = totalLost(losses);
  if (total === 0) return null;
  return (
    <details className={classes['note']}>
      <summary>
        <WarnIcon size={16} />
        <span>
          <b className="num">{formatExactCount(total)}</b>{' '}
          {total === 1 ? 'record is' : 'records are'} known to be missing from these figures
        </span>
      </summary>
      <ul>
        {groupLosses(losses).map((loss) => (
          <li key={loss.reason}>
            <b className="num">{formatExactCount(loss.records)}</b> – {describeLoss(loss.reason)}
          </li>
        ))}
      </ul>
    </details>
  );
}
