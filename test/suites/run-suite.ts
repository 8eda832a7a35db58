import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { bareEnv } from '../helpers/child.js';
import type { Suite } from './suite.js';

const here = import.meta.dirname;
/** Characters of a failure's message that are kept. */
const MAX_ERROR = 300;

/** `bare`: the suite alone. `hooked`: with the runtime preloaded. `sabotaged`: with a hook that breaks its host. */
export type Arm = 'bare' | 'hooked' | 'sabotaged';

export interface Outcome {
  /** Result by test; a test's name is its file, its place in the tree and its own name. */
  readonly results: ReadonlyMap<string, Result>;
  /** Operations that the hooks recorded. */
  readonly operations: number;
  readonly seconds: number;
}

export interface Result {
  readonly state: 'pass' | 'fail' | 'skip' | 'todo';
  /** Why it failed, for the reader of a report; not compared. */
  readonly error?: string;
}

interface Where {
  readonly suite: Suite;
  readonly arm: Arm;
  readonly env: NodeJS.ProcessEnv;
  readonly scratch: string;
}

/** Runs a suite's files once in one arm. A test file that hangs is ended and has failed; never throws for a failing test. */
export async function runSuite(
  suite: Suite,
  arm: Arm,
  files: readonly string[] = suite.files,
): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'retrace-suite-'));
  const countFile = join(scratch, 'count');
  writeFileSync(countFile, '');
  const env = bareEnv({
    // What a developer's machine sets must not decide whether a test passes.
    CI: undefined,
    FORCE_COLOR: undefined,
    NO_COLOR: undefined,
    ...suite.env,
  });
  if (arm !== 'bare') {
    env.NODE_OPTIONS = `--require ${join(here, 'preload.cjs')}`;
    env.RETRACE_SUITES_COUNT = countFile;
    env.RETRACE_LOG_LEVEL = 'none';
    env.RETRACE_AGENT_SOCKET = join(scratch, 'agent.sock');
    if (arm === 'sabotaged') env.RETRACE_SUITES_SABOTAGE = '1';
  }
  const startMs = performance.now();
  try {
    const where: Where = { suite, arm, env, scratch };
    const results = await RUNNERS[suite.runner](where, files);
    return {
      results,
      operations: statSync(countFile).size,
      seconds: (performance.now() - startMs) / 1000,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

type Runner = (where: Where, files: readonly string[]) => Promise<Map<string, Result>>;

const RUNNERS: Readonly<Record<Suite['runner'], Runner>> = {
  'node:test': runNodeTest,
  mocha: runMocha,
  script: runScripts,
};

interface ReportedTest extends Result {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly result: Result['state'];
}

async function runNodeTest({ suite, arm, env, scratch }: Where, files: readonly string[]) {
  const report = join(scratch, 'report');
  await start(suite, env, [
    ...(suite.nodeArgs ?? []),
    '--test',
    `--test-timeout=${suite.fileTimeoutSeconds * 1000}`,
    `--test-concurrency=${suite.concurrency ?? 1}`,
    // What a broken host leaves open would keep its process, and so the run, for ever.
    ...(arm === 'sabotaged' ? ['--test-force-exit'] : []),
    `--test-reporter=${join(here, 'reporter.mjs')}`,
    `--test-reporter-destination=${report}`,
    ...files,
  ]);
  const results = new Map<string, Result>();
  const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n') : [];
  for (const line of lines.filter(Boolean)) {
    const { name, nesting, file, result, error } = JSON.parse(line) as ReportedTest;
    // A file is a test, too, named by its path.
    const own = name.startsWith(suite.root) ? inside(suite, name) : name;
    put(results, `${inside(suite, file)} ${'> '.repeat(nesting)}${own}`, { state: result, error });
  }
  return results;
}

type MochaReport = Readonly<Record<'passes' | 'failures' | 'pending', readonly MochaTest[]>>;

interface MochaTest {
  readonly fullTitle: string;
  readonly file?: string;
  readonly err?: { readonly message?: string };
}

async function runMocha({ suite, env, scratch }: Where, files: readonly string[]) {
  const output = join(scratch, 'report');
  const { code } = await start(suite, env, [
    ...(suite.nodeArgs ?? []),
    resolve(suite.root, suite.mocha ?? 'node_modules/mocha/bin/mocha.js'),
    '--exit',
    '--reporter=json',
    `--reporter-option=output=${output}`,
    ...(suite.runnerArgs ?? []),
    ...files,
  ]);
  const results = new Map<string, Result>();
  if (!existsSync(output)) {
    return results.set(files.join(), { state: 'fail', error: `no report, exit code ${code}` });
  }
  const report = JSON.parse(readFileSync(output, 'utf8')) as MochaReport;
  for (const [kind, state] of [
    ['passes', 'pass'],
    ['failures', 'fail'],
    ['pending', 'skip'],
  ] as const) {
    for (const { fullTitle, file, err } of report[kind]) {
      const error = err?.message?.slice(0, MAX_ERROR);
      put(results, `${inside(suite, file)} ${fullTitle}`, { state, error });
    }
  }
  return results;
}

/** Each file is one test: it passes if it ends with exit code 0. */
async function runScripts({ suite, env }: Where, files: readonly string[]) {
  const results = new Map<string, Result>();
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const flags = [...(suite.nodeArgs ?? []), ...(suite.flagsOf?.(join(suite.root, file)) ?? [])];
      const { code, stdout, stderr } = await start(
        suite,
        env,
        [...flags, file],
        suite.fileTimeoutSeconds,
      );
      const error =
        code === 0 ? undefined : `exit code ${code}: ${stderr.trim().slice(-MAX_ERROR)}`;
      results.set(file, { state: code === 0 ? 'pass' : 'fail', error });
      for (const name of suite.testsIn?.(stdout) ?? []) {
        put(results, `${file} ${name}`, { state: 'pass' });
      }
    }
  };
  await Promise.all(Array.from({ length: suite.concurrency ?? 1 }, work));
  return results;
}

function start(
  suite: Suite,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  timeoutSeconds = 1800,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      suite.node ?? process.execPath,
      args,
      {
        cwd: suite.root,
        env,
        timeout: timeoutSeconds * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: 256 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : (child.signalCode ?? error.code ?? 'unknown');
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

function inside(suite: Suite, file: string | undefined): string {
  return file === undefined ? '' : relative(suite.root, file);
}

/** Suites do use a name twice. */
function put(results: Map<string, Result>, name: string, result: Result): void {
  let key = name;
  for (let again = 2; results.has(key); again++) key = `${name} (${again})`;
  results.set(key, result);
}
