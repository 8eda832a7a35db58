/** The members of a pg-pool that we read: its options say where it connects to. */
export interface PoolLike {
  /** Class of the promises that it returns. */
  readonly Promise?: unknown;
  /** Clients that nobody uses, and callers that wait for one; pg-pool 3. */
  readonly _idle?: { readonly length: number };
  readonly _pendingQueue?: { readonly length: number };
  readonly options?: {
    readonly connectionString?: unknown;
    readonly database?: unknown;
    readonly host?: unknown;
    readonly port?: unknown;
  };
}

/** pg's own default, lib/defaults.js. */
const DEFAULT_PORT = 5432;

/**
 * Where a pool that could not connect wanted to go. Of a connection string only host, port and
 * database are read. Empty where the options do not say: pg then takes it from the environment.
 */
export function poolTarget(pool: PoolLike): { database: string; host: string; port: number } {
  const { connectionString, database, host, port } = pool.options ?? {};
  const target = {
    database: typeof database === 'string' ? database : '',
    host: typeof host === 'string' ? host : '',
    port: Number(port) || DEFAULT_PORT,
  };
  if (typeof connectionString === 'string' && URL.canParse(connectionString)) {
    const url = new URL(connectionString);
    target.host = url.hostname || target.host;
    target.port = Number(url.port) || target.port;
    target.database = url.pathname.slice(1) || target.database;
  }
  return target;
}
