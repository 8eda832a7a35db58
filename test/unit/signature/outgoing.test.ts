import { describe, expect, it } from 'vitest';
import { ATTR, METRIC, RESOURCE } from '../../../src/core/semconv.js';
import type { MetricsRequest } from '../../../src/protocol/types.js';
import { cleanErrorType } from '../../../src/signature/attributes.js';
import {
  cleanAttribute,
  cleanMetricsRequest,
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
} from '../../../src/signature/outgoing.js';
import { findLeak } from './canary/plant.js';

const SECRET = "kanari91827 says 'deadbeefcafe'";

function request(
  attributes: Record<string, string | number | boolean>,
  resource = {},
): MetricsRequest {
  return {
    resourceMetrics: [
      {
        resource,
        scopeName: SECRET,
        scopeVersion: SECRET,
        metrics: [
          {
            name: METRIC.queryDuration,
            unit: SECRET,
            kind: 'sum',
            temporality: 'delta',
            monotonic: true,
            points: [
              { startTimeUnixNano: 0n, timeUnixNano: 1n, attributes, value: 1, integer: true },
            ],
          },
          { name: SECRET, unit: 's', kind: 'gauge', points: [] },
        ],
      },
    ],
  };
}

const written = (value: MetricsRequest): string =>
  JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? String(field) : field));

describe('the list of what may travel', () => {
  it('has a rule for every name of the conventions, and for no other', () => {
    expect(new Set(OUTGOING_POINT_ATTRIBUTES)).toEqual(new Set(Object.values(ATTR)));
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
      request({ ...clean, 'enduser.id': SECRET, 'db.statement': SECRET }),
    );
    expect(cleaned.droppedAttributes).toBe(2);
    expect(cleaned.request.resourceMetrics[0]?.metrics).toHaveLength(1);
    expect(cleaned.request.resourceMetrics[0]?.metrics[0]?.points[0]?.attributes).toEqual(clean);
    expect(findLeak(written(cleaned.request), ['kanari91827', 'deadbeefcafe'])).toBeUndefined();
    expect(cleanMetricsRequest(cleaned.request).request).toEqual(cleaned.request);
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
