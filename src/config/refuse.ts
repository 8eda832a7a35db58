import { ConfigError } from './types.js';

/** How agent and server meet a bad variable: they do not start. */
export function refuse(variable: string, problem: string): never {
  throw new ConfigError(variable, `${variable}: ${problem}`);
}
