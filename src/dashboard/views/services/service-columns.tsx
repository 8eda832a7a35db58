import { Link } from 'react-router';
import type { Range, ServiceRow } from '../../../server/api-types.js';
import { ApdexCell } from '../../components/apdex.js';
import { Tag } from '../../components/badges.js';
import { SplitBar } from '../../components/bars.js';
import { ErrorCell } from '../../components/errors.js';
import { Figure } from '../../components/figure.js';
import { Sparkline } from '../../components/sparkline.js';
import type { Column } from '../../components/table/columns.js';
import { formatTiming } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { errorRate, formatCount, formatExactCount, formatRate } from '../../format/number.js';
import { splitRatio } from '../../format/split.js';
import { formatAgo, formatMoment } from '../../format/time.js';
import classes from './services-view.module.css';

export function serviceColumns(
  range: Range,
  hrefOf: (row: ServiceRow) => string,
): Column<ServiceRow>[] {
  return [
    {
      key: 'name',
      title: 'Service',
      primary: true,
      value: (row) => row.name,
      cell: (row) => (
        <Link to={hrefOf(row)} className={classes['name']}>
          <b className="foreign" dir="auto">
            {displayName(row.name, 200)}
          </b>
          <span className={classes['meta']}>
            {row.environment !== '' && <Tag>{displayName(row.environment, 40)}</Tag>}
            {row.version !== '' && <Tag>v{displayName(row.version, 40)}</Tag>}
          </span>
        </Link>
      ),
    },
    {
      key: 'apdex',
      title: 'Apdex',
      hint: 'App satisfaction, 0 … 1, with each service’s own threshold',
      level: 'narrow',
      firstDirection: 'asc',
      value: (row) => row.apdex.score ?? Number.NaN,
      cell: (row) => <ApdexCell apdex={row.apdex} />,
    },
    {
      key: 'callsPerMinute',
      level: 'narrow',
      title: 'Requests/min',
      value: (row) => row.callsPerMinute,
      cell: (row) => (
        <Figure
          text={formatRate(row.callsPerMinute)}
          title={`${formatExactCount(row.requests.calls)} requests`}
        />
      ),
    },
    {
      key: 'trend',
      title: 'Trend',
      hint: 'Requests over the time range; sorts by requests',
      level: 'narrow',
      exported: null,
      value: (row) => row.requests.calls,
      cell: (row) => (
        <Sparkline
          range={range}
          values={row.sparkline}
          label={`Requests over time, ${formatExactCount(row.requests.calls)} in all`}
        />
      ),
    },
    {
      key: 'averageUs',
      title: 'Average',
      unit: 'µs',
      value: (row) => row.requests.averageUs,
      cell: (row) => <Figure text={formatTiming(row.requests.averageUs, row.requests.calls)} />,
    },
    {
      key: 'p95Us',
      title: 'p95',
      level: 'narrow',
      unit: 'µs',
      hint: '95 % of the requests were at most this slow',
      value: (row) => row.requests.p95Us,
      cell: (row) => <Figure text={formatTiming(row.requests.p95Us, row.requests.calls)} />,
    },
    {
      key: 'errorRate',
      title: 'Errors',
      hint: 'Failed requests and their share; sorts by the share',
      level: 'narrow',
      value: (row) => errorRate(row.requests),
      cell: (row) => <ErrorCell calls={row.requests.calls} errors={row.requests.errors} />,
    },
    {
      key: 'split',
      title: 'Components',
      hint: 'Time in database, web services, own code; sorts by the database’s share',
      level: 'narrow',
      value: (row) => splitRatio(row.split),
      cell: (row) => <SplitBar split={row.split} />,
    },
    {
      key: 'instances',
      title: 'Instances',
      value: (row) => row.instances,
      cell: (row) => <Figure text={formatCount(row.instances)} />,
    },
    {
      key: 'runtime',
      title: 'Runtime',
      hint: 'Of the instance that was seen last',
      level: 'wide',
      text: true,
      value: (row) => row.runtimes[0]?.runtime ?? '',
      cell: (row) => (
        <span className="foreign">{displayName(row.runtimes[0]?.runtime ?? '', 40, '–')}</span>
      ),
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
