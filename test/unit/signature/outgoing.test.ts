import { describe, expect, it } from 'vitest';
import { ATTR, METRIC, RESOURCE, SDK_NAME } from '../../../src/core/semconv.js';
import type { MetricsRequest, ResourceMetrics } from '../../../src/protocol/types.js';
import { cleanErrorType } from '../../../src/signature/attributes.js';
import {
  cleanAttribute,
  cleanMetricsRequest,
  cleanSpanName,
  type Origin,
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
  OUTGOING_SPAN_ATTRIBUTES,
} from '../../../src/signature/outgoing.js';
import { findLeak } from './canary/plant.js';

const SECRET = "kanari91827 says 'deadbeefcafe'";

const TIMES = { startTimeUnixNano: 0n, timeUnixNano: 1n };

function request(
  attributes: Record<string, string | number | boolean>,
  scopeName = SECRET,
): MetricsRequest {
  return {
    resourceMetrics: [
      {
        resource: {},
        scopeName,
        scopeVersion: SECRET,
        metrics: [
          {
            name: METRIC.queryDuration,
            unit: SECRET,
            kind: 'sum',
            temporality: 'delta',
            monotonic: true,
            points: [{ ...TIMES, attributes, value: 1, integer: true }],
          },
          {
            name: 'kanari.value',
            unit: 's',
            kind: 'gauge',
            points: [{ ...TIMES, attributes: {}, value: 1, integer: true }],
          },
        ],
      },
    ],
  };
}

const written = (value: MetricsRequest): string =>
  JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? String(field) : field));

describe('the list of what may travel', () => {
  it('has a rule for every name of the conventions, and for no other', () => {
    const names = new Set([...OUTGOING_POINT_ATTRIBUTES, ...OUTGOING_SPAN_ATTRIBUTES]);
    expect(names).toEqual(new Set(Object.values(ATTR)));
    expect(new Set(OUTGOING_RESOURCE_ATTRIBUTES)).toEqual(new Set(Object.values(RESOURCE)));
  });

  it('lets no planted value through, whatever the attribute', () => {
    // The owner chooses these names; they travel as they are.
    const configured = new Set<string>([
      RESOURCE.serviceName,
      RESOURCE.serviceNamespace,
      RESOURCE.deploymentEnvironmentName,
    ]);
    for (const name of [
      ...OUTGOING_POINT_ATTRIBUTES,
      ...OUTGOING_RESOURCE_ATTRIBUTES,
      'db.statement',
      'enduser.id',
    ]) {
      if (configured.has(name)) continue;
      const cleaned = cleanAttribute(name, SECRET, 'postgresql');
      expect(
        findLeak(String(cleaned), ['kanari91827', 'deadbeefcafe']),
        `${name}: ${String(cleaned)}`,
      ).toBeUndefined();
    }
  });

  it('drops and counts what is not listed, and leaves what is clean', () => {
    const clean = {
      [ATTR.dbSystemName]: 'postgresql',
      [ATTR.dbQueryText]: 'SELECT a FROM t WHERE b = ?',
      [ATTR.dbQuerySummary]: 'SELECT t',
      [ATTR.dbOperationName]: 'SELECT',
      [ATTR.dbCollectionName]: 't',
      [ATTR.dbNamespace]: 'shop',
      [ATTR.retraceQueryHash]: '0123456789abcdef',
      [ATTR.retraceEndpoint]: 'GET /orders/:id',
      [ATTR.serverAddress]: 'db-1.example.com',
      [ATTR.serverPort]: 5432,
      [ATTR.errorType]: '23505',
    };
    const cleaned = cleanMetricsRequest(
      request({ ...clean, 'enduser.id': SECRET, 'db.statement': SECRET }, SDK_NAME),
    );
    expect(cleaned.droppedAttributes).toBe(2);
    expect(cleaned.droppedPoints).toBe(1);
    expect(cleaned.request.resourceMetrics[0]?.metrics).toHaveLength(1);
    expect(cleaned.request.resourceMetrics[0]?.metrics[0]?.points[0]?.attributes).toEqual(clean);
    expect(findLeak(written(cleaned.request), ['kanari91827', 'deadbeefcafe'])).toBeUndefined();
    expect(cleanMetricsRequest(cleaned.request).request).toEqual(cleaned.request);
  });

  it('takes routes from hooks of ours as code, from anybody else as data', () => {
    const stated = {
      [ATTR.httpRoute]: '/kanari/orders/:id',
      [ATTR.urlTemplate]: '/v1/kanari/{orderId}',
      [ATTR.retraceEndpoint]: 'GET /kanari/orders',
      [ATTR.retraceQueryHash]: '4111111111111111',
    };
    const attributesOf = (scope: string, resource = {}, origin?: Origin): unknown => {
      const dirty = request(stated, scope);
      (dirty.resourceMetrics[0] as ResourceMetrics).resource = resource;
      return cleanMetricsRequest(dirty, origin).resourceMetrics[0]?.metrics[0]?.points[0]
        ?.attributes;
    };
    const masked = {
      [ATTR.httpRoute]: '/*/orders/:id',
      [ATTR.urlTemplate]: '/v1/*/{orderId}',
      [ATTR.retraceEndpoint]: 'GET /*/orders',
    };
    expect(attributesOf(SDK_NAME)).toEqual(stated);
    expect(attributesOf(SDK_NAME, { [RESOURCE.telemetrySdkName]: SDK_NAME })).toEqual(stated);
    expect(attributesOf(SDK_NAME, { [RESOURCE.telemetrySdkName]: 'opentelemetry' })).toEqual(
      masked,
    );
    expect(attributesOf('my-scope', { [RESOURCE.telemetrySdkName]: SDK_NAME })).toEqual(masked);
    expect(attributesOf(SDK_NAME, {}, 'foreign')).toEqual(masked);
  });

  it('knows versions', () => {
    for (const text of ['20.19.4', '0.1.0', '17.0.9+9-LTS', '3.12.1', '2.0.0-rc.1', '1.0', '8'])
      expect(cleanAttribute(RESOURCE.telemetrySdkVersion, text)).toBe(text);
    for (const text of ['4111.1111.1111.1111', '1-kanari', '0.1.0-kanari91827', 'kanari', ''])
      expect(cleanAttribute(RESOURCE.telemetrySdkVersion, text), text).toBeUndefined();
  });

  it('knows what a database can do', () => {
    const keeps = (name: string): void =>
      expect(cleanAttribute(ATTR.dbOperationName, name)).toBe(name);
    for (const name of ['SELECT', 'insert', 'findAndModify', 'HMSET', 'BATCH INSERT', 'EXECUTE'])
      keeps(name);
    for (const name of ['kanari', 'Jane', 'SELECT kanari', 'where', 'batch kanari', ''])
      expect(cleanAttribute(ATTR.dbOperationName, name), name).toBeUndefined();
  });

  it('reads statements of foreign SDKs in their dialect', () => {
    const text = "SELECT `a` FROM t WHERE b = \"secret\" AND c = 'O\\'secret'";
    expect(cleanAttribute(ATTR.dbQueryText, text, 'mysql')).toBe(
      'SELECT `a` FROM t WHERE b = ? AND c = ?',
    );
    expect(cleanAttribute(ATTR.dbQueryText, '{"find": "users"}', 'mongodb')).toBe('?');
  });

  it('is not fooled by names of the prototype', () => {
    expect(cleanAttribute('constructor', 'x')).toBeUndefined();
    expect(cleanAttribute('__proto__', 'x')).toBeUndefined();
  });
});

