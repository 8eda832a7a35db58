'use strict';
const { getJson, postJson } = require('./outbound.cjs');
const quote = (value) => `'${String(value).replaceAll("'", "''")}'`;

/** A transaction with a payment and a shipping label inside it, and shipping rates with a time limit. */
exports.checkoutRoutes = function checkoutRoutes(app, pool) {
  app.post('/checkout', async (req, res) => {
    const { customerId, recipient, street, card, cardToken, lines } = req.body;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT id FROM products WHERE id = ANY($1::int[]) FOR SHARE', [
        lines.map((line) => line.productId),
      ]);
      const order = await client.query(
        `INSERT INTO orders (customer_id, recipient, street, note) VALUES (${customerId}, ${quote(recipient)}, ${quote(street)}, E'card ${card}') RETURNING id`,
      );
      const values = lines.map(
        (line) => `(${order.rows[0].id}, ${line.productId}, ${line.quantity})`,
      );
      await client.query(
        `INSERT INTO order_items (order_id, product_id, quantity) VALUES ${values.join(', ')}`,
      );
      const payment = await postJson(
        `${process.env.PAYMENT_URL}/v1/charges/${encodeURIComponent(cardToken)}?card=${card}`,
        { card, recipient },
        { authorization: `Bearer ${cardToken}` },
      );
      if (payment.status !== 201) {
        await client.query('ROLLBACK');
        return res.status(payment.status === 402 ? 402 : 502).json({ error: 'payment failed' });
      }
      const label = await fetch(
        `${process.env.SHIPPING_URL}/v2/labels?to=${encodeURIComponent(street)}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ recipient, street }),
        },
      );
      await label.text();
      await client.query('COMMIT');
      res.status(201).json({ order: order.rows[0].id, shipped: label.ok });
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  });

  app.get('/shipping/rates', async (req, res) => {
    try {
      const answer = await fetch(
        `${process.env.SHIPPING_URL}/v2/rates/${encodeURIComponent(req.query.zip)}`,
        { signal: AbortSignal.timeout(400) },
      );
      res.status(answer.status).json(await answer.json());
    } catch (error) {
      res.status(504).json({ error: error.name === 'TimeoutError' ? 'too slow' : 'unreachable' });
    }
  });

  app.get('/payments/:reference', async (req, res) => {
    const answer = await getJson(
      `${process.env.PAYMENT_URL}/v1/payments/${encodeURIComponent(req.params.reference)}`,
    );
    res.status(answer.status === 200 ? 200 : 502).json(answer.body);
  });
};
