import { describe, expect, it } from 'vitest';
import { OVERFLOW_ID, type DictionaryEntry } from '../../../src/signature/dictionary.js';
import { SignatureTable } from '../../../src/signature/intern.js';
import { openStatements } from '../../../src/signature/statements.js';
import { TextCache } from '../../../src/signature/text-cache.js';

function table(options: Partial<ConstructorParameters<typeof SignatureTable>[0]> = {}): {
  table: SignatureTable;
  entries: DictionaryEntry[];
} {
  const entries: DictionaryEntry[] = [];
  return {
    table: new SignatureTable({
      openStatements,
      onEntry: (entry) => entries.push(entry),
      ...options,
    }),
    entries,
  };
}

describe('SignatureTable', () => {
  it('announces a query once and before its id is known', () => {
    const { table: ids, entries } = table();
    const first = ids.querySignature("SELECT a FROM t WHERE b = 'x'", 'postgresql');
    expect(entries).toEqual([
      {
        kind: 'query',
        id: first,
        text: 'SELECT a FROM t WHERE b = ?',
        hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        summary: 'SELECT t',
        operation: 'SELECT',
        collection: 't',
        overflow: false,
      },
    ]);
    expect(ids.querySignature("select a from t where b = 'y'", 'postgresql')).toBe(first);
    expect(ids.querySignature("SELECT a FROM t WHERE b = 'x'", 'mysql')).toBe(first);
    expect(entries).toHaveLength(1);
    expect(first).toBeGreaterThan(OVERFLOW_ID);
  });

  it('answers with the overflow id past its bounds and announces it', () => {
    const { table: ids, entries } = table({
      bounds: { queries: 2, calls: 1, endpoints: 1, errors: 1, sources: 1 },
    });
    const got = ['a', 'b', 'c', 'd'].map((name) =>
      ids.querySignature(`SELECT ${name}`, 'postgresql'),
    );
    expect(got).toEqual([2, 3, OVERFLOW_ID, OVERFLOW_ID]);
    expect(entries.filter((entry) => entry.kind === 'query' && entry.overflow)).toHaveLength(1);
    expect([
      ids.callSignature('GET', 'h', '/orders'),
      ids.callSignature('GET', 'h', '/users'),
    ]).toEqual([2, 1]);
    expect([ids.endpoint('GET', '/a', ''), ids.endpoint('GET', '/b', '')]).toEqual([2, 1]);
    expect([
      ids.databaseSource('mysql', 'a', 'h', 1),
      ids.databaseSource('mysql', 'b', 'h', 1),
    ]).toEqual([1, 0]);
    expect(ids.error('ECONNREFUSED')).toBe(1);
    expect(ids.error('ENOTFOUND')).toBe(ids.error('some message'));
  });

  it('names endpoints by their route, else by what the vocabulary knows of the path', () => {
    const { table: ids, entries } = table({
      urlTemplates: ['api.stripe.com/v1/customers/:id', '/shop/:name'],
    });
    ids.endpoint('GET', '/orders/:id', '/orders/4711?token=x');
    ids.endpoint('get', undefined, '/orders/4711/items?token=x');
    ids.endpoint('BREW', undefined, '/shop/jane');
    ids.callSignature('POST', 'api.stripe.com', '/v1/customers/cus_4711?x=y');
    ids.callSignature('POST', 'api.other.com', '/v1/customers/cus_4711');
    expect(
      entries.map((entry) =>
        entry.kind === 'endpoint'
          ? entry.endpoint
          : entry.kind === 'call'
            ? `${entry.method} ${entry.template}`
            : '',
      ),
    ).toEqual([
      'GET /orders/:id',
      'GET /orders/*/items',
      '_OTHER /shop/:name',
      'POST /v1/customers/:id',
      'POST /v1/customers/*',
    ]);
  });

  it('cleans sources and errors', () => {
    const { table: ids, entries } = table();
    ids.databaseSource('postgresql', 'tenant_4711', 'user:secret@tenant-4711.example.com', 5432);
    ids.peerSource('https', 'API.example.com', 443);
    ids.error('password "x" is wrong');
    expect(entries).toEqual([
      {
        kind: 'source',
        id: 1,
        system: 'postgresql',
        namespace: 'tenant_?',
        address: '*.example.com',
        port: 5432,
        scheme: '',
      },
      {
        kind: 'source',
        id: 2,
        system: '',
        namespace: '',
        address: 'api.example.com',
        port: 443,
        scheme: 'https',
      },
      { kind: 'error', id: 1, errorType: '_OTHER' },
    ]);
  });

  it('stays bounded and right when every text is new', () => {
    const { table: ids, entries } = table();
    for (let i = 0; i < 50_000; i++)
      expect(ids.querySignature(`SELECT a FROM t WHERE b = ${i}`, 'postgresql')).toBe(2);
    expect(entries).toHaveLength(1);
  });
});

describe('TextCache', () => {
  it('keeps texts in use and forgets the others', () => {
    const cache = new TextCache(100, 1 << 20);
    cache.set('hot', 7);
    for (let i = 0; i < 10_000; i++) {
      cache.set(`cold ${i}`, 1);
      if (i % 50 === 0) expect(cache.get('hot')).toBe(7);
    }
    expect(cache.get('cold 1')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(200);
  });
});
