/** Exit codes of the command, as README states them. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Prints one line to stderr and hands back the exit code. */
export function fail(message: string, exitCode: number = EXIT.failed): number {
  process.stderr.write(`retrace: ${message}\n`);
  return exitCode;
}

/**
 * Turns whatever stopped a command into one line and an exit code. Errors of ours say what is wrong and what to do;
 * of others only the code or class travels, because their messages may quote what must not be shown.
 */
export function failureOf(error: unknown, doing: string): number {
  const known = error as { name?: unknown; exitCode?: unknown; message?: unknown; code?: unknown };
  if (typeof known?.exitCode === 'number' && typeof known.message === 'string')
    return fail(known.message, known.exitCode);
  if (known?.code === 'EADDRINUSE')
    return fail(`${doing}: the port is taken; is it running already? (EADDRINUSE)`);
  const kind = typeof known?.code === 'string' ? known.code : String(known?.name ?? 'Error');
  return fail(`${doing} failed (${kind})`);
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve(signal);
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
}
