import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** The app alone on one core, everything else on the other. */
const APP_CORE = '0';
const OTHER_CORE = '1';
/** A stub that does not answer, an app that does not start. */
const ANSWER_TIMEOUT_MS = 60_000;

/** A child that answers each message with one, in order. */
export interface Child {
  readonly pid: number;
  ask<T>(message?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export interface Command {
  readonly node: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly core: 'app' | 'other';
}

/**
 * Puts the whole benchmark ahead of whatever else the machine does, where Linux groups processes by session and
 * lets us (root). All its threads alike, so that nothing shifts inside.
 */
export function raisePriority(): void {
  try {
    writeFileSync('/proc/self/autogroup', '-20');
  } catch {
    // Then the machine had better be idle.
  }
}

/** Starts a Node process pinned to a core (where `taskset` is) and waits for its first message. */
export async function start<T>(command: Command): Promise<{ child: Child; first: T }> {
  const core = command.core === 'app' ? APP_CORE : OTHER_CORE;
  const pin = process.platform === 'linux' ? ['taskset', '-c', core] : [];
  const [file = '', ...args] = [...pin, command.node, ...command.args];
  const process_ = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Nothing of the caller's environment but what a program needs to be found.
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...command.env },
  });
  const child: Child = {
    pid: process_.pid ?? 0,
    ask: (message) => answerOf(process_, message),
    stop: () => stop(process_),
  };
  return { child, first: await answerOf<T>(process_, undefined) };
}

function answerOf<T>(child: ChildProcess, message: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      settle();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error('a process does not answer'))),
      ANSWER_TIMEOUT_MS,
    );
    const onMessage = (answer: unknown): void => end(() => resolve(answer as T));
    const onExit = (code: number | null): void =>
      end(() => reject(new Error(`a process ended with ${code ?? 'a signal'}`)));
    child.on('message', onMessage).on('exit', onExit);
    if (message !== undefined) child.send(message as object);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
