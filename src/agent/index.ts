export { type RunningAgent, startAgent } from './start-agent.js';
export type * from './report-types.js';
export type * from './status-types.js';
