import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));
/** How long a process may take to end after SIGTERM before it is killed. */
const STOP_MS = 8000;

/** One started process: what it printed, and how to wait for it. */
class Started {
  output = '';
  #waiters = [];

  constructor(name, child) {
    this.name = name;
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }));
      child.once('error', () => resolve({ code: 1, signal: null }));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk) => {
        this.output += chunk;
        for (const waiter of this.#waiters) waiter();
      });
    }
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** First match of `pattern` in what the process has printed or will print. Rejects when it ends before. */
  async match(pattern, timeoutMs = 30_000) {
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        const fail = (why) => reject(new Error(`${this.name} ${why}\n${this.output.slice(-2000)}`));
        const look = () => {
          const found = pattern.exec(this.output);
          if (found !== null) resolve(found);
          return found !== null;
        };
        if (look()) return;
        this.#waiters.push(look);
        timer = setTimeout(() => fail(`did not get ready in ${timeoutMs / 1000} s`), timeoutMs);
        this.ended.then(({ code, signal }) => {
          if (!look()) fail(`ended with ${signal ?? code}`);
        });
      });
    } finally {
      clearTimeout(timer);
      this.#waiters.length = 0;
    }
  }

  /** Next IPC message with the property `key`. Rejects when the process ends before. */
  async message(key, timeoutMs = 30_000) {
    let timer;
    let listener;
    try {
      return await new Promise((resolve, reject) => {
        listener = (message) => {
          if (message?.[key] !== undefined) resolve(message[key]);
        };
        this.child.on('message', listener);
        timer = setTimeout(() => reject(new Error(`${this.name} is silent`)), timeoutMs);
        this.ended.then(({ code, signal }) =>
          reject(
            new Error(`${this.name} ended with ${signal ?? code}\n${this.output.slice(-2000)}`),
          ),
        );
      });
    } finally {
      clearTimeout(timer);
      this.child.off('message', listener);
    }
  }
}

/**
 * Every process the demo starts, each in a process group of its own, so that a terminal's Ctrl-C reaches only
 * the demo, which then stops them in the right order. A reaper beside it does so when the demo itself is killed.
 */
export class Processes {
  /** @type {Started[]} */
  started = [];
  #folders = [];
  #cleanups = [];
  #stopping;
  #reaper;

  constructor() {
    this.#reaper = spawn(process.execPath, [REAPER], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    // The reaper must not hold the demo open, and its end is no reason to die.
    this.#reaper.unref();
    this.#reaper.stdin.on('error', () => undefined);
    this.#reaper.stdin.unref?.();
  }

  #tell(line) {
    this.#reaper.stdin.write(`${line}\n`);
  }

  /** Removed at the end, whatever the end is. */
  addFolder(folder) {
    this.#folders.push(folder);
    this.#tell(`rm ${folder}`);
  }

  /** Runs at an orderly end, last one first, before processes started earlier are stopped. */
  addCleanup(cleanup) {
    this.#cleanups.push(cleanup);
  }

  /** Watches a process that somebody else spawned detached. */
  adopt(name, child) {
    const started = new Started(name, child);
    this.started.push(started);
    if (child.pid !== undefined) {
      this.#tell(`+${child.pid}`);
      void started.ended.then(() => this.#tell(`-${child.pid}`));
    }
    void started.ended.then(({ code, signal }) => {
      if (this.#stopping === undefined && !started.expectedEnd) {
        this.onCrash?.(`${name} ended with ${signal ?? code}\n${started.output.slice(-2000)}`);
      }
    });
    return started;
  }

  /** @param {string[]} args of Node  @param {Record<string, string | undefined>} env added to a minimal environment */
  startNode(name, args, { env = {}, cwd, ipc = false, node = process.execPath } = {}) {
    const child = spawn(node, args, {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
      env: { ...cleanEnv(), ...env },
    });
    return this.adopt(name, child);
  }

  /** SIGTERM, then SIGKILL to the whole group. Resolves when it is gone. */
  async stop(started) {
    started.expectedEnd = true;
    if (!started.isRunning) return started.ended;
    const timer = setTimeout(() => signalGroup(started.child.pid, 'SIGKILL'), STOP_MS);
    started.child.kill('SIGTERM');
    const end = await started.ended;
    clearTimeout(timer);
    // Whatever it may have left behind in its group.
    signalGroup(started.child.pid, 'SIGKILL');
    return end;
  }

  /** Stops everything, last started first. Safe to call twice. */
  stopAll() {
    this.#stopping ??= (async () => {
      for (const cleanup of this.#cleanups.reverse())
        await Promise.resolve(cleanup()).catch(() => undefined);
      for (const started of [...this.started].reverse()) await this.stop(started);
      for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
      this.#reaper.ref();
      this.#reaper.stdin.end();
      if (this.#reaper.exitCode === null && this.#reaper.signalCode === null)
        await once(this.#reaper, 'exit');
    })();
    return this.#stopping;
  }
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

/** The user's environment without what would configure the parts differently from what the demo shows. */
function cleanEnv() {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(RETRACE_|OTEL_|PG|NODE_OPTIONS$|NODE_ENV$|npm_|https?_proxy$|HTTPS?_PROXY$)/.test(name))
      env[name] = value;
  }
  return env;
}

export const DEMO_DIR = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const ROOT = path.dirname(DEMO_DIR);
