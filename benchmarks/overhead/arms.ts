import { join } from 'node:path';

/** Ports of the stubs, by name. */
export type Ports = Readonly<Record<string, number>>;

/** One way to run the app. */
export interface Arm {
  readonly name: string;
  /** npm package whose version the result file states; undefined for the bare app. */
  readonly package: string | undefined;
  /** Arguments to Node before the app. */
  readonly preload: readonly string[];
  /** Settings as its documentation has them, with everything traced and the intake replaced by the local one. */
  env(where: Where): Record<string, string>;
}

export interface Where {
  readonly ports: Ports;
  readonly agentSocket: string;
  readonly certificateFile: string;
  /** Length of one measurement: an export of ours falls into each. */
  readonly seconds: number;
}

export const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
const peer = (name: string): string[] => ['--require', join(HERE, 'peers', `${name}.cjs`)];
const local = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}`;

export const ARMS: readonly Arm[] = [
  { name: 'bare', package: undefined, preload: [], env: () => ({}) },
  {
    name: 'retrace',
    package: 'retrace',
    preload: ['--require', join(ROOT, 'dist', 'src', 'register.js')],
    env: ({ agentSocket, seconds }) => ({
      RETRACE_AGENT_SOCKET: agentSocket,
      // The default is 10: more often than an app would see it, so that no measurement misses one.
      RETRACE_EXPORT_INTERVAL_SECONDS: String(Math.min(10, Math.max(1, seconds))),
      RETRACE_LOG_LEVEL: 'warn',
    }),
  },
  {
    name: 'opentelemetry',
    package: '@opentelemetry/sdk-node',
    preload: peer('opentelemetry'),
    env: ({ ports }) => ({
      OTEL_SERVICE_NAME: 'bench',
      OTEL_EXPORTER_OTLP_ENDPOINT: local(ports.opentelemetry),
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    }),
  },
  {
    name: 'dd-trace',
    package: 'dd-trace',
    preload: peer('dd-trace'),
    env: ({ ports }) => ({
      DD_SERVICE: 'bench',
      DD_TRACE_AGENT_URL: local(ports['dd-trace']),
      DD_TRACE_STARTUP_LOGS: 'false',
    }),
  },
  {
    name: 'newrelic',
    package: 'newrelic',
    preload: peer('newrelic'),
    env: ({ ports, certificateFile }) => ({
      NEW_RELIC_APP_NAME: 'bench',
      NEW_RELIC_LICENSE_KEY: '0123456789abcdef0123456789abcdef01234567',
      NEW_RELIC_NO_CONFIG_FILE: 'true',
      NEW_RELIC_HOST: 'localhost',
      NEW_RELIC_PORT: String(ports.newrelic),
      NEW_RELIC_LOG_ENABLED: 'false',
      NODE_EXTRA_CA_CERTS: certificateFile,
    }),
  },
  {
    name: 'elastic',
    package: 'elastic-apm-node',
    preload: peer('elastic'),
    env: ({ ports }) => ({
      ELASTIC_APM_SERVICE_NAME: 'bench',
      ELASTIC_APM_SERVER_URL: local(ports.elastic),
      ELASTIC_APM_LOG_LEVEL: 'off',
      // It would ask the cloud's address for its metadata.
      ELASTIC_APM_CLOUD_PROVIDER: 'none',
    }),
  },
  {
    name: 'sentry',
    package: '@sentry/node',
    // Since 11 it refuses --require.
    preload: ['--import', join(HERE, 'peers', 'sentry.mjs')],
    env: ({ ports }) => ({ SENTRY_DSN: `http://public@127.0.0.1:${ports.sentry ?? 0}/1` }),
  },
];

export const SCENARIOS: Readonly<Record<string, { path: string; says: string }>> = {
  hello: { path: '/', says: 'hello world' },
  sql: { path: '/orders', says: '2 SQL' },
  full: { path: '/orders', says: '1 inbound + 2 SQL + 1 outbound' },
  express: { path: '/shop/orders/17', says: 'Express, one route' },
  fastify: { path: '/shop/orders/17', says: 'Fastify, one route' },
  await: { path: '/', says: '2,000 awaits' },
};

/** @throws when there is none of that name */
export function armOf(name: string): Arm {
  const arm = ARMS.find((one) => one.name === name);
  if (arm === undefined) throw new Error(`no arm is called ${name}`);
  return arm;
}
