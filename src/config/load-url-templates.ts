import { EnvReader, type Environment } from './env-reader.js';

/** RETRACE_URL_TEMPLATES alone, for a command that needs nothing else of the runtime's configuration. */
export function loadUrlTemplates(env: Environment = process.env): string[] {
  return new EnvReader(env, () => undefined).list('urlTemplates');
}
