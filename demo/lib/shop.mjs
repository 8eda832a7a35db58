import path from 'node:path';
import { createRandom } from '../traffic/random.mjs';
import { Secrets } from '../traffic/secrets.mjs';
import { providePostgres } from './postgres.mjs';
import { DEMO_DIR, ROOT } from './processes.mjs';
import { createSchema, CUSTOMERS } from './schema.mjs';

/** Nothing listens there: the shop's stock service is down. (tcpmux; no ordinary machine has it.) */
const REFUSING_PORT = 1;

/** People and secrets that the traffic uses. */
export function createWorld(seed) {
  const secrets = new Secrets();
  const customers = [];
  for (let i = 1; i <= CUSTOMERS; i++) {
    customers.push({
      id: i,
      email: secrets.email('customer'),
      name: secrets.name('customer'),
      iban: secrets.iban('customer'),
      session: secrets.token('session'),
    });
  }
  return { secrets, customers, random: createRandom(seed) };
}

/** PostgreSQL and the two services that the shop calls. @returns the shop's environment and the services. */
export async function startSurroundings(processes, world, log) {
  const database = await providePostgres(
    processes,
    (client) => createSchema(client, world.customers),
    log,
  );
  const services = ['payment', 'shipping'].map((name) =>
    processes.startNode(`${name} service`, [path.join(DEMO_DIR, 'services', `${name}.mjs`)], {
      ipc: true,
    }),
  );
  const [payment, shipping] = await Promise.all(
    services.map((service) => service.message('listening')),
  );
  log(`payment service on ${payment}, shipping service on ${shipping}`);
  return {
    services,
    ports: { payment, shipping, stock: REFUSING_PORT },
    env: {
      ...database,
      PAYMENT_URL: `http://127.0.0.1:${payment}`,
      SHIPPING_URL: `http://127.0.0.1:${shipping}`,
      STOCK_URL: `http://127.0.0.1:${REFUSING_PORT}`,
    },
  };
}

/**
 * The shop with Retrace in front, exactly as a user starts it. The working folder is the clone, where
 * `retrace/register` is the package itself.
 * @returns {Promise<{ shop: object, port: number }>}
 */
export async function startShop(processes, env, node) {
  const shop = processes.startNode(
    'shop',
    ['--require', 'retrace/register', path.join(DEMO_DIR, 'shop', 'server.cjs')],
    { cwd: ROOT, ipc: true, env: { RETRACE_SERVICE_NAME: 'shop', ...env }, node },
  );
  const port = await shop.message('listening');
  return { shop, port };
}