describe('cleanSpanName', () => {
  it.each([
    ['GET /orders/:id', 'http', 'GET /orders/:id'],
    ['GET /kanari/orders?x=kanari', 'http', 'GET /*/orders'],
    ['kanari', 'http', '_OTHER'],
    ['SELECT orders', 'db', 'SELECT orders'],
    ["SELECT kanari91827.'x y'", 'db', 'SELECT ? ?'],
    ['kanari shopdb', 'db', '?'],
    ['charge kanari card', 'other', 'charge * card'],
    ['', 'other', '*'],
  ] as const)('%s (%s) → %s', (name, kind, expected) => {
    expect(cleanSpanName(name, kind)).toBe(expected);
    expect(cleanSpanName(expected, kind)).toBe(expected);
  });
});

describe('cleanErrorType', () => {
  it.each([
    '23505',
    '42P01',
    '08006',
    'HY000',
    '503',
    'ECONNREFUSED',
    'ENOTFOUND',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UND_ERR_HEADERS_TIMEOUT',
    'CERT_HAS_EXPIRED',
    'ER_DUP_ENTRY',
    'TypeError',
    'java.net.UnknownHostException',
    'aborted',
    'timeout',
    'connection_closed',
    '_OTHER',
  ])('keeps %s', (text) => {
    expect(cleanErrorType(text)).toBe(text);
  });

  it.each([
    '',
    '91827',
    'KANAR',
    'kanari',
    'Key (email)=(x) already exists',
    'Jane Doe',
    'ERR_USER_4711',
    'x'.repeat(200),
  ])('hides %s', (text) => {
    expect(cleanErrorType(text)).toBe('_OTHER');
  });
});
