/**
 * The report API's answers, shared with the dashboard as types. Times on this border are epoch
 * milliseconds; durations are µs (suffix Us); rates are per minute.
 *
 *   POST /api/login            { token }            → Session        one-time token; sets the session cookie
 *   POST /api/logout                                 → 204
 *   GET  /api/session                                → Session | 401
 *   GET  /api/services?from&to                       → ServicesAnswer
 *   GET  /api/services/:id?from&to                   → ServiceAnswer
 *   PUT  /api/services/:id/settings  ServiceSettings → ServiceSettings
 *   GET  /api/services/:id/:report?from&to           → ReportAnswer   report = endpoints | queries | web-services
 *   GET  /api/services/:id/:report/:rowId?from&to    → DetailAnswer
 *   GET  /api/hosts?from&to                          → HostsAnswer    (api-hosts.ts)
 *   GET  /api/hosts/:id?from&to                      → HostAnswer
 *   GET  /api/services/:id/runtime?from&to           → RuntimeAnswer  (api-runtime.ts)
 *   GET  /api/services/:id/waterfalls?from&to        → WaterfallsAnswer (api-waterfalls.ts)
 *   GET  /api/services/:id/waterfalls/:waterfallId   → WaterfallAnswer
 *   GET  /api/privacy?from&to                        → PrivacyAnswer
 *   GET  /api/setup                                  → SetupAnswer    how to connect the first app
 *
 * Parameters of a report, all optional; an unknown value is answered 400 `invalid_parameter`:
 *   sort=<SortKey>   order=asc|desc   limit=1…5000   the rows come sorted; default: totalUs, desc, 500
 *   q=<text>         part of name, signature, route or template, any case
 *   operation=SELECT table=orders     exactly, any case (queries only)
 *   endpoint=<id>    only calls made for this endpoint, in all figures of the rows (queries, web services)
 *   compare=previous earlier figures and the change of each row; rows that are gone included
 * `format=csv` on services, reports and privacy answers the same rows as a CSV file (RFC 4180, UTF-8, attachment).
 *
 * `from`/`to`: epoch ms; errors: { error: { code, message } } with the codes of protocol/delivery.ts.
 */

export type * from './api-hosts.js';
export type * from './api-runtime.js';
export type * from './api-waterfalls.js';

export type ReportKind = 'endpoints' | 'queries' | 'web-services';

export type SortKey =
  | 'name'
  | 'calls'
  | 'errors'
  | 'averageUs'
  | 'p50Us'
  | 'p95Us'
  | 'p99Us'
  | 'maxUs'
  | 'totalUs'
  | 'firstSeenMs'
  | 'lastSeenMs'
  /** Queries and web services. */
  | 'callsPerRequest'
  /** Endpoints. */
  | 'apdex'
  | 'queriesPerRequest'
  /** Only with compare=previous: the ratio of the averages, largest first; new rows before, gone rows after. */
  | 'change';

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
  /** Why not minutes: the range is too long for them, or they are past their retention. */
  coarseBecause?: 'long_range' | 'minutes_expired';
}

/**
 * App satisfaction over requests: (satisfied + tolerating / 2) / total. Satisfied: answered within T; tolerating:
 * within 4 T; failed requests (error.type set) are frustrated however fast. T and 4 T are rounded up to the end
 * of their histogram bucket, at most 1.1 % above.
 */
export interface Apdex {
  /** 0 … 1; null without requests. */
  score: number | null;
  thresholdMs: number;
  satisfied: number;
  tolerating: number;
  frustrated: number;
}

