import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlSignature } from '../../../src/signature/index.js';
import { cleanForeignRoute } from '../../../src/signature/url/foreign-route.js';
import { cleanRoute, routeText } from '../../../src/signature/url/route.js';

describe('urlSignature', () => {
  it.each([
    [
      'GET',
      'https://u:p@api.stripe.com/v1/customers/cus_1?k=v#f',
      'GET api.stripe.com/v1/customers/*',
    ],
    ['get', '/users/jane/orders', 'GET /users/*/orders'],
    ['GET', 'http://h.example.com:80/orders', 'GET h.example.com/orders'],
    ['GET', 'http://h.example.com:8080/orders', 'GET h.example.com:8080/orders'],
    ['GET', '/orders;jsessionid=ABC/4711', 'GET /orders/*'],
    ['GET', '/orders%2F4711', 'GET /*'],
    ['GET', '/a/../orders/./x', 'GET /orders/*'],
    ['GET', '//evil.example.com/orders', 'GET evil.example.com/orders'],
    ['GET', '/größe/注文', 'GET /*/*'],
    ['CONNECT', 'db.example.com:5432', 'CONNECT db.example.com:5432'],
    ['OPTIONS', '*', 'OPTIONS *'],
    ['BREW', '/orders', '_OTHER /orders'],
    ['GET', 'https://tenant-4711.example.com/', 'GET *.example.com/'],
    ['GET', '', 'GET /'],
    ['GET', `/${'x/'.repeat(40)}`, `GET ${'/*'.repeat(16)}/**`],
  ])('%s %s', (method, url, expected) => {
    expect(urlSignature(method, url)).toBe(expected);
  });

  it('copies nothing outside of the vocabulary from a path', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const once = urlSignature('GET', `/kanari${path}?${query}`);
        expect(once).toMatch(/^GET (?:\/[a-z0-9*._-]*)+$/);
        expect(once).not.toContain('kanari');
        expect(urlSignature('GET', once.slice(4))).toBe(once);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (method, url) => {
        expect(typeof urlSignature(method, url)).toBe('string');
      }),
    );
  });
});

describe('routes', () => {
  it.each([
    ['/orders/:id', '/orders/:id'],
    ['/shop/:name(\\w+)?', '/shop/:name(\\w+)?'],
    ['/users/{id}/items', '/users/{id}/items'],
    ['/tenant_4711/orders', '/*/orders'],
    ['/users/jane@example.com', '/users/*'],
    ['https://example.com/a/:b?x=y', '/a/:b'],
  ])('%s', (route, expected) => {
    expect(cleanRoute(route)).toBe(expected);
    expect(cleanRoute(expected)).toBe(expected);
  });

  it.each([
    ['/orders/:id', '/orders/:id'],
    ['/api/v1/Orders/{order_id}/items', '/api/v1/orders/{order_id}/items'],
    ['/users/:userId(\\d+)/kanari', '/users/:userId/*'],
    ['/users/{id:[0-9]+}', '/users/{id}'],
    ['/users/<int:user_id>', '/users/<user_id>'],
    ['/blog/[...slug]', '/blog/[...slug]'],
    ['/files/{*rest}', '/files/{*rest}'],
    ['/files/**', '/files/**'],
    ['/users/{kanari}', '/users/*'],
    ['/users/:kanari', '/users/*'],
    ['/users/{id:kanari}', '/users/{id}'],
    ['/kanari?a=kanari', '/*'],
    ['kanari', '*'],
    ['', ''],
  ])('of other SDKs: %s', (route, expected) => {
    expect(cleanForeignRoute(route)).toBe(expected);
    expect(cleanForeignRoute(expected)).toBe(expected);
  });

  it('are cut where they are too long, between segments', () => {
    const long = `/orders/${'items/'.repeat(500)}`;
    for (const clean of [cleanRoute, cleanForeignRoute]) {
      expect(clean(long).length).toBeLessThanOrEqual(255);
      expect(clean(long)).toMatch(/^\/orders(?:\/items)+\/\*\*$/);
      expect(clean(`/orders/${'x'.repeat(5000)}`)).toBe('/orders/**');
    }
  });

  it('knows what is no text', () => {
    expect(routeText(/^\/a/)).toBe('(regexp)');
    expect(routeText(['/a', '/b'])).toBe('/a');
    expect(routeText(undefined)).toBe('*');
  });
});
