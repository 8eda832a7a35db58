import { Link } from 'react-router';
import type { Range, ServiceRow } from '../../../server/api-types.js';
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
      key: 'callsPerMinute',
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
      hint: 'Requests over the time range',
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
      value: (row) => row.requests.averageUs,
      cell: (row) => <Figure text={formatTiming(row.requests.averageUs, row.requests.calls)} />,
    },
    {
      key: 'p95Us',
      title: 'p95',
      hint: '95 % of the requests were at most this slow',
      value: (row) => row.requests.p95Us,
      cell: (row) => <Figure text={formatTiming(row.requests.p95Us, row.requests.calls)} />,
    },
    {
      key: 'errorRate',
      title: 'Errors',
      hint: 'Failed requests and their share',
      value: (row) => errorRate(row.requests),
      cell: (row) => <ErrorCell calls={row.requests.calls} errors={row.requests.errors} />,
    },
    {
      key: 'split',
      title: 'Components',
      hint: 'Time in database, web services, own code; sorts by the database’s share',
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
      key: 'lastSeenMs',
      title: 'Last seen',
      value: (row) => row.lastSeenMs,
      cell: (row) => (
        <span className="num" title={formatMoment(row.lastSeenMs)}>
          {formatAgo(row.lastSeenMs)}
        </span>
      ),
    },
  ];
}
