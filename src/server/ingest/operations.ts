import { ATTR } from '../../core/semconv.js';
import type { Attributes } from '../../protocol/types.js';
import { sqlSignature } from '../../signature/index.js';
import { otherOperation, publicIdOf } from '../store/catalog.js';
import type { OperationIdentity, Outcome, SeriesKind } from '../store/store.js';

/** Text of an attribute; numbers are spelled out, anything else is ''. */
export function textOf(attributes: Attributes, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** Non-negative integer of an attribute, also when it came as text; else 0. */
export function integerOf(attributes: Attributes, name: string): number {
  const value = Number(attributes[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** What a cleaned data point is about. Identity is a hash over the fields that tell one operation from another. */
export function operationOf(kind: SeriesKind, attributes: Attributes): OperationIdentity {
  if (attributes[ATTR.metricOverflow] === true) return otherOperation(kind);
  if (kind === 'endpoint') return endpointOf(attributes);
  if (kind === 'query') return queryOf(attributes);
  return callOf(attributes);
}

/** The endpoint on whose behalf a query or call ran; undefined outside any request. */
export function callerOf(attributes: Attributes): OperationIdentity | undefined {
  const endpoint = textOf(attributes, ATTR.retraceEndpoint);
  return endpoint === '' ? undefined : endpointNamed(endpoint, '', '');
}

/** `retrace.endpoint` where our runtime said so; other SDKs state method and route. */
function endpointOf(attributes: Attributes): OperationIdentity {
  const method = textOf(attributes, ATTR.httpRequestMethod);
  const route = textOf(attributes, ATTR.httpRoute);
  const stated = textOf(attributes, ATTR.retraceEndpoint);
  // Component times of the overflow endpoint carry nothing that names one.
  if (stated + method + route === '') return otherOperation('endpoint');
  return endpointNamed(stated || `${method || '_OTHER'} ${route || '*'}`, method, route);
}

/** The text alone is the identity: a caller is known by nothing else. */
function endpointNamed(endpoint: string, method: string, route: string): OperationIdentity {
  if (endpoint === otherOperation('endpoint').name) return otherOperation('endpoint');
  const space = endpoint.indexOf(' ');
  return {
    publicId: publicIdOf('endpoint', endpoint),
    name: endpoint,
    other: false,
    attributes: {
      method: method || (space < 0 ? '' : endpoint.slice(0, space)),
      route: route || endpoint.slice(space + 1),
    },
  };
}

function queryOf(attributes: Attributes): OperationIdentity {
  const system = textOf(attributes, ATTR.dbSystemName);
  const namespace = textOf(attributes, ATTR.dbNamespace);
  const address = textOf(attributes, ATTR.serverAddress);
  const port = integerOf(attributes, ATTR.serverPort);
  const operation = textOf(attributes, ATTR.dbOperationName);
  const collection = textOf(attributes, ATTR.dbCollectionName);
  const summary =
    textOf(attributes, ATTR.dbQuerySummary) || [operation, collection].filter(Boolean).join(' ');
  // Databases without SQL have no readable text; their summary tells operations apart.
  const stated = textOf(attributes, ATTR.dbQueryText);
  const statement = stated === '?' ? '' : stated;
  const hash = textOf(attributes, ATTR.retraceQueryHash);
  const signature = /^[0-9a-f]{16}$/.test(hash)
    ? { hash, summary }
    : statement === ''
      ? { hash: summary, summary }
      : sqlSignature(statement, system === '' ? {} : { dialect: system });
  const text = statement || summary || '?';
  return {
    publicId: publicIdOf('query', signature.hash, system, namespace, address, String(port)),
    name: summary || signature.summary || text,
    other: false,
    attributes: { text, operation, collection, system, namespace, address, port },
  };
}

function callOf(attributes: Attributes): OperationIdentity {
  const method = textOf(attributes, ATTR.httpRequestMethod) || '_OTHER';
  const scheme = textOf(attributes, ATTR.urlScheme);
  const address = textOf(attributes, ATTR.serverAddress);
  const port = integerOf(attributes, ATTR.serverPort);
  const template = textOf(attributes, ATTR.urlTemplate) || '/*';
  const usual = port === 0 || (scheme === 'https' ? port === 443 : port === 80);
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    publicId: publicIdOf('call', method, scheme, address, String(port), template),
    name: `${method} ${host}${usual ? '' : `:${port}`}${template}`,
    other: false,
    attributes: { method, scheme, address, port, template },
  };
}

/** How the calls of a series, or one call, ended. */
export function outcomeOf(kind: SeriesKind, attributes: Attributes): Outcome {
  const status = kind === 'query' ? 0 : integerOf(attributes, ATTR.httpResponseStatusCode);
  const stated = textOf(attributes, ATTR.errorType);
  // Not every SDK sets error.type; OpenTelemetry's rule for what is an error is applied in its place.
  const failed = kind === 'endpoint' ? status >= 500 : status >= 400;
  return { status, errorType: stated || (failed ? String(status) : '') };
}
