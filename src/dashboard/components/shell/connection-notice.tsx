import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api/client.js';
import { useConnection } from '../../api/connection.js';
import { formatClock } from '../../format/time.js';
import { WarnIcon } from '../icons.js';
import classes from './shell.module.css';

/** How often to see whether the server is back or the reader has logged in again. */
const PROBE_MS = 3000;

/** Says that the figures have stopped, since when and what to do; goes, and refreshes all, when that is over. */
export function ConnectionNotice() {
  const state = useConnection();
  const client = useQueryClient();
  const wasBad = useRef(false);
  const bad = state.kind !== 'ok';
  useQuery({
    queryKey: ['probe'],
    queryFn: ({ signal }) => api.session(signal),
    enabled: bad,
    refetchInterval: PROBE_MS,
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });
  useEffect(() => {
    if (wasBad.current && !bad) void client.invalidateQueries();
    wasBad.current = bad;
  }, [bad, client]);
  if (state.kind === 'ok') return <div role="alert" />;
  const since = formatClock(state.sinceMs, true);
  return (
    <div role="alert" className={classes['notice']}>
      <WarnIcon />
      {state.kind === 'lost' ? (
        <span>
          <strong>The Retrace server has not answered since {since}.</strong> What you see was read
          before; this page tries again by itself.
        </span>
      ) : (
        <span>
          <strong>Your session ended at {since}.</strong> What you see was read before. Run{' '}
          <code>retrace server login-link</code> on the server’s machine and open the link it prints
          in this browser; this page then goes on by itself.
        </span>
      )}
    </div>
  );
}
