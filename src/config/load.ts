export { ConfigError } from './types.js';
export type { AgentConfig, LogLevel, RuntimeConfig, ServerConfig } from './types.js';
