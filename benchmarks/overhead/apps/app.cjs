'use strict';
/**
 * The monitored app: SCENARIO names which. Answers on a free port that it reports to its parent, which also asks
 * it for its resource usage. The same file for every arm; what is measured is preloaded.
 */
const scenario = process.env.SCENARIO;
const { PG_PORT, SERVICE_PORT } = process.env;

/** Awaits of the await-heavy request: what an ORM with validation and serialization does for a long list. */
const AWAITS = 2000;

function createPool() {
  const { Pool } = require('pg');
  return new Pool({
    host: '127.0.0.1',
    port: Number(PG_PORT),
    user: 'bench',
    database: 'shop',
    max: 16,
  });
}

const ORDERS = 'SELECT id, total FROM orders WHERE customer_id = $1 AND state = $2';
const CUSTOMER = 'SELECT id, name FROM customers WHERE id = $1';

async function twoQueries(pool) {
  const customer = await pool.query(CUSTOMER, [7]);
  const orders = await pool.query(ORDERS, [7, 'open']);
  return customer.rows.length + orders.rows.length;
}

function createCaller() {
  const http = require('node:http');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const options = { host: '127.0.0.1', port: Number(SERVICE_PORT), path: '/v1/charges/17', agent };
  return () =>
    new Promise((resolve, reject) => {
      http
        .get(options, (response) => {
          let length = 0;
          response.on('data', (chunk) => (length += chunk.length));
          response.on('end', () => resolve(length));
        })
        .on('error', reject);
    });
}

function plain(handle) {
  const http = require('node:http');
  const server = http.createServer((request, response) => {
    handle().then(
      (result) => response.end(String(result)),
      () => {
        response.statusCode = 500;
        response.end();
      },
    );
  });
  return { listen: (ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)) };
}

const APPS = {
  hello() {
    const http = require('node:http');
    const server = http.createServer((request, response) => response.end('hello world'));
    return { listen: (ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)) };
  },
  sql() {
    const pool = createPool();
    return plain(() => twoQueries(pool));
  },
  full() {
    const pool = createPool();
    const call = createCaller();
    return plain(async () => (await twoQueries(pool)) + (await call()));
  },
  express() {
    const app = require('express')();
    const router = require('express').Router();
    app.use((request, response, next) => next());
    router.get('/orders/:id', (request, response) => response.json({ id: request.params.id }));
    app.use('/shop', router);
    const server = require('node:http').createServer(app);
    return { listen: (ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)) };
  },
  fastify() {
    const app = require('fastify')();
    app.get('/shop/orders/:id', async (request) => ({ id: request.params.id }));
    return {
      listen: (ready) =>
        app.listen({ port: 0, host: '127.0.0.1' }).then(() => ready(app.server.address().port)),
    };
  },
  await() {
    const step = async (value) => value + 1;
    return plain(async () => {
      let value = 0;
      for (let index = 0; index < AWAITS; index++) value = await step(value);
      return value;
    });
  },
  /** RETRACE's worst case at export: thousands of statements, told apart by the request's path. */
  signatures() {
    const pool = createPool();
    const server = require('node:http').createServer((request, response) => {
      // In letters: digits would be masked as data, and all statements be one.
      const name = request.url.slice(1).replace(/\d/g, (digit) => 'ghjkmnpqrs'[digit]);
      pool
        .query(`SELECT id, total, state FROM orders_${name} WHERE customer_id = $1`, [7])
        .then(() => response.end('ok'));
    });
    return { listen: (ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)) };
  },
};

/** Each timer that came late: when (ms since the epoch) and by how many ms. A mean would hide one long gap. */
let delays = [];
function watchDelay() {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now - last > 1.1) delays.push([performance.timeOrigin + now, now - last - 1]);
    last = now;
  }, 1);
}

/** Of all threads, µs: by the scheduler's clock where Linux shows it, since the other one counts in ticks of 4 ms. */
function cpuUs() {
  const { readdirSync, readFileSync } = require('node:fs');
  try {
    const nanos = readdirSync('/proc/self/task').map((task) =>
      Number(readFileSync(`/proc/self/task/${task}/schedstat`, 'latin1').split(' ')[0]),
    );
    const sum = nanos.reduce((all, one) => all + one, 0) / 1000;
    if (sum > 0) return sum;
  } catch {
    // Another system.
  }
  const { user, system } = process.cpuUsage();
  return user + system;
}

process.on('message', (message) => {
  if (message === 'usage') {
    process.send({ cpuUs: cpuUs() });
  } else if (message === 'memory') {
    global.gc();
    setTimeout(() => {
      global.gc();
      const { rss, heapUsed } = process.memoryUsage();
      process.send({ rss, heapUsed });
    }, 300);
  } else if (message === 'watch') {
    watchDelay();
    process.send({});
  } else if (message === 'delays') {
    process.send({ delays });
    delays = [];
  } else if (message === 'stop') process.exit(0);
});

APPS[scenario]().listen((port) => process.send({ port }));
