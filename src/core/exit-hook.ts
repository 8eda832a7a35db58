import { defineProperty } from './builtins.js';

/**
 * Learns that this thread's process (or worker thread) ends, without a listener that the host could see and
 * without a frame in its stack traces.
 *
 * Node announces every end that runs JavaScript by looking up `process.emit` and calling it with 'exit', after
 * `process._exiting` became true: process.exit(), the natural end, an uncaught exception, an unhandled rejection
 * (verified on Node 20.19, 22, 24 and 26, main thread and worker threads). So an accessor on the prototype of
 * `process` sees the look-up and hands out the very function that was there before.
 */

/** @internal Part of Node that is not in its types. */
interface ProcessInternals {
  _exiting?: boolean;
  emit: Emit;
}
type Emit = (this: unknown, ...args: unknown[]) => unknown;

export interface ExitHook {
  /**
   * While `during` runs, look-ups of `process.emit` yield `replacement`. For Node's signal machinery, which binds
   * `process.emit` when it starts to listen.
   */
  lend(replacement: Emit, during: () => void): void;
}

export interface ExitHandlers {
  /**
   * Called in the last turn, before the host's own 'exit' listeners; and, if it has several, once more after
   * them, for what they may have caused. Must not throw and must cost nothing when there is nothing to do.
   */
  onExit(): void;
  /** Called on every other look-up of `process.emit`; the listeners may have changed. Must not throw. */
  onLookup(): void;
}

/** Installs the hook; once per thread. */
export function installExitHook({ onExit, onLookup }: ExitHandlers): ExitHook {
  const target = process as unknown as ProcessInternals;
  const owner = Object.getPrototypeOf(process) as object;
  const parent = Object.getPrototypeOf(owner) as ProcessInternals;
  let exiting = false;
  let lent: Emit | undefined;

  const look = (): void => {
    if (target._exiting !== true) {
      onLookup();
      return;
    }
    if (exiting) return;
    exiting = true;
    onExit();
    // The host's last round: a listener at its end is seen by nobody. Not where there is a single one, because
    // Node calls that from another line, which the trace of an error thrown in it would show.
    if (process.listenerCount('exit') > 1) process.on('exit', onExit);
  };

  /** An accessor that looks first and then yields what `current` gives. */
  const accessor = (current: () => Emit): PropertyDescriptor => ({
    configurable: true,
    enumerable: true,
    get: () => {
      if (lent !== undefined) return lent;
      try {
        look();
      } catch {
        // What ends, or is announced, is the host's.
      }
      return current();
    },
    // Hosts do replace process.emit (to filter warnings, for example). Assignment makes an own property, as it
    // would without us; ours goes on looking, because the replacement calls the plain function it saw before.
    set: (value: Emit) =>
      defineProperty(
        process,
        'emit',
        accessor(() => value),
      ),
  });
  // Looked up anew each time: node:domain replaces EventEmitter.prototype.emit.
  defineProperty(
    owner,
    'emit',
    accessor(() => parent.emit),
  );

  return {
    lend(replacement, during) {
      lent = replacement;
      try {
        during();
      } finally {
        lent = undefined;
      }
    },
  };
}
