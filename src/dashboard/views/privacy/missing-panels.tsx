import type { PrivacyAnswer } from '../../../server/api-types.js';
import { REPORTS } from '../../api/links.js';
import { StatePanel } from '../../components/state-panel.js';
import { displayName } from '../../format/hostile.js';
import { describeLoss } from '../../format/losses.js';
import { formatExactCount } from '../../format/number.js';
import { formatMoment } from '../../format/time.js';
import classes from './privacy-view.module.css';

/** Records that are known to be missing, by reason, where and when. */
export function DropsPanel({ drops }: { drops: PrivacyAnswer['drops'] }) {
  return (
    <section className="panel" aria-label="Drops by reason">
      <h2 className={classes['title']}>Drops by reason</h2>
      {drops.length === 0 ? (
        <StatePanel
          kind="empty"
          title="Nothing was dropped in this time range"
          advice="Everything that apps recorded has arrived, or is still on its way."
        />
      ) : (
        <ul className={classes['list']}>
          {drops.map(({ reason, kind, service, records, points }, at) => (
            <li key={at}>
              <span>
                <code className="foreign">{displayName(reason, 60)}</code>{' '}
                {kind === 'waterfall' && <>waterfalls of slow requests </>}
                <span className="unit">
                  {describeLoss(reason)} ·{' '}
                  <span className="foreign">{displayName(service, 60)}</span>
                  {points.length > 0 && ` · last ${formatMoment(points.at(-1)?.timeMs ?? 0)}`}
                </span>
              </span>
              <b className="num">{formatExactCount(records)}</b>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Calls that were counted without being told apart. */
export function OtherPanel({ other }: { other: PrivacyAnswer['other'] }) {
  return (
    <section className="panel" aria-label="Counted in Other">
      <h2 className={classes['title']}>Counted in Other</h2>
      {other.length === 0 ? (
        <StatePanel
          kind="empty"
          title="Every call was told apart"
          advice="No app went past the bound of distinct names in this time range."
        />
      ) : (
        <ul className={classes['list']}>
          {other.map(({ report, service, calls }, at) => (
            <li key={at}>
              <span>
                {REPORTS.find((one) => one.kind === report)?.title ?? report} of{' '}
                <span className="foreign">{displayName(service, 60)}</span>
              </span>
              <b className="num">{formatExactCount(calls)}</b>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
