import type { Range, ReportKind, ReportRow } from '../../../server/api-types.js';
import { ShareBar, SplitBar, StatusBar } from '../../components/bars.js';
import { ErrorCell } from '../../components/errors.js';
import { Figure } from '../../components/figure.js';
import { RowName } from '../../components/row-name.js';
import { Sparkline } from '../../components/sparkline.js';
import { ApdexCell } from '../../components/apdex.js';
import type { Column, ColumnLevel, Facet } from '../../components/table/columns.js';
import { formatTiming } from '../../format/duration.js';
import { changeOf } from '../../format/change.js';
import { displayName } from '../../format/hostile.js';
import { errorRate, formatCount, formatExactCount, formatRate } from '../../format/number.js';
import { splitRatio } from '../../format/split.js';
import { formatAgo, formatMoment } from '../../format/time.js';

import { ChangeBadge, Delta } from './change-badge.js';
import { CHANGE_FACET } from './compare-summary.js';

type ReportColumn = Column<ReportRow>;
/** Figures that the answer also has of the period before, and what more of them means. */
const COMPARED = { averageUs: 'bad', p95Us: 'bad', totalUs: 'bad' } as const;
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
  cell: (row) => (
    <>
      <Figure text={formatTiming(row[key], row.calls)} />
      {Object.hasOwn(COMPARED, key) && (
        <Delta
          kind="duration"
          now={row[key]}
          before={row.previous?.[key as keyof typeof COMPARED]}
          more={COMPARED[key as keyof typeof COMPARED]}
        />
      )}
    </>
  ),
});

const figures: ReportColumn[] = [
  {
    key: 'calls',
    title: 'Calls',
    hint: 'Calls in the time range',
    level: 'narrow',
    value: (row) => row.calls,
    cell: (row) => (
      <>
        <Figure text={formatCount(row.calls)} title={formatExactCount(row.calls)} />
        <Delta kind="count" now={row.calls} before={row.previous?.calls} more="neutral" />
      </>
    ),
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

const callsPerRequest: ReportColumn = {
  key: 'callsPerRequest',
  title: '/req',
  hint: 'Average calls per request of the endpoints that make them',
  value: (row) => row.callsPerRequest ?? Number.NaN,
  cell: (row) => <Figure text={formatRate(row.callsPerRequest ?? Number.NaN)} />,
};

/** Slower ones first, new ones before and gone ones after them. */
function changeValue({ change, averageUs, previous }: ReportRow): number {
  if (change === 'new') return Number.MAX_VALUE;
  if (change === 'gone') return -1;
  return previous === undefined ? Number.NaN : changeOf(averageUs, previous.averageUs);
}

const changeColumn: ReportColumn = {
  key: 'change',
  title: 'Change',
  hint: 'Since the period before; sorts by the change of the average',
  level: 'narrow',
  text: true,
  firstDirection: 'desc',
  value: changeValue,
  exported: (row) => row.change ?? '',
  cell: (row) => <ChangeBadge row={row} />,
};

/** Columns that only one report has. */
const special: Record<ReportKind, ReportColumn[]> = {
  endpoints: [
    {
      key: 'apdex',
      title: 'Apdex',
      hint: 'App satisfaction, 0 … 1, with the service’s threshold',
      firstDirection: 'asc',
      value: (row) => row.endpoint?.apdex.score ?? Number.NaN,
      cell: (row) => (row.endpoint === undefined ? null : <ApdexCell apdex={row.endpoint.apdex} />),
    },
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
    callsPerRequest,
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
    callsPerRequest,
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
  comparing: boolean,
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
    ...(comparing ? [changeColumn] : []),
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
  endpoints: [
    { param: 'method', label: 'Method', valueOf: (row) => row.endpoint?.method ?? '' },
    CHANGE_FACET,
  ],
  queries: [
    { param: 'operation', label: 'Operation', valueOf: (row) => row.query?.operation ?? '' },
    { param: 'table', label: 'Table', valueOf: (row) => row.query?.collection ?? '' },
    { param: 'database', label: 'Database', valueOf: (row) => row.query?.namespace ?? '' },
    CHANGE_FACET,
  ],
  'web-services': [
    { param: 'method', label: 'Method', valueOf: (row) => row.call?.method ?? '' },
    { param: 'host', label: 'Host', valueOf: (row) => row.call?.address ?? '' },
    CHANGE_FACET,
  ],
};
