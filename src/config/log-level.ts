import { ENV } from './env.js';
import type { EnvReader } from './env-reader.js';
import type { LogLevel } from './types.js';

/** OTEL_LOG_LEVEL knows more steps than there are kinds of lines here. */
const OTEL_LEVELS = { error: 'warn', verbose: 'debug', all: 'debug' } as const;

export function readLogLevel(reader: EnvReader): LogLevel {
  return reader.choice('logLevel', ENV.logLevel.value.values, OTEL_LEVELS);
}
