import { Skeleton } from '@mantine/core';
import { useHosts } from '../../api/hooks.js';
import { useRange } from '../../api/url-state.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { useTitle } from '../../components/use-title.js';
import { HostsTable } from './hosts-table.js';
import classes from './hosts-view.module.css';

/** Every host with an agent: how it is, and what runs on it. */
export function HostsView() {
  useTitle('Hosts');
  const [range] = useRange();
  const answer = useHosts(range);
  return (
    <>
      <h1 className={classes['heading']}>Hosts</h1>
      <QueryPanel query={answer} loading={<Skeleton height={260} radius={10} />}>
        {(data) => (
          <HostsTable
            answer={data}
            rows={data.hosts}
            asked={range}
            fileName="hosts.csv"
            empty={
              <StatePanel
                kind="empty"
                title="No host was measured in this time range"
                advice={
                  <>
                    The agent measures the host it runs on; <code>retrace agent</code> says at its
                    start which collectors it has. A longer time range may show some.
                  </>
                }
              />
            }
          />
        )}
      </QueryPanel>
    </>
  );
}
