'use strict';
/**
 * The demo's shop: an ordinary Express 5 + pg service that knows nothing of Retrace. It is written the way
 * shops too often are: values pasted into SQL, personal data in paths, an N+1 page, a slow report.
 * Settings: PG*, PORT, PAYMENT_URL, SHIPPING_URL, STOCK_URL.
 */
const express = require('express');
const { Pool } = require('pg');
const { accountRoutes } = require('./account.cjs');
const { adminRoutes } = require('./admin.cjs');
const { catalogRoutes } = require('./catalog.cjs');
const { checkoutRoutes } = require('./checkout.cjs');

const pool = new Pool({ max: 10 });
// An idle connection that breaks must not end the shop; the next query gets a new one.
pool.on('error', () => undefined);

const app = express();
app.disable('x-powered-by');
app.use(express.json());
app.get('/health', (req, res) => res.json({ ok: true }));
catalogRoutes(app, pool);
accountRoutes(app, pool);
checkoutRoutes(app, pool);
adminRoutes(app, pool);
// Four parameters make it Express's error handler. Nothing is logged: messages of PostgreSQL quote values.
app.use((error, req, res, next) => {
  if (res.headersSent) return next(error);
  res.status(error.status ?? 500).json({ error: error.status ? 'bad request' : 'internal error' });
});

async function main() {
  // What services do at their start: one query outside any request.
  await pool.query(
    "SELECT version FROM schema_migrations WHERE state = 'applied' ORDER BY version DESC LIMIT 1",
  );
  const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    process.send?.({ listening: server.address().port });
  });
  // Longer than any client's keep-alive, so that a request never meets a closing connection.
  server.keepAliveTimeout = 75_000;
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server.close(() => pool.end().then(() => process.connected && process.disconnect()));
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Started by the demo: nothing of the shop outlives it.
  process.once('disconnect', stop);
}

main().catch((error) => {
  console.error(`shop: cannot start (${error.code ?? error.name})`);
  process.exit(1);
});
