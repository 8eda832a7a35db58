import { ATTR, METRIC } from '../../src/core/semconv.js';
import type {
  Attributes,
  ExponentialPoint,
  Metric,
  NumberPoint,
} from '../../src/protocol/types.js';
import { sqlSignature } from '../../src/signature/index.js';
import { requestOf, sum, timingPoint, timings, type TestServer } from './server-harness.js';

interface QueryShape {
  sql: string;
  runs: number;
  ms: number;
  /** Share of runs that fail, and how. */
  fails?: [share: number, errorType: string];
}

interface CallShape {
  method: string;
  address: string;
  template: string;
  ms: number;
  fails?: [share: number, errorType: string];
}

interface EndpointShape {
  method: string;
  route: string;
  perMinute: number;
  ownMs: number;
  queries: QueryShape[];
  calls?: CallShape[];
  fails?: [share: number, status: string];
}

const ITEMS: QueryShape = {
  sql: 'SELECT i.id, i.sku, i.qty FROM order_items AS i WHERE i.order_id = ?',
  runs: 12,
  ms: 1.1,
};
const SESSION: QueryShape = {
  sql: 'SELECT user_id, expires_at FROM sessions WHERE id = ? AND expires_at > now()',
  runs: 1,
  ms: 0.6,
};

const CHARGE: CallShape = {
  method: 'POST',
  address: 'api.pay.example',
  template: '/v1/charges/*',
  ms: 140,
  fails: [0.02, 'ETIMEDOUT'],
};

/** A little shop: what the runtime would send for it, in shape and in size. */
export const SHOP_ENDPOINTS: readonly EndpointShape[] = [
  {
    method: 'GET',
    route: '/orders/:id',
    perMinute: 34,
    ownMs: 4,
    queries: [SESSION, { sql: 'SELECT * FROM orders WHERE id = ?', runs: 1, ms: 1.4 }, ITEMS],
  },
  {
    method: 'POST',
    route: '/checkout',
    perMinute: 9,
    ownMs: 11,
    fails: [0.03, '502'],
    queries: [
      SESSION,
      {
        sql: 'INSERT INTO orders (id, customer_id, total_cents, status, created_at) VALUES (?, ?, ?, ?, now()) ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status RETURNING id, status',
        runs: 1,
        ms: 3.8,
        fails: [0.01, '23505'],
      },
      {
        sql: 'UPDATE stock SET available = available - ? WHERE sku = ? AND available >= ?',
        runs: 3,
        ms: 2.4,
        fails: [0.006, '40001'],
      },
    ],
    calls: [
      CHARGE,
      {
        method: 'POST',
        address: 'shipping.example',
        template: '/api/v2/labels',
        ms: 65,
        fails: [0.01, '503'],
      },
    ],
  },
  {
    method: 'GET',
    route: '/search',
    perMinute: 21,
    ownMs: 6,
    queries: [
      {
        sql: 'SELECT p.id, p.name, p.price_cents, count(r.id) AS reviews, avg(r.stars) AS stars FROM products AS p LEFT JOIN reviews AS r ON r.product_id = p.id WHERE p.tsv @@ plainto_tsquery(?) AND p.price_cents BETWEEN ? AND ? AND (p.category_id IN (?) OR p.featured) GROUP BY p.id HAVING count(r.id) > ? ORDER BY ts_rank(p.tsv, plainto_tsquery(?)) DESC LIMIT ? OFFSET ?',
        runs: 1,
        ms: 38,
      },
    ],
  },
  {
    method: 'GET',
    route: '/',
    perMinute: 88,
    ownMs: 2.2,
    queries: [
      {
        sql: 'SELECT id, name, price_cents FROM products WHERE featured ORDER BY rank LIMIT ?',
        runs: 1,
        ms: 1.9,
      },
    ],
  },
  {
    method: 'GET',
    route: '/account/:userId/orders',
    perMinute: 6,
    ownMs: 5,
    queries: [
      SESSION,
      {
        sql: 'SELECT id, total_cents, status FROM orders WHERE customer_id = ? ORDER BY created_at DESC LIMIT ?',
        runs: 1,
        ms: 6.5,
      },
      ITEMS,
    ],
  },
  {
    method: 'GET',
    route: '/admin/report',
    perMinute: 0.4,
    ownMs: 30,
    queries: [
      {
        sql: 'WITH daily AS (SELECT date_trunc(?, created_at) AS day, sum(total_cents) AS cents FROM orders WHERE created_at >= ? GROUP BY 1) SELECT day, cents, sum(cents) OVER (ORDER BY day) AS running FROM daily ORDER BY day',
        runs: 1,
        ms: 820,
      },
    ],
  },
  {
    method: 'POST',
    route: '/webhooks/payment',
    perMinute: 8,
    ownMs: 3,
    fails: [0.004, 'aborted'],
    queries: [
      { sql: 'UPDATE orders SET status = ?, paid_at = now() WHERE id = ?', runs: 1, ms: 2.2 },
    ],
    calls: [
      {
        method: 'GET',
        address: 'api.pay.example',
        template: '/v1/events/*',
        ms: 48,
        fails: [0.01, 'ECONNREFUSED'],
      },
    ],
  },
  { method: 'GET', route: '/healthz', perMinute: 12, ownMs: 0.2, queries: [] },
];

