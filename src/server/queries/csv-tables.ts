import type {
  PrivacyAnswer,
  ReceivedField,
  ReportAnswer,
  ReportKind,
  ReportRow,
  ServiceRow,
  ServicesAnswer,
  Stats,
} from '../api-types.js';
import { milliseconds, rounded, toCsv, utcTime, type CsvColumn } from './csv.js';

/** Any table of the dashboard as the file that `format=csv` answers. */

const statsColumns = <T>(of: (row: T) => Stats): CsvColumn<T>[] => [
  { heading: 'Calls', cell: (row) => of(row).calls },
  { heading: 'Errors', cell: (row) => of(row).errors },
  { heading: 'Average (ms)', cell: (row) => milliseconds(of(row).averageUs) },
  { heading: 'p50 (ms)', cell: (row) => milliseconds(of(row).p50Us) },
  { heading: 'p95 (ms)', cell: (row) => milliseconds(of(row).p95Us) },
  { heading: 'p99 (ms)', cell: (row) => milliseconds(of(row).p99Us) },
  { heading: 'Max (ms)', cell: (row) => milliseconds(of(row).maxUs) },
  { heading: 'Total (ms)', cell: (row) => milliseconds(of(row).totalUs) },
];

const SERVICES: readonly CsvColumn<ServiceRow>[] = [
  { heading: 'Service', cell: (row) => row.name },
  { heading: 'Environment', cell: (row) => row.environment },
  { heading: 'Version', cell: (row) => row.version },
  { heading: 'Instances', cell: (row) => row.instances },
  ...statsColumns<ServiceRow>((row) => row.requests),
  { heading: 'Requests per minute', cell: (row) => rounded(row.callsPerMinute) },
  { heading: 'Error rate (0-1)', cell: (row) => rounded(row.errorRate, 6) },
  { heading: 'Apdex (0-1)', cell: (row) => row.apdex.score && rounded(row.apdex.score) },
  { heading: 'Apdex threshold (ms)', cell: (row) => row.apdex.thresholdMs },
  { heading: 'Database (ms)', cell: (row) => milliseconds(row.split.databaseUs) },
  { heading: 'Web services (ms)', cell: (row) => milliseconds(row.split.webServicesUs) },
  { heading: 'Own code (ms)', cell: (row) => milliseconds(row.split.ownCodeUs) },
  { heading: 'Last seen (UTC)', cell: (row) => utcTime(row.lastSeenMs) },
];

const ROW_END: readonly CsvColumn<ReportRow>[] = [
  { heading: 'Calls per minute', cell: (row) => rounded(row.callsPerMinute) },
  { heading: 'Share of total time (0-1)', cell: (row) => rounded(row.share, 6) },
  { heading: 'First seen (UTC)', cell: (row) => utcTime(row.firstSeenMs) },
  { heading: 'Last seen (UTC)', cell: (row) => utcTime(row.lastSeenMs) },
];

const statusColumns = (
  of: (row: ReportRow) => NonNullable<ReportRow['call']>['statuses'] | undefined,
): CsvColumn<ReportRow>[] => [
  { heading: '2xx', cell: (row) => of(row)?.s2xx },
  { heading: '3xx', cell: (row) => of(row)?.s3xx },
  { heading: '4xx', cell: (row) => of(row)?.s4xx },
  { heading: '5xx', cell: (row) => of(row)?.s5xx },
  { heading: 'No answer', cell: (row) => of(row)?.failed },
];

const callsPerRequest: CsvColumn<ReportRow> = {
  heading: 'Calls per request',
  cell: (row) => row.callsPerRequest && rounded(row.callsPerRequest),
};

