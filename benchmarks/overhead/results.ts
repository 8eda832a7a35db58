import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ARMS, HERE } from './arms.js';
import type { Run } from './measure.js';
import { summarize } from './summary.js';

const RESULTS = join(HERE, '..', 'results');

/** What benchmarks/results/overhead-<date>.json holds. */
export interface Results {
  date: string;
  machine: string;
  /** Version of each arm's package. */
  versions: Record<string, string>;
  runs: Run[];
}

/** Adds the runs to today's result file and writes its table anew. @returns the table's path */
export function appendResults(runs: readonly Run[]): string {
  const date = new Date().toISOString().slice(0, 10);
  const file = join(RESULTS, `overhead-${date}.json`);
  const results: Results = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Results)
    : { date, machine: machineLine(), versions: versions(), runs: [] };
  // A later part of the day's measurements has rounds of its own: pairs are made within one.
  const base = Math.max(-1, ...results.runs.map((run) => run.round)) + 1;
  results.runs.push(...runs.map((run) => ({ ...run, round: base + run.round })));
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  const table = join(RESULTS, `overhead-${date}.md`);
  writeFileSync(table, render(results));
  return table;
}

function render({ date, machine, versions: known, runs }: Results): string {
  const list = Object.entries(known).map(([name, version]) => `${name} ${version}`);
  return [
    `# Cost beside other APMs, ${date}`,
    `\`npm run bench:overhead\` (benchmarks/overhead). ${machine}. ${list.join(', ')}.`,
    'Medians; “added”, “kept” and “ratio” are medians of differences and quotients to the bare app of the same round. ' +
      'CPU, memory and throughput include all threads of the process.',
    summarize(runs),
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
