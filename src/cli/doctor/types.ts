import type { AgentStatus } from '../../agent/index.js';
import type { AgentConfig } from '../../config/types.js';

/** `skip`: there is nothing to check here, or an earlier failure stands before it. */
export type State = 'ok' | 'warn' | 'fail' | 'skip';

export interface Finding {
  state: State;
  /** What was found, in one line, without anything secret. */
  text: string;
  /** What to do: exactly one thing for each `warn` and `fail`. */
  fix?: string;
}

/** What one check found is known to the later ones. */
export interface Examination {
  /** The folder the app is started in. */
  readonly folder: string;
  config: AgentConfig | undefined;
  agent: AgentStatus | undefined;
  /** A connection to the server can be made and is trusted. */
  connected: boolean;
  /** The server's clock minus ours, ms. */
  skewMs: number | undefined;
}

export interface Check {
  readonly name: string;
  /** A check that has not ended by then has failed. */
  readonly deadlineMs: number;
  run(examination: Examination): Promise<Finding> | Finding;
}

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const skip = (text: string): Finding => ({ state: 'skip', text });
export const warn = (text: string, fix: string): Finding => ({ state: 'warn', text, fix });
export const fail = (text: string, fix: string): Finding => ({ state: 'fail', text, fix });
