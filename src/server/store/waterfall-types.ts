import type { OperationIdentity, OperationRecord, Outcome, ServiceIdentity } from './store.js';

/** How many requests of an endpoint and day are kept: the slowest. */
export const KEPT_PER_ENDPOINT_AND_DAY = 10;

/** Time of a request by component, µs. */
export interface WaterfallSplit {
  databaseUs: number;
  webServicesUs: number;
  ownCodeUs: number;
}

/** A query or call of a request. */
export interface WaterfallSpanWrite {
  kind: 'query' | 'call';
  operation: OperationIdentity;
  outcome: Outcome;
  /** From the request's start. */
  startUs: number;
  durationUs: number;
}

/** One slow request as it arrived. */
export interface WaterfallWrite {
  service: ServiceIdentity;
  version: string;
  /** Random, of the sender; one that is known already is left out. */
  publicId: string;
  endpoint: OperationIdentity;
  /** When the request began, epoch ms. */
  timeMs: number;
  durationUs: number;
  outcome: Outcome;
  split: WaterfallSplit;
  /** In order of their start. */
  spans: WaterfallSpanWrite[];
  /** Queries and calls that are not among `spans`. */
  omitted: number;
}

export interface WaterfallQuery {
  service: number;
  fromMs: number;
  toMs: number;
  limit: number;
  /** Only requests of this endpoint, or those in which this query or call ran: its operation's id. */
  endpoint?: number;
  operation?: number;
}

export interface WaterfallRecord {
  publicId: string;
  endpoint: { publicId: string; name: string };
  timeMs: number;
  durationUs: number;
  outcome: Outcome;
  split: WaterfallSplit;
  /** Queries and calls, those that are not listed included. */
  children: number;
  /** With `operation` in the query: its runs in this request and the time they took together. */
  matched?: { calls: number; totalUs: number };
}

export interface WaterfallSpanRecord {
  /** undefined: its name was purged. */
  operation: OperationRecord | undefined;
  outcome: Outcome;
  startUs: number;
  durationUs: number;
}

export interface WaterfallWithSpans extends WaterfallRecord {
  spans: WaterfallSpanRecord[];
  omitted: number;
}

/** What is stored of all waterfalls, for the page that tells what was received. */
export interface WaterfallTotals {
  waterfalls: number;
  /** Different moments at which they began, and different durations. */
  starts: number;
  durations: number;
  /** The latest one; '' without any. */
  lastPublicId: string;
  lastTimeMs: number;
}
