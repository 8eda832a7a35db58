import { Link } from 'react-router';
import type { RuntimeInstance } from '../../../server/api-types.js';
import { Tag } from '../../components/badges.js';
import { Figure } from '../../components/figure.js';
import type { Column } from '../../components/table/columns.js';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatPercent } from '../../format/number.js';
import { formatAgo, formatClock, formatMoment } from '../../format/time.js';
import { gcShare } from './runtime-series.js';

/** Processes have random ids: host and time tell them apart better. */
export function instanceName({ hostName, runtime, lastSeenMs }: RuntimeInstance): string {
  return `${hostName === '' ? 'unnamed host' : hostName} · ${runtime} · seen ${formatClock(lastSeenMs, true)}`;
}

export function instanceColumns(
  hrefOf: (row: RuntimeInstance) => string,
): Column<RuntimeInstance>[] {
  return [
    {
      key: 'host',
      title: 'Process on',
      primary: true,
      value: (row) => row.hostName,
      cell: (row) => (
        <Link to={hrefOf(row)} title="Charts of this process alone">
          <span className="foreign" dir="auto">
            {displayName(row.hostName, 120, 'unnamed host')}
          </span>{' '}
          <Tag>{displayName(row.runtime, 40, 'unknown runtime')}</Tag>{' '}
          {row.version !== '' && <Tag>v{displayName(row.version, 40)}</Tag>}
        </Link>
      ),
    },
    {
      key: 'delayP99',
      title: 'Loop delay p99',
      hint: 'The highest that any window had',
      level: 'narrow',
      unit: 'µs',
      value: ({ total }) => total.eventLoopDelay?.p99Us ?? Number.NaN,
      cell: ({ total }) => <Figure text={formatDuration(total.eventLoopDelay?.p99Us ?? NaN)} />,
    },
    {
      key: 'utilization',
      title: 'Loop utilization',
      hint: 'Mean share of time not idle',
      level: 'narrow',
      value: ({ total }) => total.eventLoopUtilization?.mean ?? Number.NaN,
      cell: ({ total }) => <Figure text={formatPercent(total.eventLoopUtilization?.mean ?? NaN)} />,
    },
    {
      key: 'cpu',
      title: 'CPU',
      hint: 'Mean; 100 % is one core busy all the time',
      level: 'narrow',
      value: ({ total }) => total.cpu?.mean ?? Number.NaN,
      cell: ({ total }) => <Figure text={formatPercent(total.cpu?.mean ?? NaN)} />,
    },
    {
      key: 'gc',
      title: 'GC',
      hint: 'Share of the time spent in garbage collections; a dash: not observed',
      value: ({ total }) => gcShare(total),
      cell: ({ total }) => <Figure text={formatPercent(gcShare(total))} />,
    },
    {
      key: 'heap',
      title: 'Heap',
      hint: 'Highest in use',
      level: 'narrow',
      unit: 'bytes',
      value: ({ total }) => total.heapUsedBytes?.max ?? Number.NaN,
      cell: ({ total }) => (
        <Figure
          text={formatBytes(total.heapUsedBytes?.max ?? NaN)}
          title={`of at most ${formatBytes(total.heapLimitBytes?.max ?? NaN)}`}
        />
      ),
    },
    {
      key: 'memory',
      title: 'Memory',
      hint: 'Highest resident',
      level: 'narrow',
      unit: 'bytes',
      value: ({ total }) => total.memoryBytes?.max ?? Number.NaN,
      cell: ({ total }) => <Figure text={formatBytes(total.memoryBytes?.max ?? NaN)} />,
    },
    {
      key: 'lastSeenMs',
      title: 'Last seen',
      exported: (row) => new Date(row.lastSeenMs).toISOString(),
      value: (row) => row.lastSeenMs,
      cell: (row) => (
        <span className="num" title={formatMoment(row.lastSeenMs)}>
          {formatAgo(row.lastSeenMs)}
        </span>
      ),
    },
  ];
}
