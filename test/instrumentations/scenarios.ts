/** Scenarios of test/fixtures/apps that every Node version has to pass. */
export interface Scenario {
  readonly app: string;
  /** File in expected/. */
  readonly expected: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly needsPostgres?: boolean;
  /** Recorder methods that the scenario never reaches, or only by code that another scenario is for. */
  readonly unused?: readonly string[];
}

const ONLY_SERVER = [
  'databaseSource',
  'peerSource',
  'querySignature',
  'callSignature',
  'recordQuery',
  'recordCall',
  'nowUs',
];
const NO_QUERY = ['databaseSource', 'querySignature', 'recordQuery'];
/** Its calls are those of `http-client`, `fetch` and `undici`. */
const NO_CLIENT = ONLY_SERVER;

export const scenarios: readonly Scenario[] = [
  { app: 'http-server', expected: 'http-server', unused: ONLY_SERVER },
  { app: 'http-server-aborts', expected: 'http-server-aborts', unused: ONLY_SERVER },
  { app: 'http-upgrade', expected: 'http-upgrade', unused: NO_QUERY },
  { app: 'http-client', expected: 'http-client', unused: NO_QUERY },
  { app: 'https-server', expected: 'https-server', unused: NO_CLIENT },
  { app: 'context', expected: 'context', unused: NO_QUERY },
  { app: 'fetch', expected: 'fetch', unused: NO_QUERY },
  { app: 'undici', expected: 'undici', unused: NO_QUERY },
  { app: 'pg', expected: 'pg', needsPostgres: true },
  { app: 'express', expected: 'express-5', unused: NO_CLIENT },
  { app: 'express', expected: 'express-4', env: { EXPRESS: 'express4' }, unused: NO_CLIENT },
  { app: 'fastify', expected: 'fastify', unused: NO_CLIENT },
  { app: 'fastify', expected: 'fastify', env: { FASTIFY: 'fastify4' }, unused: NO_CLIENT },
];
