import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
const apps = join(root, 'test/fixtures/apps');
const recording = join(root, 'test/instrumentations/recording-preload.cjs');

/** One line of what the recording Recorder saw. */
export interface RecordedEvent {
  readonly kind: 'request' | 'query' | 'call' | 'note' | 'fault' | 'point' | 'hook' | 'diag';
  readonly id?: number;
  readonly request?: number;
  readonly us?: number;
  readonly [key: string]: unknown;
}

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or the signal's name. */
  readonly code: number | string;
  readonly events: readonly RecordedEvent[];
}

export interface RunOptions {
  /** Binary; default the running Node. */
  readonly node?: string;
  /** Which module system the scenario's libraries are loaded by. */
  readonly entry?: 'cjs' | 'mjs';
  readonly hooked?: boolean;
  /** How the hooks are preloaded. */
  readonly via?: 'require' | 'import' | 'NODE_OPTIONS';
  /** What is preloaded to hook; default the hooks on a recorder that tells what it saw. */
  readonly preload?: string;
  /** Preloaded after it, and in the run without hooks, too: a part of the host. */
  readonly beside?: string;
  /** Recorder method that throws; with `dist`, the point that does, and during which hook. */
  readonly fault?: string;
  /** Folder of a copy of the compiled hooks in which faults are planted (hook-points.ts). */
  readonly dist?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a scenario of test/fixtures/apps in a process of its own. */
export async function runScenario(scenario: string, options: RunOptions = {}): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'retrace-hooks-'));
  const file = join(directory, 'events');
  writeFileSync(file, '');
  const env: Record<string, string | undefined> = { ...process.env, ...options.env };
  for (const name of [
    'NODE_OPTIONS',
    'VITEST',
    'VITEST_WORKER_ID',
    'NODE_ENV',
    'NO_COLOR',
    'FORCE_COLOR',
  ]) {
    if (options.env?.[name] === undefined) delete env[name];
  }
  env.RETRACE_TEST_EVENTS = file;
  if (options.fault) env.RETRACE_TEST_FAULT = options.fault;
  if (options.dist) env.RETRACE_TEST_DIST = options.dist;
  const args = [join(apps, `run.${options.entry ?? 'cjs'}`), scenario];
  if (options.beside) args.unshift('--require', options.beside);
  const preload = options.preload ?? recording;
  if (options.hooked !== false) {
    const via = options.via ?? 'require';
    if (via === 'NODE_OPTIONS') env.NODE_OPTIONS = `--require ${preload}`;
    else args.unshift(`--${via}`, preload);
  }
  try {
    return await new Promise<Run>((resolve) => {
      const child = execFile(
        options.node ?? process.execPath,
        args,
        { env: env as NodeJS.ProcessEnv, cwd: root, timeout: 50_000, killSignal: 'SIGKILL' },
        (error, stdout, stderr) => {
          const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
          resolve({
            stdout: normalize(stdout),
            stderr: normalize(stderr),
            code: error ? (child.signalCode ?? error.code ?? 'unknown') : 0,
            events: lines.map((line) => JSON.parse(line) as RecordedEvent),
          });
        },
      );
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Process ids and ephemeral ports differ from run to run by nature. `callbackTrampoline` is Node's own
 * frame at the bottom of some stacks whenever anything in the process uses AsyncLocalStorage; it is
 * gone in Node 24, where AsyncLocalStorage does without async_hooks.
 */
function normalize(text: string): string {
  return text
    .replaceAll(/^ +at \S*callbackTrampoline \(node:internal\/async_hooks.*\n/gm, '')
    .replaceAll(/\(node:\d+\)/g, '(node:PID)')
    .replaceAll(/(127\.0\.0\.1|localhost):\d{4,5}\b/g, '$1:PORT')
    .replaceAll(/port: \d{4,5}\b/g, 'port: PORT');
}

/**
 * Events as sorted lines without times, ports and ids; the request that an event belongs to is named
 * by its target.
 */
export function describeEvents(events: readonly RecordedEvent[]): string[] {
  const targets = new Map(
    events.filter((event) => event.kind === 'request').map((event) => [event.id, event.target]),
  );
  const owner = (event: RecordedEvent): string =>
    event.request === undefined ? '-' : String(targets.get(event.request) ?? 'unknown request');
  const error = (event: RecordedEvent): string =>
    event.errorType === undefined ? '' : ` error=${String(event.errorType)}`;
  const line = (event: RecordedEvent): string => {
    switch (event.kind) {
      case 'request':
        return `request ${event.method} ${event.target} route=${event.route ?? '-'} ${event.status}${error(event)}`;
      case 'query':
        return `query in=${owner(event)} ${event.text} @${event.source}${error(event)}`;
      case 'call':
        return `call in=${owner(event)} ${event.call} @${event.peer} ${event.status}${error(event)}`;
      case 'note':
        return `note in=${owner(event)} ${event.name} ${event.path ?? ''}`.trimEnd();
      default:
        return `${event.kind} ${event.line ?? event.name}`;
    }
  };
  return events
    .map((event) =>
      line(event)
        .replaceAll(/([:|])\d{5}\b/g, '$1PORT')
        .trimEnd(),
    )
    .sort();
}

/** The agreed events of a scenario. RETRACE_UPDATE_EXPECTED=1 writes them anew, for review. */
export function expectedEvents(name: string, actual: readonly string[]): string[] {
  const file = join(import.meta.dirname, 'expected', `${name}.txt`);
  if (process.env.RETRACE_UPDATE_EXPECTED === '1') writeFileSync(file, `${actual.join('\n')}\n`);
  if (!existsSync(file)) throw new Error(`no expectation ${file}`);
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

const isRequired = process.env.RETRACE_REQUIRE_SERVICES === '1';

/** Undefined if PostgreSQL answers; else why its tests are skipped. Throws where it must be there. */
export async function missingPostgres(): Promise<string | undefined> {
  const host = process.env.PGHOST || '127.0.0.1';
  const reachable = await new Promise<boolean>((resolve) => {
    const socket = connect(5432, host, () => resolve(true));
    socket.setTimeout(2000, () => resolve(false));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
  return reachable ? undefined : unavailable(`PostgreSQL does not answer on ${host}:5432`);
}

/** A reason to skip, or a failure where everything has to be there. */
export function unavailable(reason: string): string {
  if (isRequired) throw new Error(reason);
  return reason;
}
