import { ConfigError, type AgentConfig } from '../../config/types.js';
import {
  createDestination as create,
  type Destination,
  DestinationError,
} from '../../transport/destination.js';

export type { Destination } from '../../transport/destination.js';

/**
 * @returns undefined when no server, or no way to prove who we are, is configured: local mode.
 * @throws ConfigError naming the variable: not https, unusable CA file, own certificate or proxy.
 */
export function createDestination(config: AgentConfig): Destination | undefined {
  const { serverUrl, ingestKey, headers } = config;
  if (serverUrl === undefined) return undefined;
  try {
    const destination = create({ ...config, serverUrl });
    if (ingestKey !== undefined || headers['authorization'] !== undefined) return destination;
    destination.poster.close();
    return undefined;
  } catch (error) {
    if (error instanceof DestinationError) throw new ConfigError(error.variable, error.message);
    throw error;
  }
}
