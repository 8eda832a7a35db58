import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanForeignRoute } from '../../../src/signature/url/foreign-route.js';
import { cleanHost } from '../../../src/signature/url/host.js';
import { cleanRoute } from '../../../src/signature/url/route.js';
import { compileTemplates } from '../../../src/signature/url/templates.js';
import { pathTemplate, urlSignature, urlSignatureBy } from '../../../src/signature/url/url.js';

const RUNS = { numRuns: 600, seed: 20_261_125 };
/** A piece of a value that may survive by chance. */
const PIECE = 5;

/** Values as they stand in URLs; none of them contains a piece of a word of the vocabulary. */
const values = fc.oneof(
  fc.nat(9_999).map((n) => `kanari${n}`),
  fc.constantFrom('Wanaka Zqxjy', 'wanaka.zqxjy', '注文kanari größe', "O'Kanari"),
  fc.integer({ min: 91_827, max: 99_999_999 }).map(String),
  fc.uuid(),
  fc.constantFrom('deadbeefcafe', '4111111111111111', '1987-06-05', 'cus_Nf8xKq2zWv7'),
);
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const written = fc.tuple(values, fc.nat(3)).map(([value, how]) => ({
  value,
  text: how === 0 ? percent(value) : how === 1 ? encodeURIComponent(value) : value,
}));
const words = fc.constantFrom('orders', 'v1', 'users', 'items', 'api', 'search');
const separators = fc.constantFrom('/', '//', '\\', '/./', '/x/../');
const schemes = fc.constantFrom('https://', 'HTTP://', 'wss://', '//', '\\\\');

/** Every place of a URL in which a value can stand: @ is the value, $ a scheme. */
const places: readonly string[] = [
  '/orders/@',
  '/@',
  '@',
  'orders/@/items',
  '/orders%2F@',
  '/orders%2f..%2f@/items',
  '/orders;jsessionid=@',
  '/orders;@=1/items',
  '/;@/orders',
  '/orders/../@/./x',
  '/orders/..;/@',
  '/orders?q=@',
  '/orders??@',
  '/orders?a=b#@',
  '/orders#@',
  '/orders#/@/x?@',
  '/api/@.json',
  '/api/orders.@',
  '/api/v@/orders',
  '/api/orders@',
  '/api/@orders',
  '/api/orders:@',
  '/api/orders(@)',
  '/users/~@/x',
  '/users/@@x',
  '/x,@/orders',
  '$@:secret@api.example.com/v1/orders',
  '$user:@@api.example.com/v1/orders',
  '$@@api.example.com/v1',
  '$user:@/@@api.example.com/v1',
  '$user:pass@word@api.example.com:8080/@',
  '$user:@',
  '$api.example.com:@/orders',
  '$api.example.com?@',
  '$api.example.com#@',
  '$api.example.com/@?@#@',
  '$[::1]/@',
  '$[@]/orders',
  'mailto:@',
  'data:text/plain,@',
  'javascript:alert(@)',
  'https:@',
  'https:/@/orders',
  '@://api.example.com/orders',
  '\t/orders/@\r\n',
  '/orders\u0000@',
  '/\ud800/@/\udfff',
];
/** Hosts whose labels are ids. */
const hostIds = fc.oneof(
  fc.integer({ min: 918, max: 99_999_999 }).map((n) => `tenant-${n}`),
  fc.uuid(),
  fc.constantFrom('c9akciq32', 'deadbeefcafe', 'kanari4711', 'a1b2c3d4', 'i-0abc12def34567890'),
);

const planted = fc
  .tuple(fc.constantFrom(...places), fc.array(written, { minLength: 4, maxLength: 4 }), schemes)
  .map(([place, list, scheme]) => {
    let at = 0;
    // In userinfo an @ of our own stands before the host's.
    const text = place
      .replace('$', () => scheme)
      .replace(/@(?!(?:api|word|x)\b)/g, () => (list[at++ % list.length] as { text: string }).text);
    return { text, values: list.slice(0, at).map(({ value }) => value) };
  });

