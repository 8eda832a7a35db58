import type { AgentSeen } from '../../../server/api-types.js';
import { displayName } from '../../format/hostile.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './services-view.module.css';

/** Silent for longer than this, an agent is worth a look: it sends every 10 s. */
const SILENT_MS = 120_000;

/** The host agents that delivered, and when last; nothing where there is none. */
export function AgentsPanel({ agents }: { agents: readonly AgentSeen[] }) {
  if (agents.length === 0) return null;
  return (
    <section className={`panel ${classes['agents'] ?? ''}`} aria-label="Host agents">
      <h2>Host agents</h2>
      <ul>
        {agents.map((agent, at) => {
          const silent = Date.now() - agent.lastSeenMs > SILENT_MS;
          return (
            <li key={at} data-silent={silent || undefined}>
              <b className="foreign">{displayName(agent.hostName, 80, 'unnamed host')}</b>
              {agent.version !== '' && (
                <span className="unit foreign">v{displayName(agent.version, 30)}</span>
              )}
              <span className="num" title={formatMoment(agent.lastSeenMs)}>
                {silent ? 'silent since ' : 'last heard '}
                {silent ? formatMoment(agent.lastSeenMs) : formatAgo(agent.lastSeenMs)}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
