import { apply, queueMicrotask } from './builtins.js';
import type { ExitHook } from './exit-hook.js';
import { interceptReads, renamed } from './wrap.js';

/** Signals whose default action ends the process and that operators send to end one, by number as POSIX has them. */
const NUMBERS = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 } as const;
type Signal = keyof typeof NUMBERS;
const SIGNALS = Object.keys(NUMBERS) as Signal[];

type Kill = (this: unknown, ...args: unknown[]) => unknown;
type Announce = (this: NodeJS.Process, type: string) => void;

export interface SignalHook {
  /** Begins to care about signals: from now on there is something to lose. */
  arm(): void;
  /** Call when listeners of `process` may have changed. Cheap. */
  check(): void;
}

/**
 * Flushes before a signal that the host does not handle ends the process, then lets the signal do what it does.
 *
 * Node listens to a signal from the first `process.on(signal)` to the last `removeListener`, by two internal
 * listeners for 'newListener' and 'removeListener' (lib/internal/process/signal.js). Called directly, they make
 * Node listen without a listener of ours being registered: `listenerCount` stays 0, libraries that ask "am I the
 * only one?" get the right answer, a listener that the host adds works as ever, and ours has no effect from
 * that moment. Where those two are not found (a future Node), signals are left alone.
 */
export function createSignalHook(hook: ExitHook, onSignal: () => void): SignalHook {
  const start = internal('newListener', 'startListeningIfSignal');
  const stop = internal('removeListener', 'stopListeningIfSignal');
  const handledByHost = new Set<Signal>();
  let armed = false;
  let scheduled = false;
  /** The host has just given up its last listener of a signal, in this very turn. */
  let handlerGone = false;

  const announce = (): void => {
    try {
      onSignal();
    } catch {
      // The signal does what it does.
    }
  };

  /** Stands in for `process.emit` in the wrap that Node creates for one signal. */
  const received = function (this: unknown, ...args: unknown[]): unknown {
    const type = args[0] as Signal;
    if (process.listenerCount(type) > 0) {
      return apply(process.emit as (...args: unknown[]) => unknown, process, args);
    }
    announce();
    if (stop !== undefined) apply(stop, process, [type]);
    restoreTerminal();
    // The default action is back in place: the process ends by this signal, as it would have without us.
    process.kill(process.pid, type);
    return false;
  };

  const listen = (): void => {
    for (const type of SIGNALS) {
      if (process.listenerCount(type) > 0) {
        handledByHost.add(type);
        continue;
      }
      handledByHost.delete(type);
      // No effect where Node listens already.
      hook.lend(received, () => start && apply(start, process, [type]));
    }
  };

  const before = (kill: Kill): Kill =>
    function (this: unknown, ...args: unknown[]): unknown {
      if (args[0] === process.pid && isEnd(args[1])) announce();
      return apply(kill, this, args);
    };

  return {
    arm() {
      if (armed || start === undefined || stop === undefined) return;
      armed = true;
      listen();
      // A handler that cleans up, removes itself and raises the signal again (the usual "exit hook" libraries do)
      // ends the process within one turn: the look-up of process.kill is the last that is seen of it.
      // Only that look-up is answered by a function of ours: it sees whether the signal is meant for this process.
      interceptReads(
        process,
        'kill',
        (_self, original) =>
          handlerGone ? renamed(before(original as Kill), original) : undefined,
        true,
      );
    },
    check() {
      if (!armed) return;
      for (const type of SIGNALS) {
        if (handledByHost.has(type) && process.listenerCount(type) === 0) handlerGone = true;
      }
      if (scheduled) return;
      scheduled = true;
      // Whatever is about to happen to listeners has happened by then: Node looks up `emit` before it adds one
      // and before it stops listening after the last. About 1 µs per event of `process`, which are rare.
      queueMicrotask(() => {
        scheduled = false;
        handlerGone = false;
        try {
          listen();
        } catch {
          // A signal that comes now ends the process as it would without us.
        }
      });
    },
  };
}

/** As `process.kill` reads its second argument. */
function isEnd(signal: unknown): boolean {
  const name = signal === undefined ? 'SIGTERM' : signal;
  return SIGNALS.some((one) => name === one || name === NUMBERS[one]);
}

function internal(event: string, name: string): Announce | undefined {
  return process.listeners(event as 'exit').find((listener) => listener.name === name) as
    Announce | undefined;
}

/** Node's own handler of SIGINT and SIGTERM takes the terminal out of raw mode; a raised signal does not reach it. */
function restoreTerminal(): void {
  try {
    if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false);
  } catch {
    // No usable stdin: nothing to restore.
  }
}
