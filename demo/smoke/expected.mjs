/**
 * What the reports must call the traffic's queries, calls and endpoints. Written down by hand from the shop's
 * source; the engine that makes signatures is not asked.
 */

/** Signatures; white space is not compared. */
export const QUERIES = {
  migrations: 'SELECT version FROM schema_migrations WHERE state = ? ORDER BY version DESC LIMIT ?',
  featured: 'SELECT id, name, price_cents FROM products WHERE featured = ? ORDER BY id LIMIT ?',
  productList: 'SELECT id, name, price_cents FROM products WHERE id IN (?) ORDER BY name',
  productById: 'SELECT id, name, description, price_cents FROM products WHERE id = ?',
  reviews: 'SELECT author, stars, body FROM reviews WHERE product_id = ? ORDER BY id DESC LIMIT ?',
  search: 'SELECT id, name FROM products WHERE name ILIKE ? OR description ILIKE ? LIMIT ?',
  register: 'INSERT INTO customers (email, name, iban) VALUES (?, ?, ?)',
  login: 'SELECT id, name FROM customers WHERE email = ? AND password_hash <> ?',
  saveSession: 'UPDATE customers SET session_token = ?, logged_in_at = now() WHERE id = ?',
  account: 'SELECT id, name, email FROM customers WHERE session_token = ?',
  orders:
    'SELECT o.id, o.created_at FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = ? ORDER BY o.id LIMIT ?',
  orderItems: 'SELECT product_id, quantity FROM order_items WHERE order_id = ?',
  begin: 'BEGIN',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  lockProducts: 'SELECT id FROM products WHERE id = ANY(?::int[]) FOR SHARE',
  insertOrder:
    'INSERT INTO orders (customer_id, recipient, street, note) VALUES (?, ?, ?, ?) RETURNING id',
  insertItems: 'INSERT INTO order_items (order_id, product_id, quantity) VALUES (?, ?, ?)',
  sales:
    'SELECT p.name, sum(i.quantity) AS sold, pg_sleep(?) FROM order_items i JOIN products p ON p.id = i.product_id WHERE p.price_cents > ? GROUP BY p.name ORDER BY sold DESC LIMIT ?',
  refunds: 'SELECT refund_reason FROM orders WHERE note = ?',
  customerById: 'SELECT id, name FROM customers WHERE id = ?::int',
  export: 'SELECT id, name FROM products ORDER BY id',
};

/** Outbound calls: method, which service, path template. Words outside the closed vocabulary become `*`. */
export const CALLS = {
  charge: { method: 'POST', service: 'payment', template: '/v1/charges/*' },
  payment: { method: 'GET', service: 'payment', template: '/v1/payments/*' },
  label: { method: 'POST', service: 'shipping', template: '/v2/labels' },
  rates: { method: 'GET', service: 'shipping', template: '/v2/rates/*' },
  stock: { method: 'GET', service: 'stock', template: '/v1/*/*' },
};

/** Keys of a report row, comparable with those of the expectation. */
export const queryKey = (text) => text.replace(/\s+/g, '');
export const callKey = (method, port, template) => `${method} :${port}${template}`;
