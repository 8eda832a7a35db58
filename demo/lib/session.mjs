import { Processes } from './processes.mjs';

/** Exit codes of shells for an end by signal. */
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Runs `work` with a set of processes that are all stopped when it ends, fails, is interrupted, or when one
 * of them ends by itself. Resolves with the exit code.
 * @param {(processes: Processes, interrupted: Promise<void>) => Promise<number>} work
 */
export async function withProcesses(work) {
  const processes = new Processes();
  let code = 1;
  let interrupt;
  const interrupted = new Promise((resolve) => (interrupt = resolve));
  const crashed = new Promise((resolve) => {
    processes.onCrash = (what) => {
      process.stderr.write(`\ndemo: ${what}\n`);
      resolve(1);
    };
  });
  const signalled = new Promise((resolve) => {
    for (const signal of Object.keys(SIGNAL_CODES)) {
      // Further Ctrl-C while stopping change nothing: the end is bounded anyway.
      process.on(signal, () => {
        interrupt();
        resolve(SIGNAL_CODES[signal]);
      });
    }
  });
  // A closed terminal or pipe: nobody is left to show anything to.
  const unseen = new Promise((resolve) => {
    process.stdout.on('error', () => resolve(1));
    process.stderr.on('error', () => resolve(1));
  });
  try {
    code = await Promise.race([work(processes, interrupted), crashed, signalled, unseen]);
  } catch (error) {
    process.stderr.write(`\ndemo: ${error.message}\n`);
  } finally {
    await processes.stopAll();
  }
  // Whoever asked for the end by Ctrl-C got what was asked for.
  return code === SIGNAL_CODES.SIGINT ? 0 : code;
}
