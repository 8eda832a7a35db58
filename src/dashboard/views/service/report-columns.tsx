import type { Range, ReportKind, ReportRow } from '../../../server/api-types.js';
import { ShareBar, SplitBar, StatusBar } from '../../components/bars.js';
import { ErrorCell } from '../../components/errors.js';
import { Figure } from '../../components/figure.js';
import { RowName } from '../../components/row-name.js';
import { Sparkline } from '../../components/sparkline.js';
import type { Column, ColumnLevel, Facet } from '../../components/table/columns.js';
import { formatDuration } from '../../format/duration.js';
import { displayName } from '../../format/hostile.js';
import { errorRate, formatCount, formatExactCount, formatRate } from '../../format/number.js';
import { splitRatio } from '../../format/split.js';
import { formatAgo, formatMoment } from '../../format/time.js';

type ReportColumn = Column<ReportRow>;
type DurationField = 'averageUs' | 'p50Us' | 'p95Us' | 'p99Us' | 'maxUs' | 'totalUs';

const duration = (
  key: DurationField,
  title: string,
  hint: string,
  level?: ColumnLevel,
): ReportColumn => ({
  key,
  title,
  hint,
  level,
  unit: 'µs',
  value: (row) => row[key],
  cell: (row) => <Figure text={formatDuration(row[key])} />,
});

const figures: ReportColumn[] = [
  {
    key: 'calls',
    title: 'Calls',
    hint: 'Calls in the time range',
    level: 'narrow',
    value: (row) => row.calls,
    cell: (row) => <Figure text={formatCount(row.calls)} title={formatExactCount(row.calls)} />,
  },
  {
    key: 'callsPerMinute',
    title: '/min',
    hint: 'Calls per minute',
    value: (row) => row.callsPerMinute,
    cell: (row) => <Figure text={formatRate(row.callsPerMinute)} />,
  },
  duration('averageUs', 'Average', 'Total time ÷ calls'),
  duration('p50Us', 'p50', 'Half of the calls were at most this slow'),
  duration('p95Us', 'p95', '95 % of the calls were at most this slow', 'narrow'),
  duration('p99Us', 'p99', '99 % of the calls were at most this slow'),
  duration('maxUs', 'Max', 'The slowest call'),
  duration('totalUs', 'Total', 'Time spent in all calls together', 'narrow'),
  {
    key: 'share',
    title: 'Share',
    hint: 'Share of the total time of this report',
    level: 'narrow',
    value: (row) => row.share,
    cell: (row) => <ShareBar share={row.share} />,
  },
];

const errors: ReportColumn = {
  key: 'errors',
  title: 'Errors',
  hint: 'Failed calls, their share and most frequent type',
  level: 'narrow',
  value: (row) => row.errors,
  cell: (row) => <ErrorCell {...row} />,
};

const trend = (range: Range): ReportColumn => ({
  key: 'trend',
  title: 'Trend',
  hint: 'Calls over the time range; sorts by calls',
  level: 'narrow',
  exported: null,
  value: (row) => row.calls,
  cell: (row) => (
    <Sparkline
      range={range}
      values={row.sparkline}
      label={`Calls over time, ${formatExactCount(row.calls)} in all`}
    />
  ),
});

const seen = (key: 'firstSeenMs' | 'lastSeenMs', title: string, hint: string): ReportColumn => ({
  key,
  title,
  hint,
  level: 'wide',
  value: (row) => row[key],
  exported: (row) => new Date(row[key]).toISOString(),
  cell: (row) => (
    <span className="num" title={formatMoment(row[key])}>
      {formatAgo(row[key])}
    </span>
  ),
});

const text = (
  key: string,
  title: string,
  hint: string,
  value: (row: ReportRow) => string,
): ReportColumn => ({
  key,
  title,
  hint,
  level: 'asked',
  text: true,
  firstDirection: 'asc',
  value,
  cell: (row) => <span className="foreign">{displayName(value(row), 60, '–')}</span>,
});

/** Columns that only one report has. */
const special: Record<ReportKind, ReportColumn[]> = {
  endpoints: [
    {
      key: 'split',
      title: 'Components',
      hint: 'Time in database, web services, own code; sorts by the database’s share',
      value: (row) => splitRatio(row.endpoint?.split),
      exported: null,
      cell: (row) => (row.endpoint === undefined ? null : <SplitBar split={row.endpoint.split} />),
    },
    {
      key: 'queriesPerRequest',
      title: 'Queries',
      hint: 'Database calls per request',
      value: (row) => row.endpoint?.queriesPerRequest ?? Number.NaN,
      cell: (row) => <Figure text={formatRate(row.endpoint?.queriesPerRequest ?? Number.NaN)} />,
    },
  ],
  queries: [
    text('operation', 'Operation', 'SELECT, INSERT, …', (row) => row.query?.operation ?? ''),
    text(
      'collection',
      'Table',
      'The statement’s first table',
      (row) => row.query?.collection ?? '',
    ),
    text('system', 'System', 'Database system', (row) => row.query?.system ?? ''),
    text('place', 'Database', 'Database and host', (row) =>
      [row.query?.namespace, row.query?.address].filter(Boolean).join(' @ '),
    ),
  ],
  'web-services': [
    {
      key: 'statuses',
      title: 'Answers',
      hint: 'Answers by status class; sorts by calls without a good answer',
      value: (row) => (row.call === undefined ? Number.NaN : errorRate(row)),
      exported: null,
      cell: (row) => (row.call === undefined ? null : <StatusBar statuses={row.call.statuses} />),
    },
  ],
};

const PRIMARY: Record<ReportKind, string> = {
  endpoints: 'Endpoint',
  queries: 'Query',
  'web-services': 'Web service',
};

export function reportColumns(
  report: ReportKind,
  range: Range,
  hrefOf: (row: ReportRow) => string,
): ReportColumn[] {
  return [
    {
      key: 'name',
      title: PRIMARY[report],
      primary: true,
      value: (row) => (row.other ? 'Other' : row.name),
      exported: (row) => (row.other ? 'Other' : (row.query?.text ?? row.name)),
      cell: (row) => <RowName row={row} href={hrefOf(row)} />,
    },
    ...special[report],
    ...figures,
    errors,
    trend(range),
    seen('firstSeenMs', 'First seen', 'When it was seen for the first time, in any time range'),
    seen('lastSeenMs', 'Last seen', 'When it was seen last'),
  ];
}

/** What each report can be narrowed down by, besides its text. */
export const FACETS: Record<ReportKind, readonly Facet<ReportRow>[]> = {
  endpoints: [{ param: 'method', label: 'Method', valueOf: (row) => row.endpoint?.method ?? '' }],
  queries: [
    { param: 'operation', label: 'Operation', valueOf: (row) => row.query?.operation ?? '' },
    { param: 'table', label: 'Table', valueOf: (row) => row.query?.collection ?? '' },
    { param: 'database', label: 'Database', valueOf: (row) => row.query?.namespace ?? '' },
  ],
  'web-services': [
    { param: 'method', label: 'Method', valueOf: (row) => row.call?.method ?? '' },
    { param: 'host', label: 'Host', valueOf: (row) => row.call?.address ?? '' },
  ],
};
