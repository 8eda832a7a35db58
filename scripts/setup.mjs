/**
 * Makes a fresh clone ready with nothing but Node and npm: installs what package-lock.json names and
 * builds what is older than its sources. Plain Node, because it runs before anything is installed.
 * A second run with nothing to do takes a few milliseconds.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Same bound as `engines` in package.json; repeated here because npm only warns about it. */
const NODE_MIN = [20, 19];

/** What is built, from which sources, and the file that proves the result is there. */
const PARTS = [
  {
    name: 'runtime',
    script: 'build:runtime',
    sources: [
      'src',
      'instrumentations',
      'tsconfig.json',
      'tsconfig.base.json',
      'scripts/bundle-runtime.mjs',
    ],
    except: ['src/server', 'src/dashboard'],
    output: 'dist/src/register.js',
  },
  {
    name: 'server',
    script: 'build:server',
    sources: [
      'src/server',
      'src/protocol',
      'src/histogram',
      'src/signature',
      'src/core',
      'src/config',
    ],
    except: [],
    output: 'src/server/dist/index.js',
  },
  {
    name: 'dashboard',
    script: 'build:dashboard',
    sources: ['src/dashboard', 'src/server/api-types.ts'],
    except: [],
    output: 'src/dashboard/dist/index.html',
  },
];

const SKIPPED_DIRS = new Set(['node_modules', 'dist']);

function mtimeMs(file) {
  return statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Newest change below `file` in epoch ms; folders count too, so a deleted source is noticed. */
function newestMs(file, except) {
  if (except.includes(file)) return 0;
  const stat = statSync(path.join(ROOT, file), { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The part's own folder changes when its dist/ is created; only what is inside says something then.
  let newest = 0;
  for (const entry of readdirSync(path.join(ROOT, file))) {
    if (!SKIPPED_DIRS.has(entry)) newest = Math.max(newest, newestMs(`${file}/${entry}`, except));
  }
  return newest;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new SetupError(
    `Node.js ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}. See https://nodejs.org.`,
  );
}

/** A failure that is told in one sentence, without a stack. */
export class SetupError extends Error {}

function runNpm(args, what) {
  const startMs = Date.now();
  process.stdout.write(`  ${what} … `);
  // npm's own entry when npm started us: finds the same npm on every platform without a shell.
  const npmCli = process.env.npm_execpath;
  const viaNode = npmCli !== undefined && /\.c?js$/.test(npmCli);
  const done = spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [npmCli, ...args] : args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
    shell: !viaNode && process.platform === 'win32',
  });
  if (done.status === 0) {
    process.stdout.write(`${((Date.now() - startMs) / 1000).toFixed(1)} s\n`);
    return;
  }
  process.stdout.write('failed\n');
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  throw new SetupError(
    `npm ${args.join(' ')} failed${done.error === undefined ? '' : `: ${done.error.message}`}`,
  );
}

function install() {
  const marker = 'node_modules/.package-lock.json';
  if (!existsSync(path.join(ROOT, marker))) {
    runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'], 'installing packages (npm ci)');
  } else if (mtimeMs(marker) < mtimeMs('package-lock.json')) {
    runNpm(
      ['install', '--include=dev', '--no-audit', '--no-fund'],
      'updating packages (npm install)',
    );
    const now = new Date();
    utimesSync(path.join(ROOT, marker), now, now);
  }
}

function build(part) {
  const stamp = `dist/.built-${part.name}`;
  const changedMs = Math.max(...part.sources.map((source) => newestMs(source, part.except)));
  if (existsSync(path.join(ROOT, part.output)) && mtimeMs(stamp) > changedMs) return;
  const startedAt = new Date();
  runNpm(['run', '--silent', part.script], `building the ${part.name}`);
  mkdirSync(path.join(ROOT, 'dist'), { recursive: true });
  writeFileSync(path.join(ROOT, stamp), '');
  // The stamp carries the start: a source saved while the build ran is newer and builds again.
  utimesSync(path.join(ROOT, stamp), startedAt, startedAt);
}

/** Installs and builds whatever is missing or out of date. @throws {SetupError} with a sentence to show. */
export function setup() {
  checkNode();
  install();
  for (const part of PARTS) build(part);
}

/** As `setup`, for commands: prints the sentence and ends the process with 1. */
export function setupOrExit() {
  try {
    setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`retrace: ${error.message}\n`);
    process.exit(1);
  }
}

if (
  process.argv[1] !== undefined &&
  path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  setupOrExit();
}
