import { ActionIcon } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { refreshIntervalMs } from '../../format/range.js';
import { formatClock } from '../../format/time.js';
import { useRefresh } from '../../api/refresh.js';
import { useRange } from '../../api/url-state.js';
import { PauseIcon, PlayIcon } from '../icons.js';
import classes from './shell.module.css';
import { useShortcut } from './shortcuts.js';

/** When the newest figures on this page were read, ms; 0 = none yet. */
function useUpdatedAt(): number {
  const cache = useQueryClient().getQueryCache();
  return useSyncExternalStore(
    (onChange) => cache.subscribe(onChange),
    () =>
      cache
        .getAll()
        .filter(
          (query) =>
            query.isActive() &&
            // A slow request never changes, and a session is no figure.
            !['waterfall', 'session', 'probe', 'setup'].includes(String(query.queryKey[0])),
        )
        .reduce((newest, query) => Math.max(newest, query.state.dataUpdatedAt), 0),
  );
}

/** Live or paused, and how fresh the figures are. */
export function RefreshControl() {
  const { paused, setPaused } = useRefresh();
  const client = useQueryClient();
  const [range] = useRange();
  const updatedAt = useUpdatedAt();
  useShortcut('r', () => void client.invalidateQueries());
  if (refreshIntervalMs(range, Date.now()) === false) return null;
  const label = paused ? 'Resume automatic refresh' : 'Pause automatic refresh';
  function toggle(): void {
    setPaused(!paused);
    if (paused) void client.invalidateQueries();
  }
  return (
    <>
      <span className={`${classes['updated'] ?? ''} num`}>
        {paused ? 'Paused' : 'Live'}
        {updatedAt > 0 && ` · ${formatClock(updatedAt, true)}`}
      </span>
      <ActionIcon
        variant={paused ? 'light' : 'subtle'}
        color={paused ? undefined : 'gray'}
        size="lg"
        aria-label={label}
        title={label}
        onClick={toggle}
      >
        {paused ? <PlayIcon /> : <PauseIcon />}
      </ActionIcon>
    </>
  );
}