const REPORTS: Readonly<Record<ReportKind, readonly CsvColumn<ReportRow>[]>> = {
  endpoints: [
    { heading: 'Endpoint', cell: (row) => row.name },
    ...statsColumns<ReportRow>((row) => row),
    {
      heading: 'Apdex (0-1)',
      cell: ({ endpoint }) => endpoint?.apdex.score && rounded(endpoint.apdex.score),
    },
    {
      heading: 'Database (ms)',
      cell: ({ endpoint }) => milliseconds(endpoint?.split.databaseUs ?? 0),
    },
    {
      heading: 'Web services (ms)',
      cell: ({ endpoint }) => milliseconds(endpoint?.split.webServicesUs ?? 0),
    },
    {
      heading: 'Own code (ms)',
      cell: ({ endpoint }) => milliseconds(endpoint?.split.ownCodeUs ?? 0),
    },
    {
      heading: 'Queries per request',
      cell: ({ endpoint }) => rounded(endpoint?.queriesPerRequest ?? 0),
    },
    ...statusColumns((row) => row.endpoint?.statuses),
    ...ROW_END,
  ],
  queries: [
    { heading: 'Query', cell: (row) => row.name },
    { heading: 'Signature', cell: (row) => row.query?.text },
    { heading: 'Operation', cell: (row) => row.query?.operation },
    { heading: 'Table', cell: (row) => row.query?.collection },
    { heading: 'Database system', cell: (row) => row.query?.system },
    { heading: 'Database', cell: (row) => row.query?.namespace },
    { heading: 'Host', cell: (row) => row.query?.address },
    ...statsColumns<ReportRow>((row) => row),
    callsPerRequest,
    { heading: 'Requests with repetition', cell: (row) => row.query?.repeatedRequests },
    { heading: 'Most runs in one request', cell: (row) => row.query?.repeatedMax },
    ...ROW_END,
  ],
  'web-services': [
    { heading: 'Call', cell: (row) => row.name },
    { heading: 'Method', cell: (row) => row.call?.method },
    { heading: 'Host', cell: (row) => row.call?.address },
    { heading: 'Port', cell: (row) => row.call?.port },
    { heading: 'Path template', cell: (row) => row.call?.template },
    ...statsColumns<ReportRow>((row) => row),
    callsPerRequest,
    ...statusColumns((row) => row.call?.statuses),
    {
      heading: 'Failures (type: calls)',
      cell: (row) => row.call?.failures.map(({ type, calls }) => `${type}: ${calls}`).join('; '),
    },
    ...ROW_END,
  ],
};

const COMPARED: readonly CsvColumn<ReportRow>[] = [
  { heading: 'Change', cell: (row) => row.change },
  { heading: 'Calls before', cell: (row) => row.previous?.calls },
  {
    heading: 'Average before (ms)',
    cell: ({ previous }) => previous && milliseconds(previous.averageUs),
  },
  { heading: 'p95 before (ms)', cell: ({ previous }) => previous && milliseconds(previous.p95Us) },
  {
    heading: 'Total before (ms)',
    cell: ({ previous }) => previous && milliseconds(previous.totalUs),
  },
];

const FIELDS: readonly CsvColumn<ReceivedField>[] = [
  { heading: 'Attribute', cell: (field) => field.name },
  { heading: 'Of', cell: (field) => field.scope },
  { heading: 'Meaning', cell: (field) => field.meaning },
  { heading: 'Times received', cell: (field) => field.received },
  { heading: 'Last received (UTC)', cell: ({ lastReceivedMs: at }) => at && utcTime(at) },
  { heading: 'Different values stored', cell: (field) => field.distinct },
  { heading: 'Example', cell: (field) => field.example },
];

export function servicesCsv(answer: ServicesAnswer): string {
  return toCsv(SERVICES, answer.services);
}

export function reportCsv(answer: ReportAnswer): string {
  const columns = REPORTS[answer.report];
  return toCsv(answer.compare === undefined ? columns : [...columns, ...COMPARED], answer.rows);
}

export function privacyCsv(answer: PrivacyAnswer): string {
  return toCsv(FIELDS, answer.fields);
}
