import { Skeleton } from '@mantine/core';
import { useHosts } from '../../api/hooks.js';
import { useRange } from '../../api/url-state.js';
import { QueryPanel } from '../../components/query-panel.js';
import { StatePanel } from '../../components/state-panel.js';
import { csvFileName } from '../../format/csv.js';
import { HostsTable } from '../hosts/hosts-table.js';

/** The hosts on which the service ran. */
export function HostsTab({ serviceId, serviceName }: { serviceId: string; serviceName: string }) {
  const [range] = useRange();
  const answer = useHosts(range);
  return (
    <QueryPanel query={answer} loading={<Skeleton height={260} radius={10} />}>
      {(data) => (
        <HostsTable
          answer={data}
          rows={data.hosts.filter((host) => host.services.some(({ id }) => id === serviceId))}
          asked={range}
          fileName={csvFileName(serviceName, 'hosts')}
          empty={
            <StatePanel
              kind="empty"
              title="No host of this service was measured in this time range"
              advice="A host appears here when an agent runs on it and a process of the service reports to that agent."
            />
          }
        />
      )}
    </QueryPanel>
  );
}
