import { Link } from 'react-router';
import type { HostFigure, HostRow, Range } from '../../../server/api-types.js';
import { servicePath } from '../../api/links.js';
import { Tag } from '../../components/badges.js';
import { ShareBar } from '../../components/bars.js';
import { Figure } from '../../components/figure.js';
import { Sparkline } from '../../components/sparkline.js';
import type { Column } from '../../components/table/columns.js';
import { formatByteRate, formatBytes } from '../../format/bytes.js';
import { displayName } from '../../format/hostile.js';
import { formatPercent, formatRate, NONE, plural } from '../../format/number.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './hosts-view.module.css';

/** Services named in a row before the rest is counted. */
const NAMED = 3;
/** Silent for longer than this, an agent is worth a look: it measures every 15 s. */
export const SILENT_MS = 180_000;

type Format = (value: number) => string;

const words = (figure: HostFigure, format: Format): string =>
  `now ${format(figure.last)}, average ${format(figure.average)}, at most ${format(figure.max)}`;

function FigureCell({ figure, format }: { figure: HostFigure | null; format: Format }) {
  if (figure === null) return <span className="unit">{NONE}</span>;
  return <Figure text={format(figure.last)} title={words(figure, format)} />;
}

const last = (figure: HostFigure | null): number => figure?.last ?? Number.NaN;

function usedShare(used: HostFigure | null, total: number | null): number {
  return used === null || total === null || total === 0 ? Number.NaN : used.last / total;
}

function ShareCell({ share, title }: { share: number; title: string }) {
  if (Number.isNaN(share)) return <span className="unit">{NONE}</span>;
  return (
    <span title={title}>
      <ShareBar share={share} />
    </span>
  );
}

function RatesCell({ rates }: { rates: readonly [string, HostFigure][] }) {
  if (rates.length === 0) return <span className="unit">{NONE}</span>;
  return (
    <span className={classes['rates']}>
      {rates.map(([arrow, figure]) => (
        <span key={arrow} className="num" title={words(figure, formatByteRate)}>
          <span className="unit">{arrow}</span> {formatByteRate(figure.last)}
        </span>
      ))}
    </span>
  );
}

