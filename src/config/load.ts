/** The table of env.ts becomes frozen, checked values; precedence and parsing live in env-reader.ts. */
export { findAppPackage, type AppPackage } from './app-package.js';
export { environmentWith } from './environment.js';
export { defaultAgentSocket } from './default-paths.js';
export type { Environment } from './env-reader.js';
export { loadAgentConfig } from './load-agent.js';
export { loadRuntimeConfig } from './load-runtime.js';
export { loadServerConfig } from './load-server.js';
export { loadUpConfig } from './load-up.js';
export { loadUrlTemplates } from './load-url-templates.js';
export { ConfigError } from './types.js';
export type { AgentConfig, LogLevel, RuntimeConfig, ServerConfig } from './types.js';
