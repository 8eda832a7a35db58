/**
 * The report API's answers, shared with the dashboard as types. Times on this border are epoch
 * milliseconds; durations are µs (suffix Us); rates are per minute.
 *
 *   POST /api/login            { token }            → Session        one-time token; sets the session cookie
 *   POST /api/logout                                 → 204
 *   GET  /api/session                                → Session | 401
 *   GET  /api/services?from&to                       → ServicesAnswer
 *   GET  /api/services/:id/:report?from&to           → ReportAnswer   report = endpoints | queries | web-services
 *   GET  /api/services/:id/:report/:rowId?from&to    → DetailAnswer
 *   GET  /api/setup                                  → SetupAnswer    how to connect the first app
 *
 * `from`/`to`: epoch ms; errors: { error: { code, message } } with the codes of protocol/delivery.ts.
 */

export type ReportKind = 'endpoints' | 'queries' | 'web-services';

export interface Session {
  user: { name: string; role: 'owner' };
  tenant: { id: string; name: string };
  expiresAtMs: number;
}

/** The range that was really answered: buckets are whole, so it can be wider than asked. */
export interface Range {
  fromMs: number;
  toMs: number;
  bucketSeconds: 60 | 3600 | 86400;
}

export interface Stats {
  calls: number;
  errors: number;
  averageUs: number;
  p50Us: number;
  p95Us: number;
  p99Us: number;
  maxUs: number;
  totalUs: number;
}

export interface ComponentSplit {
  databaseUs: number;
  webServicesUs: number;
  ownCodeUs: number;
}

export interface ServiceRow {
  id: string;
  name: string;
  environment: string;
  version: string;
  instances: number;
  lastSeenMs: number;
  requests: Stats;
  callsPerMinute: number;
  split: ComponentSplit;
  /** Requests over the range, oldest first, in equal steps: one per bucket, or per group of buckets (at most 64 steps). */
  sparkline: number[];
}

export interface ServicesAnswer {
  range: Range;
  services: ServiceRow[];
  losses: Loss[];
}

/** Every loss that is known, with its reason (`retrace.reason`) and where it happened. */
export interface Loss {
  reason: string;
  service: string;
  records: number;
}

export interface ErrorCount {
  /** error.type, or the HTTP status for answered requests. */
  type: string;
  calls: number;
}

export interface ReportRow extends Stats {
  id: string;
  /** What the row is called: `GET /orders/:id`, the query's summary, or `POST api.pay.example/v1/charges/*`. */
  name: string;
  /** True for the explicit overflow row. */
  other: boolean;
  callsPerMinute: number;
  /** Share of the report's total time, 0 … 1. */
  share: number;
  errorTypes: ErrorCount[];
  firstSeenMs: number;
  lastSeenMs: number;
  sparkline: number[];
  /** Endpoints only. */
  endpoint?: { method: string; route: string; split: ComponentSplit; queriesPerRequest: number };
  /** Queries only. `text` is the signature. */
  query?: {
    text: string;
    operation: string;
    collection: string;
    system: string;
    namespace: string;
    address: string;
    /** Requests in which this query ran REPEAT_THRESHOLD times or more, and the most runs in one request. */
    repeatedRequests: number;
    repeatedMax: number;
  };
  /** Web services only. */
  call?: { method: string; address: string; port: number; template: string; statuses: StatusSplit };
}

export interface StatusSplit {
  s2xx: number;
  s3xx: number;
  s4xx: number;
  s5xx: number;
  /** No answer: refused, reset, timed out, … */
  failed: number;
}

export interface ReportAnswer {
  range: Range;
  service: { id: string; name: string };
  report: ReportKind;
  totalUs: number;
  rows: ReportRow[];
  losses: Loss[];
}

/** One point of a time chart. Empty buckets are absent, not zero. */
export interface ChartPoint {
  timeMs: number;
  calls: number;
  errors: number;
  averageUs: number;
  p50Us: number;
  p95Us: number;
  p99Us: number;
  maxUs: number;
  totalUs: number;
}

/** A caller of a query or web service; for an endpoint, what it calls. */
export interface RelatedRow extends Stats {
  id: string;
  report: ReportKind;
  /** `(outside any request)` where there is no endpoint. */
  name: string;
  /** Share of the detail row's total time. */
  share: number;
  repeatedRequests: number;
  repeatedMax: number;
}

export interface DetailAnswer {
  range: Range;
  service: { id: string; name: string };
  report: ReportKind;
  row: ReportRow;
  chart: ChartPoint[];
  related: RelatedRow[];
}

export interface SetupAnswer {
  /** Commands that connect the first app, ready to copy. */
  commands: string[];
  agentsSeen: number;
}