function leakOf(output: string, list: readonly string[]): string | undefined {
  const lower = output.toLowerCase();
  for (const value of list) {
    for (const form of [value, percent(value), encodeURIComponent(value)]) {
      for (let at = 0; at + PIECE <= form.length; at++) {
        const piece = form.slice(at, at + PIECE).toLowerCase();
        if (lower.includes(piece)) return piece;
      }
    }
  }
  return undefined;
}

const methods = fc.constantFrom('GET', 'post', 'CONNECT', 'OPTIONS', 'kanari4711');
const { match } = compileTemplates(['api.example.com/v1/orders/:id', '/search/*', '*.test/x/:y']);

describe('a URL', () => {
  it('never shows a value, wherever it stands', () => {
    fc.assert(
      fc.property(planted, methods, ({ text, values: list }, method) => {
        // What CONNECT names is a host, whatever it looks like.
        fc.pre(method !== 'CONNECT');
        for (const templates of [undefined, match]) {
          const once = urlSignatureBy(templates, method, text);
          expect(leakOf(once, list), `${text} → ${once}`).toBeUndefined();
        }
        expect(leakOf(pathTemplate(text, 'api.example.com', match), list), text).toBeUndefined();
        expect(leakOf(cleanForeignRoute(text), list), text).toBeUndefined();
      }),
      { ...RUNS, numRuns: 3_000 },
    );
  });

  it('never shows a value between known words, whatever separates them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(separators, fc.oneof(words, written))),
        schemes,
        (parts, scheme) => {
          const list = parts.flatMap(([, part]) => (typeof part === 'string' ? [] : [part.value]));
          const path = parts
            .map(([between, part]) => between + (typeof part === 'string' ? part : part.text))
            .join('');
          for (const url of [`/a${path}`, `${scheme}u:p@api.example.com/a${path}`]) {
            expect(leakOf(urlSignature('GET', url), list), url).toBeUndefined();
          }
        },
      ),
      RUNS,
    );
  });

  it('shows no label of a host that looks like an id', () => {
    fc.assert(
      fc.property(hostIds, schemes, fc.constantFrom('', ':8443'), (id, scheme, port) => {
        for (const host of [`${id}.example.com`, `api.${id}.example.com`, id, `x.${id}`]) {
          const list = [id, ...id.split('-').filter((part) => /[0-9]/.test(part))];
          expect(leakOf(urlSignature('GET', `${scheme}${host}${port}/v1`), list)).toBeUndefined();
          expect(leakOf(cleanHost(host + port), list)).toBeUndefined();
        }
      }),
      RUNS,
    );
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    planted.map(({ text }) => text),
    fc
      .array(
        fc.constantFrom(
          ...'https:// http:// ws:// // / \\ . .. : @ ; ? # * ** [ ] % orders v1 a.b a.com localhost 1.2.3.4 [::1] :80 :443 :0080 :8080 kanari x.zip *.com'.split(
            ' ',
          ),
          ' ',
          '\n',
        ),
        { maxLength: 14 },
      )
      .map((parts) => parts.join('')),
  );

  it('has a bounded signature that is its own signature', () => {
    fc.assert(
      fc.property(anyText, methods, (text, method) => {
        const once = urlSignature(method, text);
        const space = once.indexOf(' ');
        expect(urlSignature(once.slice(0, space), once.slice(space + 1)), text).toBe(once);
        expect(once.length).toBeLessThan(1024);
        for (const clean of [cleanRoute, cleanForeignRoute, cleanHost]) {
          expect(clean(clean(text)), text).toBe(clean(text));
          expect(clean(text).length).toBeLessThan(256);
        }
      }),
      { ...RUNS, numRuns: 3_000 },
    );
  });

  it('is read in linear time', () => {
    for (const piece of [
      '/',
      '//',
      'a.',
      '@',
      ':',
      '?',
      '#',
      '%2f',
      '/[',
      '\\',
      'a-',
      '*',
      '[',
      '/?=',
      '.',
      ' ',
      ';',
    ]) {
      const text = piece.repeat(400_000);
      const start = performance.now();
      for (const url of [text, `https://${text}`, `/orders/${text}`]) {
        urlSignature('GET', url);
        cleanRoute(url);
        cleanForeignRoute(url);
        cleanHost(url);
      }
      // 10 to 40 ms on an idle machine; a quadratic reading of a million characters takes minutes.
      expect(performance.now() - start, piece).toBeLessThan(3_000);
    }
  });

  it('may be anything: nothing is thrown', () => {
    const hostile = Object.assign(Object.create(null) as object, {
      toString: () => {
        throw new Error('kanari');
      },
    });
    for (const value of [
      undefined,
      null,
      7,
      Symbol('x'),
      {},
      hostile,
      [],
      new URL('https://u:p@a.example.com/orders'),
    ]) {
      expect(typeof urlSignature(value as string, value as string)).toBe('string');
    }
    expect(
      urlSignature('GET', new URL('https://u:p@a.example.com/orders?x') as unknown as string),
    ).toBe('GET a.example.com/orders');
  });
});

