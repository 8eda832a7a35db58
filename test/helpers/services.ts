import net from 'node:net';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.mjs';

export interface Postgres {
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  database: string;
  /** PG* variables for a child process. */
  env: Record<string, string>;
  /** Ends an embedded server; leaves any other alone. */
  stop(): Promise<void>;
}

/** A service that tests need, or why they cannot have it. */
export type Service<T> =
  { service: T; reason?: undefined } | { service?: undefined; reason: string };

const PROBE_TIMEOUT_MS = 2000;

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
    socket.once('timeout', end(false));
  });
}

function describePostgres(
  settings: Omit<Postgres, 'env' | 'stop'>,
  stop: () => Promise<void>,
): Postgres {
  const env: Record<string, string> = {
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGUSER: settings.user,
    PGDATABASE: settings.database,
  };
  if (settings.password !== undefined) env.PGPASSWORD = settings.password;
  return { ...settings, env, stop };
}

async function findPostgres(): Promise<Postgres> {
  const { env } = process;
  const host = env.PGHOST || '127.0.0.1';
  const port = Number(env.PGPORT || 5432);
  if (await answers(host, port)) {
    const user = env.PGUSER || 'postgres';
    const database = env.PGDATABASE || 'postgres';
    return describePostgres(
      { host, port, user, password: env.PGPASSWORD, database },
      async () => {},
    );
  }
  const own = await startEmbeddedPostgres();
  return describePostgres({ ...own, password: undefined }, () => own.stop());
}

/**
 * PostgreSQL for a test file: the one that PG* or localhost offers, else an embedded one. Without either the
 * tests are skipped with the reason; with RETRACE_REQUIRE_SERVICES=1 that is a failure.
 * Call at the top of the file and use `describe.skipIf(found.reason)`; stop the service in afterAll.
 */
export async function requireService(name: 'postgres'): Promise<Service<Postgres>> {
  try {
    return { service: await findPostgres() };
  } catch (error) {
    const reason = `${name}: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env.RETRACE_REQUIRE_SERVICES === '1') throw new Error(reason, { cause: error });
    console.warn(`skipped: ${reason}`);
    return { reason };
  }
}
