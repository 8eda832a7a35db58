import { Link } from 'react-router';
import type {
  CollectorState,
  HostAnswer,
  HostFileSystem,
  HostProcess,
  Range,
} from '../../../server/api-types.js';
import { servicePath } from '../../api/links.js';
import { ShareBar } from '../../components/bars.js';
import { Figure } from '../../components/figure.js';
import { Sparkline } from '../../components/sparkline.js';
import type { Column } from '../../components/table/columns.js';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { formatCount, formatPercent, NONE } from '../../format/number.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './host-view.module.css';

type WithId<Row> = Row & { id: string };

const bytes = (value: number | null) => <Figure text={formatBytes(value ?? Number.NaN)} />;

export const FILE_SYSTEM_COLUMNS: readonly Column<WithId<HostFileSystem>>[] = [
  {
    key: 'name',
    title: 'Mounted at',
    primary: true,
    value: (row) => row.mountpoint,
    cell: (row) => <code className="foreign">{displayName(row.mountpoint, 120, NONE)}</code>,
  },
  {
    key: 'share',
    title: 'Used',
    hint: 'As df counts it: of what users may have',
    level: 'narrow',
    value: (row) => row.usedShare ?? Number.NaN,
    cell: ({ usedShare }) =>
      usedShare === null ? <span className="unit">{NONE}</span> : <ShareBar share={usedShare} />,
  },
  {
    key: 'used',
    title: 'Used bytes',
    level: 'narrow',
    unit: 'bytes',
    value: (row) => row.usedBytes ?? Number.NaN,
    cell: (row) => bytes(row.usedBytes),
  },
  {
    key: 'total',
    title: 'Size',
    level: 'narrow',
    unit: 'bytes',
    value: (row) => row.totalBytes ?? Number.NaN,
    cell: (row) => bytes(row.totalBytes),
  },
  {
    key: 'device',
    title: 'Device',
    text: true,
    firstDirection: 'asc',
    value: (row) => row.device,
    cell: (row) => <span className="foreign">{displayName(row.device, 60, NONE)}</span>,
  },
  {
    key: 'type',
    title: 'Type',
    level: 'narrow',
    text: true,
    firstDirection: 'asc',
    value: (row) => row.type,
    cell: (row) => displayName(row.type, 20, NONE),
  },
];

/** @param search of links to services. */
export function processColumns(range: Range, search: string): Column<WithId<HostProcess>>[] {
  return [
    {
      key: 'service',
      title: 'Service',
      primary: true,
      value: (row) => row.service,
      cell: (row) =>
        row.serviceId === null ? (
          <span className="foreign">{displayName(row.service, 120)}</span>
        ) : (
          <Link className="foreign" dir="auto" to={servicePath(row.serviceId, search)}>
            {displayName(row.service, 120)}
          </Link>
        ),
    },
    {
      key: 'pid',
      title: 'Process',
      level: 'narrow',
      value: (row) => row.pid,
      cell: (row) => <span className="num">{row.pid}</span>,
    },
    {
      key: 'cpu',
      title: 'CPU',
      hint: '100 % is one processor the whole time; latest',
      level: 'narrow',
      value: (row) => row.cpu?.last ?? Number.NaN,
      cell: ({ cpu }) => (
        <Figure
          text={formatPercent(cpu?.last ?? Number.NaN)}
          title={
            cpu === null
              ? 'not measured'
              : `${formatPercent(cpu.average)} on average, at most ${formatPercent(cpu.max)}`
          }
        />
      ),
    },
    {
      key: 'cpuTrend',
      title: 'CPU over time',
      exported: null,
      value: (row) => row.cpu?.average ?? Number.NaN,
      cell: (row) => <Sparkline range={range} values={row.cpuValues} label="CPU over time" />,
    },
    {
      key: 'memory',
      title: 'Memory',
      hint: 'Resident, latest',
      level: 'narrow',
      unit: 'bytes',
      value: (row) => row.memoryBytes?.last ?? Number.NaN,
      cell: (row) => bytes(row.memoryBytes?.last ?? null),
    },
    {
      key: 'memoryMax',
      title: 'Most memory',
      unit: 'bytes',
      value: (row) => row.memoryBytes?.max ?? Number.NaN,
      cell: (row) => bytes(row.memoryBytes?.max ?? null),
    },
    {
      key: 'lastSeenMs',
      title: 'Last seen',
      level: 'narrow',
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

export const APPLICATION_COLUMNS: readonly Column<WithId<HostAnswer['packages'][number]>>[] = [
  {
    key: 'name',
    title: 'Application',
    primary: true,
    value: (row) => row.name,
    cell: (row) => <span className="foreign">{displayName(row.name, 120)}</span>,
  },
  {
    key: 'version',
    title: 'Version',
    level: 'narrow',
    text: true,
    firstDirection: 'asc',
    value: (row) => row.version,
    cell: (row) => <span className="foreign num">{displayName(row.version, 60, NONE)}</span>,
  },
  {
    key: 'source',
    title: 'From',
    level: 'narrow',
    text: true,
    firstDirection: 'asc',
    value: (row) => row.source,
    cell: (row) => row.source,
  },
];

export const COLLECTOR_COLUMNS: readonly Column<WithId<CollectorState>>[] = [
  {
    key: 'name',
    title: 'Collector',
    primary: true,
    value: (row) => row.name,
    cell: (row) => <span className="foreign">{displayName(row.name, 40)}</span>,
  },
  {
    key: 'state',
    title: 'State',
    hint: 'Of its latest runs',
    level: 'narrow',
    text: true,
    firstDirection: 'asc',
    value: (row) => (row.ok ? 'works' : 'fails'),
    cell: (row) => (row.ok ? 'works' : <b className={classes['bad']}>fails</b>),
  },
  {
    key: 'runs',
    title: 'Runs',
    level: 'narrow',
    value: (row) => row.runs,
    cell: (row) => <Figure text={formatCount(row.runs)} />,
  },
  {
    key: 'failures',
    title: 'Failed runs',
    level: 'narrow',
    value: (row) => row.failures,
    cell: (row) => <Figure text={formatCount(row.failures)} />,
  },
  {
    key: 'duration',
    title: 'Time per run',
    hint: 'Average; at most in the title',
    level: 'narrow',
    unit: 'ms',
    value: (row) => row.durationMs?.average ?? Number.NaN,
    cell: ({ durationMs }) => (
      <Figure
        text={formatDuration((durationMs?.average ?? Number.NaN) * 1000)}
        title={
          durationMs === null ? 'not measured' : `at most ${formatDuration(durationMs.max * 1000)}`
        }
      />
    ),
  },
];
