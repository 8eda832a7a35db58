/** The shop's tables and first rows, made before the shop starts and outside Retrace's sight. */

export const PRODUCTS = 40;
export const CUSTOMERS = 12;
/** Every customer has at least as many orders as the order page shows. */
export const ORDERS_PER_CUSTOMER = 8;

const TABLES = `
  CREATE TABLE schema_migrations (version int PRIMARY KEY, state text NOT NULL);
  CREATE TABLE products (id int PRIMARY KEY, name text, description text, price_cents int, featured boolean);
  CREATE TABLE reviews (id serial PRIMARY KEY, product_id int, author text, stars int, body text);
  CREATE TABLE customers (id serial PRIMARY KEY, email text UNIQUE, name text, iban text,
    password_hash text DEFAULT 'x', session_token text, logged_in_at timestamptz);
  CREATE TABLE orders (id serial PRIMARY KEY, customer_id int, recipient text, street text, note text,
    created_at timestamptz DEFAULT now());
  CREATE TABLE order_items (order_id int, product_id int, quantity int);
  CREATE INDEX ON order_items (order_id);
  CREATE INDEX ON reviews (product_id);
  CREATE INDEX ON orders (customer_id);
  INSERT INTO schema_migrations VALUES (1, 'applied'), (2, 'applied');
  INSERT INTO products SELECT n, 'product ' || n, 'a fine product', n * 100, n <= 6 FROM generate_series(1, ${PRODUCTS}) n;
  INSERT INTO reviews (product_id, author, stars, body)
    SELECT 1 + n % ${PRODUCTS}, 'reader', 1 + n % 5, 'as described' FROM generate_series(1, 200) n;
`;

/**
 * @param {import('pg').Client} client connected to the demo's own empty database.
 * @param {{ email: string, name: string, iban: string, session: string }[]} customers
 */
export async function createSchema(client, customers) {
  await client.query(TABLES);
  for (const { email, name, iban, session } of customers) {
    const { rows } = await client.query(
      'INSERT INTO customers (email, name, iban, session_token) VALUES ($1, $2, $3, $4) RETURNING id',
      [email, name, iban, session],
    );
    await client.query(
      `WITH o AS (INSERT INTO orders (customer_id, recipient, street, note)
         SELECT $1, $2, 'street', 'first' FROM generate_series(1, ${ORDERS_PER_CUSTOMER}) RETURNING id)
       INSERT INTO order_items SELECT id, 1 + id % ${PRODUCTS}, 1 FROM o`,
      [rows[0].id, name],
    );
  }
}
