import type { RuntimeSeen } from '../../../server/api-types.js';
import { StatePanel } from '../../components/state-panel.js';
import { displayName } from '../../format/hostile.js';
import { plural } from '../../format/number.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './top-rows.module.css';

/** Hosts named before the rest is counted. */
const HOSTS = 3;

/** Which runtimes and versions of the service sent data, where and when last. */
export function RuntimesPanel({ runtimes }: { runtimes: readonly RuntimeSeen[] }) {
  return (
    <section className="panel" aria-label="Runtimes">
      <h2 className={classes['title']}>
        Runtimes <span>latest first</span>
      </h2>
      {runtimes.length === 0 ? (
        <StatePanel
          kind="empty"
          title="No instance in this time range"
          advice="A longer time range may show some."
        />
      ) : (
        <ul className={classes['list']}>
          {runtimes.map((one, at) => (
            <li key={at}>
              <span className="foreign">
                <b>{displayName(one.runtime, 60, 'unknown runtime')}</b>
                {one.version !== '' && ` · v${displayName(one.version, 40)}`}
                <span className="unit"> · {hostWords(one.hosts)}</span>
              </span>
              <span className={classes['figures']}>
                <span className="num" title={formatMoment(one.lastSeenMs)}>
                  {plural(one.instances, 'instance')}, {formatAgo(one.lastSeenMs)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function hostWords(hosts: readonly string[]): string {
  if (hosts.length === 0) return 'host not named';
  const named = hosts.slice(0, HOSTS).map((host) => displayName(host, 60));
  const more = hosts.length - named.length;
  return `on ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
