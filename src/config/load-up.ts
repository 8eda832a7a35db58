import { ENV, type EnvKey, type EnvVariable } from './env.js';
import type { Environment } from './env-reader.js';
import { loadAgentConfig } from './load-agent.js';
import { loadServerConfig } from './load-server.js';
import type { AgentConfig, ServerConfig } from './types.js';

/** What says where data goes and where the server listens: `retrace up` keeps both on this machine. */
const IGNORED: readonly EnvKey[] = [
  'serverUrl',
  'ingestKey',
  'ingestKeyFile',
  'otlpHeaders',
  'caFile',
  'clientCertFile',
  'clientKeyFile',
  'configFile',
  'httpsProxy',
  'serverHost',
  'tlsCertFile',
  'tlsKeyFile',
];

/**
 * Both configurations of `retrace up`: loopback only, and no server yet in the agent's. Variables meant for
 * `retrace agent` and `retrace server` on other machines play no part, right or wrong.
 * @throws ConfigError for the first bad variable among the others.
 */
export function loadUpConfig(env: Environment = process.env): {
  server: ServerConfig;
  agent: AgentConfig;
} {
  const ignored = new Set(
    IGNORED.flatMap((key) => {
      const row: EnvVariable = ENV[key];
      return [row.name, ...row.fallbacks];
    }),
  );
  const local = Object.fromEntries(Object.entries(env).filter(([name]) => !ignored.has(name)));
  return { server: loadServerConfig(local), agent: loadAgentConfig(local) };
}
