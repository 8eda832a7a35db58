import { COLLECTORS } from '../core/semconv.js';
import { absolute, defaultAgentSocket, defaultSpoolDir } from './default-paths.js';
import { EnvReader, type Environment } from './env-reader.js';
import { withConfigFile } from './config-file.js';
import { readLogLevel } from './log-level.js';
import { readServerAccess } from './load-server-access.js';
import { refuse } from './refuse.js';
import { ENV } from './env.js';
import type { AgentConfig } from './types.js';

/**
 * The agent's configuration from the environment.
 * @throws ConfigError for the first bad variable.
 */
export function loadAgentConfig(given: Environment = process.env): AgentConfig {
  const env = withConfigFile(given);
  const reader = new EnvReader(env, refuse);
  const socketPath = absolute(reader.text('agentSocket'), defaultAgentSocket);
  return Object.freeze({
    socketPath,
    otlpPort: reader.integer('otlpPort'),
    ...readServerAccess(reader, env),
    spoolDir: absolute(reader.text('spoolDir'), () => defaultSpoolDir(socketPath)),
    disabledCollectors: readDisabledCollectors(reader),
    spoolMaxBytes: reader.integer('spoolMaxBytes') as number,
    logLevel: readLogLevel(reader),
  });
}

function readDisabledCollectors(reader: EnvReader): readonly string[] {
  const names = reader.list('disabledCollectors');
  const known: readonly string[] = ['all', ...COLLECTORS];
  // A misspelled name would go on being measured.
  if (names.some((name) => !known.includes(name))) {
    refuse(ENV.disabledCollectors.name, `expected names of ${known.join(', ')}`);
  }
  return Object.freeze(names);
}