/** Repeatable noise (mulberry32): two runs seed the same data. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Log-normal-like latency around `ms`, with a tail. */
function sample(random: () => number, ms: number, slow: number): number {
  const spread = Math.exp((random() + random() + random() - 1.5) * 0.9);
  const tail = random() < 0.02 ? 4 + random() * 8 : 1;
  return Math.max(1, Math.round(ms * 1000 * spread * tail * slow));
}

export interface SeedOptions {
  resource: Attributes;
  endpoints: readonly EndpointShape[];
  /** Oldest minute, counted back from now. */
  minutes: number;
  stepMinutes?: number;
  seed?: number;
  scale?: number;
}

/** Sends what the runtime of one service would have sent over the last minutes. */
export async function seedService(server: TestServer, options: SeedOptions): Promise<void> {
  const { minutes, stepMinutes = 1, scale = 1 } = options;
  const random = noise(options.seed ?? 1);
  const now = Date.now();
  let metrics: Metric[] = [];
  for (let back = minutes; back >= 0; back -= stepMinutes) {
    const at = now - back * 60_000;
    // A slow quarter of an hour, so that charts have something to say.
    const slow = back % 200 > 30 && back % 200 < 45 ? 2.6 : 1;
    // From the age, not from the clock: what fails must not depend on when the test runs.
    const day = 0.75 + 0.25 * Math.sin(back / 50);
    const minute = { random, scale: scale * stepMinutes * day, slow };
    metrics.push(...minuteOf(options.endpoints, at, minute));
    if (metrics.length > 400 || back - stepMinutes < 0) {
      const answer = await server.send(requestOf(options.resource, metrics));
      if (answer.status !== 200) throw new Error(`ingest answered ${answer.status}`);
      metrics = [];
    }
  }
}

interface Minute {
  random: () => number;
  scale: number;
  slow: number;
}

