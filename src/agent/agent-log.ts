import type { LogLevel } from '../config/types.js';

/**
 * The agent's log: stderr lines, at most one per key and minute. Callers pass sentences of their own with numbers and
 * error codes; never a body, a header, a URL or a foreign error's message.
 */
export interface AgentLog {
  info(key: string, message: string): void;
  warn(key: string, message: string): void;
}

const QUIET_MS = 60_000;
const RANK: Readonly<Record<LogLevel, number>> = { none: 0, warn: 1, info: 2, debug: 3 };

/** @param write receives whole lines with their newline. */
export function createAgentLog(
  write: (line: string) => void,
  level: LogLevel,
  now: () => number = Date.now,
): AgentLog {
  const last = new Map<string, { atMs: number; suppressed: number }>();
  const line = (rank: number, key: string, message: string): void => {
    if (RANK[level] < rank) return;
    const known = last.get(key);
    if (known !== undefined && now() - known.atMs < QUIET_MS) {
      known.suppressed += 1;
      return;
    }
    const more =
      known === undefined || known.suppressed === 0 ? '' : ` (and ${known.suppressed} more)`;
    last.set(key, { atMs: now(), suppressed: 0 });
    write(`retrace agent: ${message}${more}\n`);
  };
  return {
    info: (key, message) => line(RANK.info, key, message),
    warn: (key, message) => line(RANK.warn, key, message),
  };
}