describe('hosts and ports', () => {
  it.each([
    ['GET', 'https://h.example.com:443/', 'GET h.example.com/'],
    ['GET', 'http://h.example.com:443/', 'GET h.example.com:443/'],
    ['GET', 'http://h.example.com:0080/', 'GET h.example.com/'],
    ['GET', 'http://h.example.com:91827/', 'GET h.example.com/'],
    ['GET', 'https://user:pa/ss@h.example.com/', 'GET //*/*'],
    ['GET', 'http://orders:3000/items', 'GET //orders:3000/items'],
    ['GET', '//orders:3000/items', 'GET //orders:3000/items'],
    ['GET', 'jane-kanari.pdf', 'GET /*'],
    ['GET', 'jane@kanari.com', 'GET /*'],
    ['GET', 'api.example.com/orders/7', 'GET api.example.com/orders/*'],
    ['GET', 'localhost:3000/orders', 'GET localhost:3000/orders'],
    ['GET', 'http://[::1]:3000/orders', 'GET [::1]:3000/orders'],
    ['GET', 'http://10.0.0.7/orders', 'GET 10.0.0.7/orders'],
    ['GET', 'http://918.279.182.777/orders', 'GET //*.*.*.*/orders'],
    ['GET', 'https://größe.example.com/', 'GET *.example.com/'],
    ['CONNECT', 'jane:secret@db.example.com:5432', 'CONNECT db.example.com:5432'],
    ['CONNECT', 'db.example.com:443', 'CONNECT db.example.com:443'],
    ['CONNECT', '[::1]:443?kanari', 'CONNECT [::1]:443'],
  ])('%s %s', (method, url, expected) => {
    expect(urlSignature(method, url)).toBe(expected);
  });
});

describe('RETRACE_URL_TEMPLATES', () => {
  it.each([
    ['https://api.example.com/v1/orders/4711?x', 'GET api.example.com/v1/orders/:id'],
    ['https://u:p@API.example.com:8443/v1/orders/4711', 'GET api.example.com:8443/v1/orders/:id'],
    ['https://other.example.com/v1/orders/4711', 'GET other.example.com/v1/orders/*'],
    ['/search/kanari/deep/er', 'GET /search/*'],
    ['https://a.test/x/kanari', 'GET a.test/x/:y'],
  ])('%s', (url, expected) => {
    expect(urlSignatureBy(match, 'GET', url)).toBe(expected);
    expect(urlSignatureBy(match, 'GET', expected.slice(4))).toBe(expected);
  });

  it('names entries that are no templates, without quoting them', () => {
    expect(compileTemplates(['no-slash', '/a b', '/ok/:id']).invalid).toEqual(['no-slash', '/a b']);
  });
});
