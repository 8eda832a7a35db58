import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { until } from './until.js';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process with everything it printed. */
export interface Child {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<Exit>;
  /** First match in stdout. */
  match(pattern: RegExp): Promise<RegExpExecArray>;
  /** First IPC message that has the property. */
  message<T>(key: string): Promise<T>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

const living = new Set<ChildProcess>();
// A test run that is cut short leaves nobody behind.
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** The environment without what would configure Retrace from outside the test. */
export function bareEnv(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(RETRACE_|OTEL_|PG|NODE_|VITEST|npm_|https?_proxy$|HTTPS?_PROXY$)/.test(name)) {
      env[name] = value;
    }
  }
  return { ...env, ...extra };
}

/** Starts Node on `args` with an IPC channel. `node` defaults to the running one. */
export function startNode(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  node: string = process.execPath,
): Child {
  const child = spawn(node, args, {
    cwd: ROOT,
    env: bareEnv(env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  living.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const messages: Record<string, unknown>[] = [];
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  let ended = false;
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      ended = true;
      living.delete(child);
      resolve({ code, signal });
    });
  });
  const orEnd = async <T>(what: string, look: () => T | undefined): Promise<T> => {
    const found = await until(`${path.basename(args.at(-1) ?? '')} gives ${what}`, () => {
      const value = look();
      if (value === undefined && ended) {
        throw new Error(`the process ended before it gave ${what}:\n${output.stderr}`);
      }
      return value;
    });
    return found;
  };
  return {
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exit,
    match: (pattern) => orEnd(String(pattern), () => pattern.exec(output.stdout) ?? undefined),
    message: <T>(key: string) =>
      orEnd(
        `message ${key}`,
        () => messages.find((message) => key in message)?.[key] as T | undefined,
      ),
    stop(signal = 'SIGTERM') {
      if (!ended) child.kill(signal);
      return exit;
    },
  };
}
