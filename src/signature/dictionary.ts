/**
 * What crosses from the host's thread to the worker besides numbers: each distinct endpoint, query,
 * call template, source and error name crosses exactly once, already anonymized, under a small id.
 * Ids are unique per kind and thread, start at 1 and are never reused. Id 1 of endpoint, query and call
 * is reserved for the overflow entry ("Other").
 */
export const OVERFLOW_ID = 1;

export type DictionaryEntry = QueryEntry | CallEntry | EndpointEntry | SourceEntry | ErrorEntry;

export interface QueryEntry {
  kind: 'query';
  id: number;
  /** The signature, at most 4 KiB. */
  text: string;
  /** 16 hex digits. */
  hash: string;
  /** `SELECT orders`; operation = first word, collection = first table or ''. */
  summary: string;
  operation: string;
  collection: string;
  overflow: boolean;
}

export interface CallEntry {
  kind: 'call';
  id: number;
  method: string;
  /** `/v1/customers/*`: path template without host. */
  template: string;
  overflow: boolean;
}

export interface EndpointEntry {
  kind: 'endpoint';
  id: number;
  method: string;
  /** The framework's route; undefined where no framework named one. */
  route: string | undefined;
  /** `GET /orders/:id`: what travels as retrace.endpoint; built from route, else from the URL's template. */
  endpoint: string;
  overflow: boolean;
}

export interface SourceEntry {
  kind: 'source';
  id: number;
  /** db.system.name for a database, '' for a web service. */
  system: string;
  /** Database name, cleaned; '' when unknown. */
  namespace: string;
  /** Host, cleaned (userinfo dropped, id-like labels masked). */
  address: string;
  port: number;
  /** 'http' | 'https' for a web service, '' for a database. */
  scheme: string;
}

export interface ErrorEntry {
  kind: 'error';
  id: number;
  /** SQLSTATE, ECONNREFUSED, `500`, class name: cleaned, never a message. */
  errorType: string;
}
