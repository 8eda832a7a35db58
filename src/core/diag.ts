/**
 * Retrace's own log. Writes to stderr only, never to stdout, and never more than one line per key:
 * in the host's process noise is a defect. Callers pass fixed sentences and names of libraries,
 * variables and files; never a statement, a URL, a parameter or a foreign error's message.
 */
export interface Diag {
  /** One line per `key` for the life of the process. */
  warnOnce(key: string, message: string): void;
  /** As `warnOnce`, only when RETRACE_LOG_LEVEL=debug. */
  debugOnce(key: string, message: string): void;
}

/** Bound on remembered keys: past it nothing more is printed. */
const MAX_KEYS = 64;

/**
 * @param write receives whole lines with their newline; must not throw.
 * @param level `none` silences everything, `debug` adds debug lines.
 */
export function createDiag(
  write: (line: string) => void,
  level: 'none' | 'warn' | 'info' | 'debug' = 'info',
): Diag {
  const seen = new Set<string>();
  const once = (key: string, message: string): void => {
    // Said in many a catch, from which nothing may leave: not even what the host put in place of a built-in.
    try {
      if (seen.size >= MAX_KEYS || seen.has(key)) return;
      seen.add(key);
      write(`retrace: ${message}\n`);
    } catch {
      // The line is dispensable.
    }
  };
  return {
    warnOnce: (key, message) => {
      if (level !== 'none') once(key, message);
    },
    debugOnce: (key, message) => {
      if (level === 'debug') once(key, message);
    },
  };
}
