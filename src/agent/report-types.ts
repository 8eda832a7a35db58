/**
 * What GET /v1/report?minutes=N on the agent's socket answers, and what `retrace report --json` prints. Times are
 * epoch ms, durations µs.
 */

/** One number line of a table. */
export interface ReportStats {
  calls: number;
  errors: number;
  averageUs: number;
  p50Us: number;
  p95Us: number;
  p99Us: number;
  maxUs: number;
  totalUs: number;
}

export interface ReportErrorCount {
  /** error.type: SQLSTATE, errno, status, class name. */
  type: string;
  calls: number;
}

export interface ReportCaller {
  /** `GET /orders/:id`; '' = outside any request. */
  endpoint: string;
  calls: number;
  errors: number;
  totalUs: number;
  /** Share of the row's total time, 0 … 1. */
  share: number;
  /** Requests of this endpoint in which the query ran REPEAT_THRESHOLD times or more, and the most runs in one. */
  repeatedRequests: number;
  repeatedMax: number;
}

export interface LocalReportRow extends ReportStats {
  /** `GET /orders/:id`, `SELECT orders`, or `POST api.pay.example/v1/charges/*`. */
  name: string;
  /** Queries only: the signature. */
  text?: string;
  /** Queries: `postgresql shop@db:5432`; web services: ''. */
  source: string;
  /** The explicit overflow row. */
  other: boolean;
  callsPerMinute: number;
  /** Share of the report's total time, 0 … 1. */
  share: number;
  errorTypes: ReportErrorCount[];
  /** Empty for endpoints. Most time first. */
  callers: ReportCaller[];
  /** Endpoints only: wall time by component, when the runtime sent it. */
  split?: { databaseUs: number; webServicesUs: number; ownCodeUs: number };
}

export interface LocalReportTable {
  calls: number;
  errors: number;
  totalUs: number;
  /** Most total time first. */
  rows: LocalReportRow[];
  /** Rows past the limit that was asked for. */
  omittedRows: number;
}

export interface LocalServiceReport {
  service: string;
  /** Processes that reported. */
  instances: number;
  endpoints: LocalReportTable;
  queries: LocalReportTable;
  webServices: LocalReportTable;
}

export interface LocalLoss {
  service: string;
  /** `retrace.reason`. */
  reason: string;
  records: number;
  /** Slow requests that were to be shown call by call; absent = operations. */
  kind?: 'waterfall';
}

export interface LocalReport {
  /** What the data covers: start of the first window and end of the last one; 0 when there is none. */
  fromMs: number;
  toMs: number;
  /** As asked. */
  minutes: number;
  /** Busiest first. */
  services: LocalServiceReport[];
  losses: LocalLoss[];
}
