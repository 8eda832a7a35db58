import type { Range } from './api-types.js';

/**
 * Slow requests as they went.
 *
 *   GET /api/services/:id/waterfalls?from&to        → WaterfallsAnswer
 *   GET /api/services/:id/waterfalls/:waterfallId   → WaterfallAnswer
 *
 * Parameters of the list, all optional: `limit` = 1 … 200, default 20, and at most one of
 *   endpoint=<row id>      requests of this endpoint
 *   query=<row id>         requests in which this query ran
 *   web-service=<row id>   requests in which this call was made
 */

/** One slow request as it went, without any value of it. The slowest of each endpoint and day are kept. */
export interface WaterfallSummary {
  id: string;
  /** When the request began. */
  timeMs: number;
  endpoint: { id: string; name: string };
  durationUs: number;
  /** 0: none was sent. */
  status: number;
  /** '' when it did not fail. */
  errorType: string;
  /** Queries and calls made, those that are not listed included. */
  children: number;
  databaseUs: number;
  webServicesUs: number;
  ownCodeUs: number;
  /** With `query` or `web-service`: its runs in this request and the time they took together. */
  matched?: { calls: number; totalUs: number };
}

export interface WaterfallsAnswer {
  range: Range;
  service: { id: string; name: string };
  /** Slowest request first; with `query` or `web-service`: where it took longest first. */
  waterfalls: WaterfallSummary[];
  /** All that match; more than `waterfalls` holds when the limit cut them. */
  matched: number;
  /** How many of an endpoint and day are kept. */
  keptPerEndpointAndDay: number;
}

/** A query or call within a request. */
export interface WaterfallSpan {
  report: 'queries' | 'web-services';
  /** Row of that report; '' where it is not known any more. */
  id: string;
  /** Summary of the query, or method, host and template of the call; `Other` for what went there. */
  name: string;
  /** Signature of a query; '' for calls and Other. */
  text: string;
  /** From the request's start. */
  startUs: number;
  durationUs: number;
  /** HTTP status of a call; 0: none. */
  status: number;
  /** '' when it did not fail. */
  errorType: string;
}

export interface WaterfallAnswer {
  service: { id: string; name: string };
  waterfall: WaterfallSummary;
  /** In order of their start; at most 200. */
  spans: WaterfallSpan[];
  /** Queries and calls of the request that are not listed. */
  omitted: number;
}
