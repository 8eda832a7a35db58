/**
 * THE table of environment variables: README's table and every parser derive from it, and nothing outside
 * this folder reads `process.env`. There is no variable that turns sanitizing or TLS verification off.
 */

import { COLLECTORS } from '../core/semconv.js';

export type EnvValueKind =
  | { type: 'string' }
  | { type: 'boolean' }
  | { type: 'list' }
  | { type: 'path' }
  | { type: 'integer'; min: number; max: number }
  | { type: 'enum'; values: readonly string[] };

/** Which process reads it. */
export type EnvPart = 'runtime' | 'agent' | 'server';

export interface EnvVariable {
  readonly name: `RETRACE_${string}`;
  /** Names from other standards, looked up after `name`, in order. */
  readonly fallbacks: readonly string[];
  readonly parts: readonly EnvPart[];
  readonly value: EnvValueKind;
  /** As a user would write it; '' = unset. */
  readonly defaultText: string;
  readonly describe: string;
}

/** Keeps keys literal while checking each row. */
function table<const T extends Record<string, EnvVariable>>(rows: T): T {
  return rows;
}

export const ENV = table({
  enabled: {
    name: 'RETRACE_ENABLED',
    // OTEL_SDK_DISABLED=true means the opposite; the loader inverts it.
    fallbacks: ['OTEL_SDK_DISABLED'],
    parts: ['runtime'],
    value: { type: 'boolean' },
    defaultText: 'true',
    describe: 'Only `false` switches the runtime off: nothing is hooked.',
  },
  serviceName: {
    name: 'RETRACE_SERVICE_NAME',
    fallbacks: ['OTEL_SERVICE_NAME'],
    parts: ['runtime'],
    value: { type: 'string' },
    defaultText: '',
    describe:
      'Name of the service; else `service.name` of OTEL_RESOURCE_ATTRIBUTES, else the app’s package.json name.',
  },
  environment: {
    name: 'RETRACE_ENVIRONMENT',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'string' },
    defaultText: '',
    describe: 'Deployment environment, for example `production`.',
  },
  resourceAttributes: {
    name: 'RETRACE_RESOURCE_ATTRIBUTES',
    fallbacks: ['OTEL_RESOURCE_ATTRIBUTES'],
    parts: ['runtime'],
    value: { type: 'list' },
    defaultText: '',
    describe:
      'key=value pairs; only service.name, service.version, service.namespace and deployment.environment.name are used.',
  },
  agentSocket: {
    name: 'RETRACE_AGENT_SOCKET',
    fallbacks: [],
    parts: ['runtime', 'agent'],
    value: { type: 'path' },
    defaultText: '',
    describe:
      'Unix socket between runtime and agent; default `/var/run/retrace/agent.sock` where that folder exists, else `<tmp>/retrace-<uid>/agent.sock`.',
  },
  exportIntervalSeconds: {
    name: 'RETRACE_EXPORT_INTERVAL_SECONDS',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'integer', min: 1, max: 300 },
    defaultText: '10',
    describe: 'Length of a window in seconds.',
  },
  disabledInstrumentations: {
    name: 'RETRACE_DISABLED_INSTRUMENTATIONS',
    fallbacks: ['OTEL_NODE_DISABLED_INSTRUMENTATIONS'],
    parts: ['runtime'],
    value: { type: 'list' },
    defaultText: '',
    describe: 'Comma-separated names of hooks to leave out, for example `undici,express`.',
  },
  urlTemplates: {
    name: 'RETRACE_URL_TEMPLATES',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'list' },
    defaultText: '',
    describe: 'Comma-separated path templates, for example `api.stripe.com/v1/customers/:id`.',
  },
  maxSeries: {
    name: 'RETRACE_MAX_SERIES',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'integer', min: 100, max: 20_000 },
    defaultText: '4000',
    describe: 'Series kept per window; what goes past it is counted in Other.',
  },
  ringRecords: {
    name: 'RETRACE_RING_RECORDS',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'integer', min: 1024, max: 1_048_576 },
    defaultText: '16384',
    describe: 'Records the ring holds (32 bytes each), rounded up to a power of two.',
  },
  backlogMaxBytes: {
    name: 'RETRACE_BACKLOG_MAX_BYTES',
    fallbacks: [],
    parts: ['runtime'],
    value: { type: 'integer', min: 65_536, max: 268_435_456 },
    defaultText: '8388608',
    describe:
      'Undelivered windows the runtime keeps while no agent (or server) answers; oldest dropped first and counted.',
  },
  logLevel: {
    name: 'RETRACE_LOG_LEVEL',
    fallbacks: ['OTEL_LOG_LEVEL'],
    parts: ['runtime', 'agent', 'server'],
    value: { type: 'enum', values: ['none', 'warn', 'info', 'debug'] },
    defaultText: 'info',
    describe: '`warn` drops the start block, `none` prints nothing.',
  },
  serverUrl: {
    name: 'RETRACE_SERVER_URL',
    fallbacks: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    parts: ['runtime', 'agent'],
    value: { type: 'string' },
    defaultText: '',
    describe:
      'https:// address of the server; port 443 unless stated. Anything but https is refused. In an app: sends there directly, if RETRACE_AGENT_SOCKET is unset and no agent’s socket is at the default place; only under its first name.',
  },
  ingestKey: {
    name: 'RETRACE_INGEST_KEY',
    fallbacks: [],
    parts: ['runtime', 'agent'],
    value: { type: 'string' },
    defaultText: '',
    describe: 'Ingest key as the server printed it.',
  },
  ingestKeyFile: {
    name: 'RETRACE_INGEST_KEY_FILE',
    fallbacks: [],
    parts: ['runtime', 'agent'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'File that holds the ingest key, instead of RETRACE_INGEST_KEY.',
  },
  otlpHeaders: {
    name: 'RETRACE_OTLP_HEADERS',
    fallbacks: ['OTEL_EXPORTER_OTLP_HEADERS'],
    parts: ['runtime', 'agent'],
    value: { type: 'list' },
    defaultText: '',
    describe: 'Further request headers for the server as key=value pairs, values percent-encoded.',
  },
  caFile: {
    name: 'RETRACE_CA_FILE',
    fallbacks: ['OTEL_EXPORTER_OTLP_CERTIFICATE'],
    parts: ['runtime', 'agent'],
    value: { type: 'path' },
    defaultText: '',
    describe:
      'PEM of additional certificate authorities for the server; may also hold their revocation lists (one per authority of the chain), which are then enforced.',
  },
  clientCertFile: {
    name: 'RETRACE_CLIENT_CERT_FILE',
    fallbacks: ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    parts: ['runtime', 'agent'],
    value: { type: 'path' },
    defaultText: '',
    describe:
      'PEM certificate (chain) with which the sender proves who it is, where the server asks for one.',
  },
  clientKeyFile: {
    name: 'RETRACE_CLIENT_KEY_FILE',
    fallbacks: ['OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    parts: ['runtime', 'agent'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'PEM private key of that certificate.',
  },
  httpsProxy: {
    name: 'RETRACE_HTTPS_PROXY',
    fallbacks: ['HTTPS_PROXY', 'https_proxy'],
    parts: ['runtime', 'agent'],
    value: { type: 'string' },
    defaultText: '',
    describe: 'HTTP CONNECT proxy, `http://user:password@proxy:3128`.',
  },
  noProxy: {
    name: 'RETRACE_NO_PROXY',
    fallbacks: ['NO_PROXY', 'no_proxy'],
    parts: ['runtime', 'agent'],
    value: { type: 'list' },
    defaultText: '',
    describe: 'Hosts reached without the proxy.',
  },
  configFile: {
    name: 'RETRACE_CONFIG_FILE',
    fallbacks: [],
    parts: ['agent'],
    value: { type: 'path' },
    defaultText: '',
    describe:
      'File of NAME=value lines with any of the agent’s variables, read at start and on SIGHUP; the environment wins.',
  },
  otlpPort: {
    name: 'RETRACE_OTLP_PORT',
    fallbacks: [],
    parts: ['agent'],
    value: { type: 'integer', min: 0, max: 65_535 },
    defaultText: '',
    describe: 'Also receive OTLP/HTTP on this loopback port (usually 4318); unset = off.',
  },
  spoolDir: {
    name: 'RETRACE_SPOOL_DIR',
    fallbacks: [],
    parts: ['agent'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'Folder of the agent’s spool; default `<folder of the agent socket>/spool`.',
  },
  spoolMaxBytes: {
    name: 'RETRACE_SPOOL_MAX_BYTES',
    fallbacks: [],
    parts: ['agent'],
    value: { type: 'integer', min: 1_048_576, max: 1_099_511_627_776 },
    defaultText: '268435456',
    describe: 'Bound of the spool; oldest dropped first and counted.',
  },
  disabledCollectors: {
    name: 'RETRACE_DISABLED_COLLECTORS',
    fallbacks: [],
    parts: ['agent'],
    value: { type: 'list' },
    defaultText: '',
    describe: `Parts of host health that the agent does not measure: \`all\`, or of ${COLLECTORS.map((name) => `\`${name}\``).join(', ')}.`,
  },
  serverHost: {
    name: 'RETRACE_SERVER_HOST',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'string' },
    defaultText: '127.0.0.1',
    describe: 'Address to listen on. Anything but loopback needs a certificate.',
  },
  serverPort: {
    name: 'RETRACE_SERVER_PORT',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'integer', min: 0, max: 65_535 },
    defaultText: '4443',
    describe: 'TLS port for ingest, API and dashboard.',
  },
  dashboardPort: {
    name: 'RETRACE_DASHBOARD_PORT',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'integer', min: 0, max: 65_535 },
    defaultText: '4480',
    describe: 'Loopback-only port without TLS for the browser on the same machine.',
  },
  dataDir: {
    name: 'RETRACE_DATA_DIR',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'Folder of databases, keys and certificates; default `~/.retrace`.',
  },
  tlsCertFile: {
    name: 'RETRACE_TLS_CERT_FILE',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'PEM certificate chain of the server.',
  },
  tlsKeyFile: {
    name: 'RETRACE_TLS_KEY_FILE',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'path' },
    defaultText: '',
    describe: 'PEM private key of the server.',
  },
  retentionMinuteDays: {
    name: 'RETRACE_RETENTION_MINUTE_DAYS',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'integer', min: 1, max: 400 },
    defaultText: '8',
    describe: 'Days that one-minute buckets are kept; older ones are purged.',
  },
  retentionDays: {
    name: 'RETRACE_RETENTION_DAYS',
    fallbacks: [],
    parts: ['server'],
    value: { type: 'integer', min: 1, max: 4000 },
    defaultText: '400',
    describe: 'Days that hour and day buckets are kept; older ones are purged.',
  },
});

export type EnvKey = keyof typeof ENV;
