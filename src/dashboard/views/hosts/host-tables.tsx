import { useMemo } from 'react';
import type { HostAnswer } from '../../../server/api-types.js';
import { useRange } from '../../api/url-state.js';
import { StatePanel } from '../../components/state-panel.js';
import { DataTable } from '../../components/table/data-table.js';
import { csvFileName } from '../../format/csv.js';
import { plural } from '../../format/number.js';
import { rangeKey } from '../../format/range.js';
import { formatMoment } from '../../format/time.js';
import {
  APPLICATION_COLUMNS,
  COLLECTOR_COLUMNS,
  FILE_SYSTEM_COLUMNS,
  processColumns,
} from './host-table-columns.js';
import classes from './host-view.module.css';

interface Props {
  answer: HostAnswer;
}

const BY_NAME = { key: 'name', direction: 'asc' } as const;

export function FileSystemsTab({ answer }: Props) {
  const [range] = useRange();
  const rows = useMemo(
    () => answer.fileSystems.map((one) => ({ ...one, id: `${one.device}\n${one.mountpoint}` })),
    [answer],
  );
  return (
    <DataTable
      caption="File systems"
      noun="file system"
      rows={rows}
      columns={FILE_SYSTEM_COLUMNS}
      defaultSort={{ key: 'share', direction: 'desc' }}
      textOf={(row) => `${row.mountpoint} ${row.device} ${row.type}`}
      scope={`file-systems|${rangeKey(range)}`}
      fileName={csvFileName(answer.host.name, 'file-systems')}
      filterLabel="Filter by mount point, device, type…"
      empty={
        <StatePanel
          kind="empty"
          title="No file system was measured in this time range"
          advice="The Collectors tab says whether this part of the agent works."
        />
      }
    />
  );
}

/** Processes of monitored services, and Node processes that could be monitored and are not. */
export function ProcessesTab({ answer, search }: Props & { search: string }) {
  const [range] = useRange();
  const rows = useMemo(
    () => answer.processes.map((one) => ({ ...one, id: `${one.pid}/${one.service}` })),
    [answer],
  );
  const columns = useMemo(() => processColumns(answer.range, search), [answer.range, search]);
  const without = answer.nodeProcesses.filter((one) => one.service === null);
  const coarse = answer.range.bucketSeconds !== 60;
  return (
    <>
      {without.length > 0 && (
        <p className={classes['note']}>
          {plural(without.length, 'Node.js process', 'Node.js processes')} on this host without
          Retrace:{' '}
          {without
            .slice(0, 8)
            .map((one) => `pid ${one.pid}${one.nodeVersion === '' ? '' : ` (${one.nodeVersion})`}`)
            .join(', ')}
          {without.length > 8 && ` and ${without.length - 8} more`}. Start them with{' '}
          <code>--require retrace/register</code> to see them here.
        </p>
      )}
      <DataTable
        caption="Processes of monitored services"
        noun="process"
        rows={rows}
        columns={columns}
        defaultSort={{ key: 'cpu', direction: 'desc' }}
        textOf={(row) => `${row.service} ${row.pid}`}
        scope={`processes|${rangeKey(range)}`}
        fileName={csvFileName(answer.host.name, 'processes')}
        filterLabel="Filter by service, pid…"
        empty={
          <StatePanel
            kind="empty"
            title="No process of a monitored service in this time range"
            advice={
              coarse
                ? 'Processes are kept minute by minute: choose a range of at most six hours.'
                : 'They appear here when an app with the Retrace runtime runs on this host.'
            }
          />
        }
      />
    </>
  );
}

export function ApplicationsTab({ answer }: Props) {
  const rows = useMemo(
    () => answer.packages.map((one, at) => ({ ...one, id: `${one.source}/${one.name}/${at}` })),
    [answer],
  );
  const { packagesSeenMs: seenMs } = answer;
  return (
    <>
      {seenMs !== null && (
        <p className={classes['note']}>Listed by the agent at {formatMoment(seenMs)}.</p>
      )}
      <DataTable
        caption="Installed applications"
        noun="application"
        rows={rows}
        columns={APPLICATION_COLUMNS}
        defaultSort={BY_NAME}
        textOf={(row) => `${row.name} ${row.version} ${row.source}`}
        scope="applications"
        fileName={csvFileName(answer.host.name, 'applications')}
        filterLabel="Filter by name, version…"
        empty={
          <StatePanel
            kind="empty"
            title="No installed applications are known yet"
            advice="The agent lists them after its start and then from time to time, from dpkg, rpm or apk. It may have none of them, or its inventory may be switched off."
          />
        }
      />
    </>
  );
}

export function CollectorsTab({ answer }: Props) {
  const [range] = useRange();
  const rows = useMemo(
    () => answer.host.collectors.map((one) => ({ ...one, id: one.name })),
    [answer],
  );
  return (
    <DataTable
      caption="Collectors of the agent"
      noun="collector"
      rows={rows}
      columns={COLLECTOR_COLUMNS}
      defaultSort={BY_NAME}
      textOf={(row) => row.name}
      scope={`collectors|${rangeKey(range)}`}
      fileName={csvFileName(answer.host.name, 'collectors')}
      filterLabel="Filter by name…"
      empty={
        <StatePanel
          kind="empty"
          title="No collector reported in this time range"
          advice="Either no agent ran on this host, or it could not deliver. A longer time range may show some."
        />
      }
    />
  );
}
