import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs';

const CONNECT_TIMEOUT_MS = 3000;
/** Databases of demos that were killed outright go with the next demo; not sooner, lest one is just starting. */
const STALE_SECONDS = 3600;
const NAME = /^retrace_demo_(\d+)_[0-9a-f]+$/;

async function dropStale(client) {
  const { rows } = await client.query(
    `SELECT datname FROM pg_database d WHERE datname LIKE 'retrace_demo_%'
       AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)`,
  );
  for (const { datname } of rows) {
    const startedSeconds = Number(NAME.exec(datname)?.[1]);
    // A name that does not match gives NaN, which is older than nothing.
    if (Date.now() / 1000 - startedSeconds > STALE_SECONDS) {
      await client.query(`DROP DATABASE IF EXISTS ${datname}`);
    }
  }
}

function localSettings() {
  const env = process.env;
  return {
    host: env.PGHOST || '127.0.0.1',
    port: Number(env.PGPORT || 5432),
    user: env.PGUSER || 'postgres',
    password: env.PGPASSWORD,
    database: env.PGDATABASE || 'postgres',
  };
}

async function connected(settings, work) {
  const client = new pg.Client({ ...settings, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A database of the demo's own on the server that PG* or localhost offers; undefined where that is not possible. */
async function createLocalDatabase(processes, log) {
  const settings = localSettings();
  const name = `retrace_demo_${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString('hex')}`;
  try {
    await connected(settings, async (client) => {
      await client.query(`CREATE DATABASE ${name}`);
      await dropStale(client).catch(() => undefined);
    });
  } catch (error) {
    // A code or a class name: messages can quote the user's settings.
    log(`no PostgreSQL to use on ${settings.host}:${settings.port} (${error.code ?? error.name})`);
    return undefined;
  }
  processes.addCleanup(() =>
    connected(settings, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  );
  log(`PostgreSQL on ${settings.host}:${settings.port}, database ${name}`);
  return { ...settings, database: name };
}

async function startOwn(processes, log) {
  log('starting a PostgreSQL of its own …');
  const server = await startEmbeddedPostgres({
    detached: true,
    onSpawn: (child, dir) => {
      processes.addFolder(dir);
      processes.adopt('PostgreSQL', child);
    },
  });
  log(`PostgreSQL (embedded) on 127.0.0.1:${server.port}`);
  return { host: server.host, port: server.port, user: server.user, database: server.database };
}

/**
 * Finds or starts PostgreSQL and lets `prepare` fill the empty database.
 * @param {(client: import('pg').Client) => Promise<void>} prepare
 * @returns {Promise<Record<string, string>>} PG* variables for the shop.
 */
export async function providePostgres(processes, prepare, log) {
  const settings = (await createLocalDatabase(processes, log)) ?? (await startOwn(processes, log));
  await connected(settings, prepare);
  return {
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGUSER: settings.user,
    PGDATABASE: settings.database,
    ...(settings.password === undefined ? {} : { PGPASSWORD: settings.password }),
  };
}