export interface ServiceSettings {
  /** T of the Apdex: a whole number, 1 … 60000. Default 500. */
  apdexThresholdMs: number;
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

/** A runtime and version of a service's instances, latest first; at most 20. */
export interface RuntimeSeen {
  /** `nodejs 20.20.0`; '' when the sender does not say. */
  runtime: string;
  /** Version of the service. */
  version: string;
  instances: number;
  /** At most 20 names. */
  hosts: string[];
  lastSeenMs: number;
}

/** A host agent that delivered in the range (or still does), latest first. */
export interface AgentSeen {
  hostName: string;
  version: string;
  lastSeenMs: number;
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
  /** errors / calls, 0 … 1. */
  errorRate: number;
  apdex: Apdex;
  runtimes: RuntimeSeen[];
  split: ComponentSplit;
  /** Requests over the range, oldest first, in equal steps: one per bucket, or per group of buckets (at most 64 steps). */
  sparkline: number[];
}

export interface ServicesAnswer {
  range: Range;
  services: ServiceRow[];
  agents: AgentSeen[];
  losses: Loss[];
}

/** Where the time of a bucket's requests went. Empty buckets are absent. */
export interface ComponentPoint extends ComponentSplit {
  timeMs: number;
}

/** One service: its requests and where their time went, over time. */
export interface ServiceAnswer {
  range: Range;
  service: ServiceRow;
  settings: ServiceSettings;
  chart: ChartPoint[];
  components: ComponentPoint[];
  losses: Loss[];
}

/** Every loss that is known, with its reason (`retrace.reason`) and where it happened. */
export interface Loss {
  reason: string;
  /** Absent: operations, which are missing from the figures. Waterfalls are missing from the slow requests only. */
  kind?: 'waterfall';
  service: string;
  records: number;
}

export interface ErrorCount {
  /** error.type, or the HTTP status for answered requests. */
  type: string;
  calls: number;
}

/** Figures of the period of equal length just before. */
export interface PreviousFigures {
  calls: number;
  callsPerMinute: number;
  errors: number;
  averageUs: number;
  p95Us: number;
  totalUs: number;
}

/**
 * new: no call in the period before; gone: none in this one. slower / faster: average and p95 both moved, the
 * average by a quarter or more (and 0.1 ms), p95 by a tenth or more, with 30 calls or more in both periods; one
 * outlier moves the average but not p95, one bucket's width moves neither. few_calls: fewer calls than that.
 */
export type Change = 'new' | 'gone' | 'slower' | 'faster' | 'same' | 'few_calls';

/** How calls without an answer failed. */
export interface FailureCount {
  kind: 'timeout' | 'refused' | 'dns' | 'tls' | 'closed' | 'cancelled' | 'other';
  /** error.type */
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
  /** Share of the report's total time, 0 … 1: for a query, of all database time of the service. */
  share: number;
  errorTypes: ErrorCount[];
  firstSeenMs: number;
  lastSeenMs: number;
  sparkline: number[];
  /**
   * Queries and web services: calls made inside requests, per request of the endpoints that made them; null
   * where it is called outside requests only.
   */
  callsPerRequest?: number | null;
  /** With compare=previous; absent for rows that are new. */
  previous?: PreviousFigures;
  /** With compare=previous. */
  change?: Change;
  /** Endpoints only. */
  endpoint?: {
    method: string;
    route: string;
    split: ComponentSplit;
    queriesPerRequest: number;
    apdex: Apdex;
    statuses: StatusSplit;
  };
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
  call?: {
    method: string;
    address: string;
    port: number;
    template: string;
    statuses: StatusSplit;
    /** What `statuses.failed` consists of, most first. */
    failures: FailureCount[];
  };
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
  /** Of the whole report, whatever the filter and the limit. */
  totalUs: number;
  calls: number;
  errors: number;
  rows: ReportRow[];
  /** Rows that match the filter, gone ones not counted; more than `rows` holds when the limit cut them. */
  matched: number;
  /** Rows of the report without the filter. */
  available: number;
  sort: SortKey;
  order: 'asc' | 'desc';
  /** With compare=previous. */
  compare?: {
    fromMs: number;
    toMs: number;
    /** False: nothing was received in that period, so that no row is called new. */
    received: boolean;
    totalUs: number;
    calls: number;
    /** Rows by what changed, all that match the filter. */
    changes: Record<Change, number>;
  };
  /** Values to filter by, sorted, at most 200 each (queries only). */
  facets: { operations: string[]; tables: string[] };
  losses: Loss[];
}

/** One point of a time chart (calls, errors and percentiles of one bucket). Empty buckets are absent, not zero. */
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
  /** Of this query or call per request of the endpoint; null outside any request. */
  callsPerRequest: number | null;
  repeatedRequests: number;
  repeatedMax: number;
}

/**
 * Latency over time from the stored histograms. `counts[column][band]`: calls whose duration lies in
 * (boundsUs[band], boundsUs[band + 1]]; column `i` begins at fromMs + i * stepMs. At most 120 columns and 64 bands.
 */
export interface Heatmap {
  fromMs: number;
  stepMs: number;
  /** Ascending, one more than there are bands; [] without calls. */
  boundsUs: number[];
  counts: number[][];
}

/** The query ran REPEAT_THRESHOLD times or more within one request (N+1). */
export interface RepeatedFinding {
  requests: number;
  maxInOneRequest: number;
  /** Endpoints in whose requests that happened, most requests first. */
  endpoints: { id: string; name: string; requests: number; maxInOneRequest: number }[];
}

export interface DetailAnswer {
  range: Range;
  service: { id: string; name: string };
  report: ReportKind;
  row: ReportRow;
  chart: ChartPoint[];
  heatmap: Heatmap;
  /** Endpoints only, else []. */
  components: ComponentPoint[];
  /** Queries only, where it happened. */
  repeated?: RepeatedFinding;
  related: RelatedRow[];
}

/** An attribute that may be received; the names are those of the one module that decides what may leave. */
export interface ReceivedField {
  /** `db.query.text` */
  name: string;
  /** `span`: a field or an attribute of the spans of slow requests. */
  scope: 'data_point' | 'resource' | 'span';
  meaning: string;
  /** How often it arrived, since this was counted. 0: it may arrive but did not. */
  received: number;
  lastReceivedMs: number | null;
  /** Different values that are stored; null: the field is not stored at all. */
  distinct: number | null;
  /** One stored value, as it was received. */
  example: string | null;
}

export interface DropHistory {
  reason: string;
  /** See Loss. */
  kind?: 'waterfall';
  service: string;
  records: number;
  /** When: buckets with drops, oldest first. */
  points: { timeMs: number; records: number }[];
}

/** What was received. Counts of fields and signatures are of all that is stored; drops and Other of the range. */
export interface PrivacyAnswer {
  range: Range;
  fields: ReceivedField[];
  /** Attributes that arrived and were thrown away unread, because they are not on the list or not in their form. */
  refusedAttributes: number;
  signatures: {
    queries: number;
    webServices: number;
    endpoints: number;
    /** Places in stored signatures and templates that stand for a value that never left: `?`, `*`. */
    maskedPlaces: number;
  };
  other: { report: ReportKind; service: string; calls: number }[];
  /** At most 200. */
  drops: DropHistory[];
}

export interface SetupAnswer {
  /** Commands that connect the first app, ready to copy. */
  commands: string[];
  agentsSeen: number;
}
