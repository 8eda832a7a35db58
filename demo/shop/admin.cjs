'use strict';

/** Back office: a slow report, a broken one, and an export that streams. */
exports.adminRoutes = function adminRoutes(app, pool) {
  app.get('/admin/reports/sales', async (req, res) => {
    const rows = await pool.query(
      `SELECT p.name, sum(i.quantity) AS sold, pg_sleep(0.25) FROM order_items i JOIN products p ON p.id = i.product_id WHERE p.price_cents > 100 GROUP BY p.name ORDER BY sold DESC LIMIT 1`,
    );
    res.json(rows.rows);
  });

  // A column that was renamed long ago.
  app.get('/admin/reports/refunds', async (req, res) => {
    const since = String(req.query.since ?? '');
    const rows = await pool.query(
      `SELECT refund_reason FROM orders WHERE note = '${since.replaceAll("'", "''")}'`,
    );
    res.json(rows.rows);
  });

  // A value of the wrong kind: PostgreSQL's message quotes it.
  app.get('/admin/customers', async (req, res) => {
    const rows = await pool.query('SELECT id, name FROM customers WHERE id = $1::int', [
      req.query.id,
    ]);
    res.json(rows.rows);
  });

  app.get('/admin/export', async (req, res) => {
    res.setHeader('content-type', 'text/csv');
    const rows = await pool.query('SELECT id, name FROM products ORDER BY id');
    for (const row of rows.rows) {
      if (res.destroyed) return;
      res.write(`${row.id};${row.name}\n`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    res.end();
  });
};
