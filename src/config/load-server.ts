import { resolve } from 'node:path';
import { absolute, defaultDataDir } from './default-paths.js';
import { EnvReader, type Environment } from './env-reader.js';
import { ENV } from './env.js';
import { readLogLevel } from './log-level.js';
import { refuse } from './refuse.js';
import type { ServerConfig } from './types.js';

/**
 * The server's configuration from the environment.
 * @throws ConfigError for the first bad variable.
 */
export function loadServerConfig(env: Environment = process.env): ServerConfig {
  const reader = new EnvReader(env, refuse);
  const tlsCertFile = reader.text('tlsCertFile');
  const tlsKeyFile = reader.text('tlsKeyFile');
  if (tlsCertFile === undefined && tlsKeyFile !== undefined) {
    refuse(ENV.tlsCertFile.name, `needed with ${ENV.tlsKeyFile.name}`);
  }
  if (tlsKeyFile === undefined && tlsCertFile !== undefined) {
    refuse(ENV.tlsKeyFile.name, `needed with ${ENV.tlsCertFile.name}`);
  }
  return Object.freeze({
    host: reader.text('serverHost') as string,
    port: reader.integer('serverPort') as number,
    dashboardPort: reader.integer('dashboardPort') as number,
    dataDir: absolute(reader.text('dataDir'), defaultDataDir),
    tlsCertFile: tlsCertFile === undefined ? undefined : resolve(tlsCertFile),
    tlsKeyFile: tlsKeyFile === undefined ? undefined : resolve(tlsKeyFile),
    retentionMinuteDays: reader.integer('retentionMinuteDays') as number,
    retentionDays: reader.integer('retentionDays') as number,
    logLevel: readLogLevel(reader),
  });
}
