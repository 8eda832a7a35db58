/**
 * The traffic, one entry per kind of visit: what is sent, and, written down by hand from the shop's source,
 * which endpoint, queries and outbound calls that must show up as. Keys of queries and calls are spelled out
 * in ../smoke/expected.mjs.
 */
import { PRODUCTS } from '../lib/schema.mjs';

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {number} weight how often it comes up, relative to the others
 * @property {string} endpoint
 * @property {number} status expected answer; 0 when the client leaves first
 * @property {string} [error] error.type of the request
 * @property {'before headers' | 'while streaming'} [leaves] when the client disconnects
 * @property {Record<string, number | { times: number, error: string }>} [queries]
 * @property {Record<string, { status?: number, error?: string }>} [calls]
 * @property {(world: World) => { path: string, method?: string, headers?: Record<string, string>, body?: unknown }} make
 *
 * @typedef {object} World
 * @property {import('./secrets.mjs').Secrets} secrets
 * @property {ReturnType<import('./random.mjs').createRandom>} random
 * @property {{ id: number, email: string, name: string, iban: string, session: string }[]} customers
 */

const productId = ({ random }) => random.integer(1, PRODUCTS);

function checkoutBody(world, last) {
  const { random, secrets, customers } = world;
  const lines = [];
  for (let i = random.integer(1, 4); i > 0; i--) {
    lines.push({ productId: productId(world), quantity: random.integer(1, 3) });
  }
  return {
    customerId: random.pick(customers).id,
    recipient: secrets.name('checkout'),
    street: `Am ${secrets.token('street')} 7/3`,
    card: secrets.card(last),
    cardToken: `tok_${secrets.token('card token')}`,
    lines,
  };
}

const failedCheckout = {
  begin: 1,
  lockProducts: 1,
  insertOrder: 1,
  insertItems: 1,
  rollback: 1,
};

