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
  /** RETRACE's worst case at export: thousands of statements and endpoints, told apart by the request's path. */
  signatures() {
    const pool = createPool();
    const server = require('node:http').createServer((request, response) => {
      const number = request.url.slice(1);
      pool
        .query(`SELECT id, total, state FROM orders_${number} WHERE customer_id = $1`, [7])
        .then(() => response.end('ok'));
    });
    return { listen: (ready) => server.listen(0, '127.0.0.1', () => ready(server.address().port)) };
  },
};

/** Milliseconds by which one timer after the other comes late; the histogram's own mean would hide one long gap. */
let delays = [];
function watchDelay() {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    delays.push(now - last - 1);
    last = now;
  }, 1);
}

process.on('message', (message) => {
  if (message === 'usage') {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system });
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
    process.send({ delaysMs: delays });
    delays = [];
  } else if (message === 'stop') process.exit(0);
});

APPS[scenario]().listen((port) => process.send({ port }));