/** @param search of links to services. */
export function hostColumns(
  range: Range,
  hrefOf: (row: HostRow) => string,
  search: string,
): Column<HostRow>[] {
  return [
    {
      key: 'name',
      title: 'Host',
      primary: true,
      value: (row) => row.name,
      cell: (row) => (
        <Link to={hrefOf(row)} className={classes['name']}>
          <b className="foreign" dir="auto">
            {displayName(row.name, 120, 'unnamed host')}
          </b>
          <span className={classes['meta']}>
            {row.osType !== '' && <Tag>{displayName(row.osType, 20)}</Tag>}
            {row.arch !== '' && <Tag>{displayName(row.arch, 20)}</Tag>}
            {row.cpus !== null && <span className="unit">{plural(row.cpus, 'CPU')}</span>}
          </span>
        </Link>
      ),
    },
    {
      key: 'cpu',
      title: 'CPU',
      hint: 'Share of all processors’ time, latest',
      level: 'narrow',
      value: (row) => last(row.cpuUtilization),
      cell: ({ cpuUtilization: cpu }) => (
        <ShareCell share={last(cpu)} title={cpu === null ? '' : words(cpu, formatPercent)} />
      ),
    },
    {
      key: 'trend',
      title: 'CPU over time',
      hint: 'Sorts by the average',
      exported: null,
      value: (row) => row.cpuUtilization?.average ?? Number.NaN,
      cell: (row) => (
        <Sparkline
          range={range}
          values={row.sparkline}
          label={`CPU over time, ${formatPercent(row.cpuUtilization?.average ?? Number.NaN)} on average`}
        />
      ),
    },
    {
      key: 'load',
      title: 'Load',
      hint: 'Load average over one minute, latest',
      level: 'wide',
      value: (row) => last(row.load),
      cell: (row) => <FigureCell figure={row.load} format={formatRate} />,
    },
    {
      key: 'memory',
      title: 'Memory',
      hint: 'Used share, latest',
      level: 'narrow',
      value: (row) => usedShare(row.memoryUsedBytes, row.memoryTotalBytes),
      cell: ({ memoryUsedBytes: used, memoryTotalBytes: total }) => (
        <ShareCell
          share={usedShare(used, total)}
          title={
            used === null ? '' : `${words(used, formatBytes)}; ${formatBytes(total ?? NaN)} in all`
          }
        />
      ),
    },
    {
      key: 'swap',
      title: 'Swap',
      hint: 'Used, latest',
      level: 'wide',
      unit: 'bytes',
      value: (row) => last(row.swapUsedBytes),
      cell: (row) => <FigureCell figure={row.swapUsedBytes} format={formatBytes} />,
    },
    {
      key: 'disk',
      title: 'Fullest disk',
      hint: 'Used share of the file system with the least room',
      level: 'narrow',
      value: (row) => row.fullestFileSystem?.usedShare ?? Number.NaN,
      cell: ({ fullestFileSystem: fullest }) => (
        <ShareCell
          share={fullest?.usedShare ?? Number.NaN}
          title={displayName(fullest?.mountpoint ?? '', 80)}
        />
      ),
    },
    {
      key: 'diskIo',
      title: 'Disk I/O',
      hint: 'Read and written per second, latest; sorts by both together',
      level: 'medium',
      unit: 'bytes/s',
      value: ({ diskBytesPerSecond: io }) => (io === null ? NaN : io.read.last + io.write.last),
      cell: ({ diskBytesPerSecond: io }) => (
        <RatesCell
          rates={
            io === null
              ? []
              : [
                  ['read', io.read],
                  ['write', io.write],
                ]
          }
        />
      ),
    },
    {
      key: 'network',
      title: 'Network',
      hint: 'Received and sent per second, latest; sorts by both together',
      level: 'narrow',
      unit: 'bytes/s',
      value: ({ networkBytesPerSecond: net }) =>
        net === null ? NaN : net.receive.last + net.transmit.last,
      cell: ({ networkBytesPerSecond: net }) => (
        <RatesCell
          rates={
            net === null
              ? []
              : [
                  ['in', net.receive],
                  ['out', net.transmit],
                ]
          }
        />
      ),
    },
    {
      key: 'services',
      title: 'Services',
      hint: 'Monitored services with processes on the host; sorts by their number',
      level: 'narrow',
      text: true,
      value: (row) => row.services.length,
      exported: (row) => row.services.map((service) => service.name).join(' '),
      cell: (row) => <ServiceNames row={row} search={search} />,
    },
    {
      key: 'collectors',
      title: 'Collectors',
      hint: 'Parts of the agent that failed when they last measured',
      level: 'wide',
      value: (row) => row.collectors.filter((one) => !one.ok).length,
      cell: (row) => {
        const failing = row.collectors.filter((one) => !one.ok);
        if (failing.length === 0) return <span className="unit">all work</span>;
        return (
          <span className={classes['failing']} title={failing.map((one) => one.name).join(', ')}>
            {failing.length} failing
          </span>
        );
      },
    },
    {
      key: 'agentVersion',
      title: 'Agent',
      level: 'asked',
      text: true,
      value: (row) => row.agentVersion,
      cell: (row) => <span className="foreign">{displayName(row.agentVersion, 30, NONE)}</span>,
    },
    {
      key: 'lastSeenMs',
      title: 'Last seen',
      level: 'narrow',
      exported: (row) => new Date(row.lastSeenMs).toISOString(),
      value: (row) => row.lastSeenMs,
      cell: (row) => (
        <span
          className={`num ${Date.now() - row.lastSeenMs > SILENT_MS ? (classes['silent'] ?? '') : ''}`}
          title={formatMoment(row.lastSeenMs)}
        >
          {formatAgo(row.lastSeenMs)}
        </span>
      ),
    },
  ];
}

function ServiceNames({ row, search }: { row: HostRow; search: string }) {
  if (row.services.length === 0) return <span className="unit">none</span>;
  const more = row.services.length - NAMED;
  return (
    <span className={classes['services']}>
      {row.services.slice(0, NAMED).map((service) => (
        <Link
          key={service.id}
          className="foreign"
          dir="auto"
          to={servicePath(service.id, search)}
          title={plural(service.instances, 'instance')}
        >
          {displayName(service.name, 60)}
        </Link>
      ))}
      {more > 0 && <span className="unit">and {more} more</span>}
    </span>
  );
}