/** @type {Scenario[]} */
export const SCENARIOS = [
  {
    name: 'health',
    weight: 4,
    endpoint: 'GET /health',
    status: 200,
    make: () => ({ path: '/health' }),
  },
  {
    name: 'home',
    weight: 10,
    endpoint: 'GET /',
    status: 200,
    queries: { featured: 1 },
    make: ({ secrets }) => ({
      path: `/?utm_id=${secrets.token('query string')}`,
      headers: { referer: `https://mail.example/inbox/${secrets.token('referer')}` },
    }),
  },
  {
    name: 'product list',
    weight: 10,
    endpoint: 'GET /products',
    status: 200,
    queries: { productList: 1 },
    make: (world) => ({
      path: `/products?ids=${Array.from({ length: world.random.integer(1, 9) }, () => productId(world)).join()}`,
    }),
  },
  {
    name: 'product',
    weight: 20,
    endpoint: 'GET /products/:id',
    status: 200,
    queries: { productById: 1, reviews: 1 },
    make: (world) => ({ path: `/products/${productId(world)}` }),
  },
  {
    name: 'product that is gone',
    weight: 2,
    endpoint: 'GET /products/:id',
    status: 404,
    queries: { productById: 1 },
    make: () => ({ path: '/products/99999' }),
  },
  {
    name: 'product with a bad id',
    weight: 1,
    endpoint: 'GET /products/:id',
    status: 500,
    error: '500',
    queries: { productById: { times: 1, error: '22P02' } },
    make: ({ secrets }) => ({ path: `/products/${secrets.token('product id')}` }),
  },
  {
    name: 'stock',
    weight: 3,
    endpoint: 'GET /products/:id/stock',
    status: 503,
    error: '503',
    calls: { stock: { error: 'ECONNREFUSED' } },
    make: (world) => ({ path: `/products/${productId(world)}/stock` }),
  },
  {
    name: 'search',
    weight: 8,
    endpoint: 'GET /search',
    status: 200,
    queries: { search: 1 },
    make: ({ secrets }) => ({
      path: `/search?q=${encodeURIComponent(`d'or ${secrets.token('search')}`)}`,
    }),
  },
  {
    name: 'register',
    weight: 2,
    endpoint: 'POST /register',
    status: 409,
    queries: { register: { times: 1, error: '23505' } },
    make: ({ secrets, random, customers }) => ({
      path: '/register',
      body: {
        email: random.pick(customers).email,
        name: secrets.name('register'),
        iban: secrets.iban('register'),
      },
    }),
  },
  {
    name: 'login',
    weight: 4,
    endpoint: 'POST /login',
    status: 200,
    queries: { login: 1, saveSession: 1 },
    make: ({ secrets, random, customers }) => {
      const customer = random.pick(customers);
      return {
        path: '/login',
        body: {
          email: customer.email,
          password: `pw-${secrets.token('password')}`,
          token: customer.session,
        },
      };
    },
  },
  {
    name: 'login of a stranger',
    weight: 1,
    endpoint: 'POST /login',
    status: 401,
    queries: { login: 1 },
    make: ({ secrets }) => ({
      path: '/login',
      body: { email: secrets.email('stranger'), password: secrets.token('password'), token: '' },
    }),
  },
  {
    name: 'account',
    weight: 6,
    endpoint: 'GET /account',
    status: 200,
    queries: { account: 1 },
    make: ({ secrets, random, customers }) => ({
      path: '/account',
      headers: {
        cookie: `theme=dark; session=${random.pick(customers).session}`,
        authorization: `Bearer ${secrets.token('authorization')}`,
        'x-customer': secrets.token('header'),
      },
    }),
  },
  {
    name: 'orders',
    weight: 5,
    endpoint: 'GET /customers/:email/orders',
    status: 200,
    queries: { orders: 1, orderItems: 8 },
    make: ({ random, customers }) => ({
      path: `/customers/${encodeURIComponent(random.pick(customers).email)}/orders`,
    }),
  },
  {
    name: 'checkout',
    weight: 5,
    endpoint: 'POST /checkout',
    status: 201,
    queries: { begin: 1, lockProducts: 1, insertOrder: 1, insertItems: 1, commit: 1 },
    calls: { charge: { status: 201 }, label: { status: 201 } },
    make: (world) => ({ path: '/checkout', body: checkoutBody(world, '4242') }),
  },
  {
    name: 'checkout, card declined',
    weight: 1,
    endpoint: 'POST /checkout',
    status: 402,
    queries: failedCheckout,
    calls: { charge: { status: 402, error: '402' } },
    make: (world) => ({ path: '/checkout', body: checkoutBody(world, '0002') }),
  },
  {
    name: 'checkout, payment broken',
    weight: 1,
    endpoint: 'POST /checkout',
    status: 502,
    error: '502',
    queries: failedCheckout,
    calls: { charge: { status: 500, error: '500' } },
    make: (world) => ({ path: '/checkout', body: checkoutBody(world, '0119') }),
  },
  {
    name: 'shipping rates',
    weight: 4,
    endpoint: 'GET /shipping/rates',
    status: 200,
    calls: { rates: { status: 200 } },
    make: ({ secrets }) => ({ path: `/shipping/rates?zip=${secrets.token('zip')}-near` }),
  },
  {
    name: 'shipping rates, too slow',
    weight: 1,
    endpoint: 'GET /shipping/rates',
    status: 504,
    error: '504',
    calls: { rates: { error: 'timeout' } },
    make: ({ secrets }) => ({ path: `/shipping/rates?zip=${secrets.token('zip')}-far` }),
  },
  {
    name: 'payment',
    weight: 3,
    endpoint: 'GET /payments/:reference',
    status: 200,
    calls: { payment: { status: 200 } },
    make: ({ secrets }) => ({ path: `/payments/pay_${secrets.token('payment')}` }),
  },
  {
    name: 'payment that is lost',
    weight: 1,
    endpoint: 'GET /payments/:reference',
    status: 502,
    error: '502',
    calls: { payment: { status: 404, error: '404' } },
    make: ({ secrets }) => ({ path: `/payments/${secrets.token('payment')}-lost` }),
  },
  {
    name: 'sales report',
    weight: 1,
    endpoint: 'GET /admin/reports/sales',
    status: 200,
    queries: { sales: 1 },
    make: () => ({ path: '/admin/reports/sales' }),
  },
  {
    name: 'sales report, reader gone',
    weight: 1,
    endpoint: 'GET /admin/reports/sales',
    status: 0,
    error: 'aborted',
    leaves: 'before headers',
    queries: { sales: 1 },
    make: ({ secrets }) => ({ path: `/admin/reports/sales?by=${secrets.token('query string')}` }),
  },
  {
    name: 'refund report',
    weight: 1,
    endpoint: 'GET /admin/reports/refunds',
    status: 500,
    error: '500',
    queries: { refunds: { times: 1, error: '42703' } },
    make: ({ secrets }) => ({ path: `/admin/reports/refunds?since=${secrets.token('refund')}` }),
  },
  {
    name: 'customer with a bad id',
    weight: 1,
    endpoint: 'GET /admin/customers',
    status: 500,
    error: '500',
    queries: { customerById: { times: 1, error: '22P02' } },
    make: ({ secrets }) => ({ path: `/admin/customers?id=${secrets.token('customer id')}` }),
  },
  {
    name: 'export, reader gone',
    weight: 1,
    endpoint: 'GET /admin/export',
    status: 0,
    error: 'aborted',
    leaves: 'while streaming',
    queries: { export: 1 },
    make: () => ({ path: '/admin/export' }),
  },
  {
    name: 'unknown page',
    weight: 2,
    endpoint: 'GET /*/*',
    status: 404,
    make: ({ secrets }) => ({
      path: `/~${secrets.token('path')}/.env?key=${secrets.token('query string')}`,
    }),
  },
];
