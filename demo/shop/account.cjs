'use strict';
const quote = (value) => `'${String(value).replaceAll("'", "''")}'`;

/** Customers: personal data in SQL text, paths, cookies and headers, and the N+1 page. */
exports.accountRoutes = function accountRoutes(app, pool) {
  app.post('/register', async (req, res) => {
    const { email, name, iban } = req.body;
    try {
      await pool.query(
        `INSERT INTO customers (email, name, iban) VALUES (${quote(email)}, ${quote(name)}, ${quote(iban)})`,
      );
      res.status(201).json({ registered: true });
    } catch (error) {
      if (error.code !== '23505') throw error;
      res.status(409).json({ error: 'already registered' });
    }
  });

  app.post('/login', async (req, res) => {
    const { email, password, token } = req.body;
    const found = await pool.query(
      `SELECT id, name FROM customers WHERE email = ${quote(email)} AND password_hash <> ${quote(password)}`,
    );
    if (found.rowCount === 0) return res.status(401).json({ error: 'unknown' });
    await pool.query(
      `UPDATE customers SET session_token = ${quote(token)}, logged_in_at = now() WHERE id = ${found.rows[0].id}`,
    );
    res.setHeader('set-cookie', `session=${token}; HttpOnly`);
    res.json({ hello: found.rows[0].name });
  });

  app.get('/account', async (req, res) => {
    const session = /session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1] ?? '';
    const found = await pool.query(
      `SELECT id, name, email FROM customers /* by session ${session} */ WHERE session_token = ${quote(session)}`,
    );
    if (found.rowCount === 0) return res.status(401).json({ error: 'log in first' });
    res.json(found.rows[0]);
  });

  // One query for the list, one more for each order on it: the classic N+1.
  app.get('/customers/:email/orders', async (req, res) => {
    const orders = await pool.query(
      `SELECT o.id, o.created_at FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = ${quote(req.params.email)} ORDER BY o.id LIMIT 8`,
    );
    const page = [];
    for (const order of orders.rows) {
      const items = await pool.query(
        `SELECT product_id, quantity FROM order_items WHERE order_id = ${order.id}`,
      );
      page.push({ ...order, items: items.rows });
    }
    res.json(page);
  });
};
