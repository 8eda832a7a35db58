import { ATTR } from '../core/semconv.js';
import type { Attributes, AttributeValue } from '../protocol/types.js';
import { RECORD_KIND } from '../ring/layout.js';
import { cleanAttribute } from '../signature/outgoing.js';
import type { Series } from './aggregator.js';
import type { Dictionary } from './dictionary.js';

/** Attributes under construction. Every value passes the one module that decides what may leave, exactly once. */
class Builder {
  readonly #values: Record<string, AttributeValue> = {};

  /** Leaves out what is empty: '' and 0 mean "unknown" in the dictionary. */
  set(name: string, value: AttributeValue | undefined, system = ''): this {
    if (value === undefined || value === '' || value === 0) return this;
    const clean = cleanAttribute(name, value, system);
    if (clean !== undefined) this.#values[name] = clean;
    return this;
  }

  build(): Attributes {
    return this.#values;
  }
}

/** Attributes of a data point of `series`; see the table of metrics in semconv.ts. */
export function seriesAttributes(series: Series, dictionary: Dictionary): Attributes {
  const builder = new Builder();
  if (series.overflow) return builder.set(ATTR.metricOverflow, true).build();
  if (series.kind === RECORD_KIND.request) setRequest(builder, series, dictionary);
  else if (series.kind === RECORD_KIND.query) setQuery(builder, series, dictionary);
  else setCall(builder, series, dictionary);
  return builder
    .set(ATTR.retraceEndpoint, dictionary.endpoint(series.endpointId)?.endpoint)
    .set(ATTR.errorType, dictionary.error(series.errorId)?.errorType)
    .build();
}

/** Attributes of an endpoint's time in one component. */
export function componentAttributes(
  endpointId: number,
  component: string,
  dictionary: Dictionary,
): Attributes {
  return new Builder()
    .set(ATTR.retraceEndpoint, dictionary.endpoint(endpointId)?.endpoint)
    .set(ATTR.retraceComponent, component)
    .build();
}

/** Attributes of a repeated query: those of its duration series, without status and error. */
export function repeatAttributes(
  repeat: { endpointId: number; signatureId: number; sourceId: number },
  dictionary: Dictionary,
): Attributes {
  const builder = new Builder();
  setQuery(builder, repeat, dictionary);
  return builder
    .set(ATTR.retraceEndpoint, dictionary.endpoint(repeat.endpointId)?.endpoint)
    .build();
}

/** Attributes of Retrace's own counters. */
export function counterAttributes(kind: string, reason: string | undefined): Attributes {
  return new Builder().set(ATTR.retraceKind, kind).set(ATTR.retraceReason, reason).build();
}

/** The one attribute of a figure that the process has of itself. */
export function gaugeAttributes(name: string, value: string): Attributes {
  return new Builder().set(name, value).build();
}

function setRequest(
  builder: Builder,
  series: { endpointId: number; status: number },
  dictionary: Dictionary,
): void {
  const endpoint = dictionary.endpoint(series.endpointId);
  builder
    .set(ATTR.httpRequestMethod, endpoint?.method)
    .set(ATTR.httpRoute, endpoint?.route)
    .set(ATTR.httpResponseStatusCode, series.status);
  if (endpoint === undefined || endpoint.overflow) builder.set(ATTR.metricOverflow, true);
}

function setQuery(
  builder: Builder,
  series: { signatureId: number; sourceId: number },
  dictionary: Dictionary,
): void {
  const query = dictionary.query(series.signatureId);
  const source = dictionary.source(series.sourceId);
  builder
    .set(ATTR.dbSystemName, source?.system)
    .set(ATTR.dbNamespace, source?.namespace)
    .set(ATTR.serverAddress, source?.address)
    .set(ATTR.serverPort, source?.port)
    .set(ATTR.dbOperationName, query?.operation)
    .set(ATTR.dbCollectionName, query?.collection)
    .set(ATTR.dbQuerySummary, query?.summary)
    .set(ATTR.dbQueryText, query?.text, source?.system)
    .set(ATTR.retraceQueryHash, query?.hash);
  if (query === undefined || query.overflow) builder.set(ATTR.metricOverflow, true);
}

function setCall(
  builder: Builder,
  series: { signatureId: number; sourceId: number; status: number },
  dictionary: Dictionary,
): void {
  const call = dictionary.call(series.signatureId);
  const source = dictionary.source(series.sourceId);
  builder
    .set(ATTR.httpRequestMethod, call?.method)
    .set(ATTR.urlScheme, source?.scheme)
    .set(ATTR.serverAddress, source?.address)
    .set(ATTR.serverPort, source?.port)
    .set(ATTR.urlTemplate, call?.template)
    .set(ATTR.httpResponseStatusCode, series.status);
  if (call === undefined || call.overflow) builder.set(ATTR.metricOverflow, true);
}
