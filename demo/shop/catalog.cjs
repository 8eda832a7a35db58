'use strict';
const { getJson } = require('./outbound.cjs');

/** Product pages: plain reads, a search, and stock levels from a service that is down. */
exports.catalogRoutes = function catalogRoutes(app, pool) {
  app.get('/', async (req, res) => {
    const featured = await pool.query(
      'SELECT id, name, price_cents FROM products WHERE featured = TRUE ORDER BY id LIMIT 6',
    );
    res.json(featured.rows);
  });

  app.get('/products', async (req, res) => {
    const ids = String(req.query.ids ?? '1')
      .split(',')
      .map(Number);
    // Lists of any length: one query as far as anybody is concerned.
    const rows = await pool.query(
      `SELECT id, name, price_cents FROM products WHERE id IN (${ids.join(', ')}) ORDER BY name`,
    );
    res.json(rows.rows);
  });

  app.get('/products/:id', async (req, res) => {
    const product = await pool.query({
      name: 'product-by-id',
      text: 'SELECT id, name, description, price_cents FROM products WHERE id = $1',
      values: [req.params.id],
    });
    if (product.rowCount === 0) return res.status(404).json({ error: 'no such product' });
    const reviews = await pool.query(
      'SELECT author, stars, body FROM reviews WHERE product_id = $1 ORDER BY id DESC LIMIT 5',
      [req.params.id],
    );
    res.json({ ...product.rows[0], reviews: reviews.rows });
  });

  app.get('/search', (req, res, next) => {
    const words = String(req.query.q ?? '').replaceAll("'", "''");
    pool.query(
      `SELECT id, name FROM products WHERE name ILIKE '%${words}%' OR description ILIKE '%${words}%' LIMIT 20`,
      (error, found) => (error ? next(error) : res.json(found.rows)),
    );
  });

  app.get('/products/:id/stock', async (req, res) => {
    try {
      const answer = await getJson(`${process.env.STOCK_URL}/v1/stock/${req.params.id}`);
      res.json(answer.body);
    } catch {
      res.status(503).json({ error: 'stock unknown' });
    }
  });
};
