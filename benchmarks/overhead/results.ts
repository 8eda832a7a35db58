import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ARMS, HERE } from './arms.js';
import { barsOf } from './bars.js';
import type { Run } from './measure.js';
import { summarize } from './summary.js';

const RESULTS = join(HERE, '..', 'results');

/** What benchmarks/results/overhead-<date>.json holds. */
export interface Results {
  date: string;
  machine: string;
  /** Load on each app before it was measured; not stated before overhead-2026-11-30-3, when it was 2 or 3 s. */
  warmUpSeconds?: number;
  /** Of the runtime under test; not stated before overhead-2026-11-30-5. */
  build?: string;
  /** Version of each arm's package. */
  versions: Record<string, string>;
  runs: Run[];
  exportDelay?: ExportDelay;
  longRun?: LongRun;
}

/** By `npm run bench:overhead -- --part=export`. */
export interface ExportDelay {
  readonly signatures: number;
  readonly exports: number;
  /** Longest hold-up while an export goes out, median over the exports; without: over times as long half a window before. */
  readonly withMs: number;
  readonly withoutMs: number;
  readonly addedMs: number;
}

/** By `npm run bench:overhead -- --part=long`. */
export interface LongRun {
  readonly requests: number;
  /** Used heap of the main thread after collections, from half of the requests to their end. */
  readonly heapGrowthMb: number;
  readonly residentGrowthMb: number;
}

/** Adds to the day's result file of this machine, warm-up and build and writes its table anew. @returns the table's path */
export function appendResults(
  more: Partial<Pick<Results, 'runs' | 'exportDelay' | 'longRun'>>,
  warmUpSeconds: number,
): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = machineLine();
  const build = buildOf(join(HERE, '..', '..', 'dist'));
  const name = nameFor({ date, machine, warmUpSeconds, build });
  const file = join(RESULTS, `${name}.json`);
  const results: Results = existsSync(file)
    ? readResults(file)
    : { date, machine, warmUpSeconds, build, versions: {}, runs: [] };
  Object.assign(results.versions, versions());
  // A later part of the day's measurements has rounds of its own: pairs are made within one.
  const base = Math.max(-1, ...results.runs.map((run) => run.round)) + 1;
  for (const run of more.runs ?? []) results.runs.push({ ...run, round: base + run.round });
  if (more.exportDelay !== undefined) results.exportDelay = more.exportDelay;
  if (more.longRun !== undefined) results.longRun = more.longRun;
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  const table = join(RESULTS, `${name}.md`);
  writeFileSync(table, render(results));
  return table;
}

/** The newest results and what their files are called, if there are any. */
export function latestResults(): { name: string; results: Results } | undefined {
  const file = newestOf(readdirSync(RESULTS));
  if (file === undefined) return undefined;
  return { name: file.replace(/\.json$/, ''), results: readResults(join(RESULTS, file)) };
}

/** Of the names of result files the one with the latest day, of that day the one begun last. */
export function newestOf(names: readonly string[]): string | undefined {
  const found = names.flatMap((name) => {
    const parts = /^overhead-(\d+-\d+-\d+)(?:-(\d+))?\.json$/.exec(name);
    return parts === null ? [] : [{ name, day: parts[1] ?? '', turn: Number(parts[2] ?? 1) }];
  });
  found.sort((a, b) => (a.day === b.day ? a.turn - b.turn : a.day < b.day ? -1 : 1));
  return found.at(-1)?.name;
}

/**
 * A file per day, machine, warm-up and build: `overhead-2026-11-30`, then `overhead-2026-11-30-2`. Runs that differ in
 * any of them have no common median.
 */
function nameFor(of: Pick<Results, 'date' | 'machine' | 'warmUpSeconds' | 'build'>): string {
  for (let turn = 1; ; turn++) {
    const name = turn === 1 ? `overhead-${of.date}` : `overhead-${of.date}-${turn}`;
    const file = join(RESULTS, `${name}.json`);
    if (!existsSync(file)) return name;
    const found = readResults(file);
    const isSame = found.machine === of.machine && found.build === of.build;
    if (isSame && found.warmUpSeconds === of.warmUpSeconds) return name;
  }
}

/** What is loaded into the app and its worker (scripts/bundle-runtime.mjs), below dist/src. */
export const BUNDLES = [
  'bootstrap.js',
  'signature/statements.js',
  'aggregate/last-word.js',
  'aggregate/worker-entry.js',
];

/** The bundles by their content: eight digits of it. */
export function buildOf(dist: string): string {
  const hash = createHash('sha256');
  for (const file of BUNDLES) {
    hash.update(readFileSync(join(dist, 'src', file)));
  }
  return hash.digest('hex').slice(0, 8);
}

function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
}

function render(results: Results): string {
  const { date, machine, warmUpSeconds, build, versions: known, runs } = results;
  const warmUp = warmUpSeconds === undefined ? '' : ` Measured after ${warmUpSeconds} s of load.`;
  const of = build === undefined ? '' : ` Build ${build}.`;
  const list = Object.entries(known).map(([name, version]) => `${name} ${version}`);
  return [
    `# Cost beside other APMs, ${date}`,
    `\`npm run bench:overhead\` (benchmarks/overhead). ${machine}. ${list.join(', ')}.${of}${warmUp}`,
    'Medians; “added”, “kept” and “ratio” are medians of differences and quotients to the bare app of the same round. ' +
      'CPU, memory and throughput include all threads of the process.',
    summarize(runs),
    barsOf(results)
      .map(
        (bar) => `- ${bar.says}: ${bar.measured} (bar ${bar.bar}: ${bar.met ? 'met' : 'missed'})`,
      )
      .join('\n'),
    '',
  ].join('\n\n');
}

function machineLine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${process.platform} ${process.arch}`;
}

function versions(): Record<string, string> {
  return Object.fromEntries(
    ARMS.flatMap((arm) => {
      if (arm.package === undefined) return [];
      const file =
        arm.package === 'retrace'
          ? join(HERE, '..', '..', 'package.json')
          : join(HERE, 'node_modules', arm.package, 'package.json');
      if (!existsSync(file)) return [];
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      return [[arm.package, version]];
    }),
  );
}