function minuteOf(endpoints: readonly EndpointShape[], at: number, minute: Minute): Metric[] {
  const { random, scale, slow } = minute;
  const requests: ExponentialPoint[] = [];
  const queries: ExponentialPoint[] = [];
  const calls: ExponentialPoint[] = [];
  const facts: Metric[] = [];
  for (const shape of endpoints) {
    const name = `${shape.method} ${shape.route}`;
    const count = Math.round(shape.perMinute * scale + random());
    if (count === 0) continue;
    const databaseUs: number[] = [];
    for (const query of shape.queries) {
      const durations = Array.from({ length: count * query.runs }, () =>
        sample(random, query.ms, slow),
      );
      databaseUs.push(...durations);
      const attributes = queryAttributes(query.sql, name);
      queries.push(...withFailures(durations, attributes, query.fails, at, random));
      if (query.runs >= 5) facts.push(...repeats(attributes, count, query.runs, at));
    }
    const callUs: number[] = [];
    for (const call of shape.calls ?? []) {
      const durations = Array.from({ length: count }, () => sample(random, call.ms, 1));
      callUs.push(...durations);
      calls.push(
        ...withFailures(durations, callAttributes(call, name), call.fails, at, random, 200),
      );
    }
    const childUs = total(databaseUs) + total(callUs);
    const ownUs = Math.round(shape.ownMs * 1000 * count);
    const durations = Array.from({ length: count }, () =>
      Math.max(50, Math.round(((childUs + ownUs) / count) * (0.6 + random() * 0.8))),
    );
    const attributes = {
      [ATTR.httpRequestMethod]: shape.method,
      [ATTR.httpRoute]: shape.route,
      [ATTR.retraceEndpoint]: name,
    };
    requests.push(...withFailures(durations, attributes, shape.fails, at, random, 200));
    for (const [component, us] of [
      ['database', total(databaseUs)],
      ['web_services', total(callUs)],
      ['own_code', ownUs],
    ] as const) {
      if (us > 0) {
        facts.push(
          sum(
            METRIC.componentTime,
            { [ATTR.retraceEndpoint]: name, [ATTR.retraceComponent]: component },
            us / 1e6,
            at,
          ),
        );
      }
    }
  }
  return [
    timings(METRIC.serverDuration, requests),
    timings(METRIC.queryDuration, queries),
    timings(METRIC.clientDuration, calls),
    ...facts,
  ];
}

const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

export function queryAttributes(sql: string, endpoint: string): Attributes {
  const { text, hash, summary } = sqlSignature(sql, { dialect: 'postgresql' });
  const [operation = '', collection = ''] = summary.split(' ');
  return {
    [ATTR.dbSystemName]: 'postgresql',
    [ATTR.dbNamespace]: 'shop',
    [ATTR.serverAddress]: 'db.internal',
    [ATTR.serverPort]: 5432,
    [ATTR.dbOperationName]: operation,
    [ATTR.dbCollectionName]: collection,
    [ATTR.dbQuerySummary]: summary,
    [ATTR.dbQueryText]: text,
    [ATTR.retraceQueryHash]: hash,
    [ATTR.retraceEndpoint]: endpoint,
  };
}

export function callAttributes(call: CallShape, endpoint: string): Attributes {
  return {
    [ATTR.httpRequestMethod]: call.method,
    [ATTR.urlScheme]: 'https',
    [ATTR.serverAddress]: call.address,
    [ATTR.serverPort]: 443,
    [ATTR.urlTemplate]: call.template,
    [ATTR.retraceEndpoint]: endpoint,
  };
}

/** Splits durations into answered and failed points. */
function withFailures(
  durations: readonly number[],
  attributes: Attributes,
  fails: [share: number, errorType: string] | undefined,
  at: number,
  random: () => number,
  okStatus?: number,
): ExponentialPoint[] {
  const failed = fails === undefined ? [] : durations.filter(() => random() < fails[0]);
  const answered = durations.slice(failed.length);
  const points: ExponentialPoint[] = [];
  const withStatus = (status: number | undefined): Attributes =>
    status === undefined ? attributes : { ...attributes, [ATTR.httpResponseStatusCode]: status };
  if (answered.length > 0) points.push(timingPoint(withStatus(okStatus), answered, at));
  if (failed.length > 0 && fails !== undefined) {
    const status = /^\d{3}$/.test(fails[1]) ? Number(fails[1]) : undefined;
    points.push(timingPoint({ ...withStatus(status), [ATTR.errorType]: fails[1] }, failed, at));
  }
  return points;
}

function repeats(attributes: Attributes, requests: number, runs: number, at: number): Metric[] {
  const gauge: NumberPoint = {
    startTimeUnixNano: BigInt(at - 10_000) * 1_000_000n,
    timeUnixNano: BigInt(at) * 1_000_000n,
    attributes,
    value: runs + 7,
    integer: true,
  };
  return [
    sum(METRIC.repeatedRequests, attributes, requests, at),
    sum(METRIC.repeatedCalls, attributes, requests * runs, at),
    { name: METRIC.repeatedMax, unit: '{call}', kind: 'gauge', points: [gauge] },
  ];
}
