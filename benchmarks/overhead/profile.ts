/**
 * `npm run bench:profile`: where the cost of an arm is, µs per request by symbol, as the difference of two profiles of
 * Linux's `perf`: the bare app's and the arm's, taken while both answer the same load in turns. Needs root or
 * kernel.perf_event_paranoid ≤ 1.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { armOf, SCENARIOS } from './arms.js';
import { type Child, raisePriority } from './child.js';
import { Bench } from './measure.js';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    arm: { type: 'string', default: 'retrace' },
    scenario: { type: 'string', default: 'full' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    rows: { type: 'string', default: '60' },
    /** What samples are added up by: comma-separated names of `VIEWS`. */
    by: { type: 'string', default: 'thread,group,symbol,script' },
  },
});

const arms = ['bare', values.arm].map(armOf).map((arm) => ({
  ...arm,
  preload: ['--perf-basic-prof', ...arm.preload],
}));

const SAMPLES_PER_SECOND = 5000;

interface Profile {
  readonly samples: readonly Sample[];
  readonly requests: number;
}

interface Sample {
  readonly thread: string;
  /** Innermost first, `name (object)`. */
  readonly frames: readonly string[];
}

const SCRIPT = / \(\/tmp\/perf-\d+\.map\)$/;
const isScript = (frame: string): boolean => SCRIPT.test(frame) && !frame.startsWith('Builtin:');
/** Without the tier and the process. */
const short = (frame: string): string =>
  frame
    .replace(SCRIPT, '')
    .replace(/^JS:|^[~*^+']+/g, '')
    .slice(0, 110);

const VIEWS: Readonly<Record<string, (sample: Sample) => string>> = {
  thread: ({ thread }) => thread,
  group: ({ frames }) => {
    const inner = frames[0] ?? '';
    if (inner.includes('[kernel')) return 'kernel';
    if (isScript(inner)) return 'JavaScript';
    return /Builtins_/.test(inner) ? 'builtin' : inner.replace(/^.* \(([^)]*)\)$/, '$1');
  },
  symbol: ({ thread, frames }) =>
    `${thread === 'main' ? '' : `${thread}: `}${short(frames[0] ?? '?')}`,
  script: ({ thread, frames }) => {
    const frame = frames.find(isScript);
    return `${thread === 'main' ? '' : `${thread}: `}${frame === undefined ? '(none)' : short(frame)}`;
  },
};

function samplesOf(file: string, pid: number): Sample[] {
  const text = execFileSync(
    'perf',
    ['script', '-i', file, '-F', 'comm,pid,tid,ip,sym,symoff,dso'],
    { encoding: 'utf8', maxBuffer: 2 ** 31, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const samples: Sample[] = [];
  for (const block of text.split('\n\n')) {
    const [head = '', ...lines] = block.trim().split('\n');
    const ids = /^(.*?)\s+(\d+)\/(\d+)/.exec(head);
    if (ids === null || lines.length === 0) continue;
    const frames = lines.map((line) =>
      line
        .trim()
        .replace(/^[0-9a-f]+ /, '')
        .replace(/\+0x[0-9a-f]+ \(/, ' ('),
    );
    const thread = Number(ids[3]) === pid ? 'main' : (ids[1] ?? '').trim();
    samples.push({ thread, frames });
  }
  return samples;
}

/** A fresh process per arm, as in bench:overhead: what V8 inlines differs from process to process. */
async function profileRound(bench: Bench, node: string, folder: string): Promise<Profile[]> {
  const started: { app: Child; port: number }[] = [];
  try {
    for (const arm of arms) started.push(await bench.startApp(node, arm, values.scenario, 4));
    const paths = [SCENARIOS[values.scenario]?.path ?? '/'];
    const targets = started.map(({ port }) => ({ port, paths }));
    await bench.drive(targets, 3);
    const recorders = started.map(({ app }, index) => record(app.pid, join(folder, `${index}`)));
    // Until perf has attached itself.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const results = await bench.drive(targets, Number(values.seconds));
    for (const stop of recorders) await stop();
    return started.map(({ app }, index) => ({
      samples: samplesOf(join(folder, `${index}`), app.pid),
      requests: results[index]?.requests ?? 0,
    }));
  } finally {
    for (const { app } of started) await app.stop();
  }
}

function record(pid: number, file: string): () => Promise<void> {
  const options = ['-q', '-e', 'cpu-clock', '-g', '-F', String(SAMPLES_PER_SECOND)];
  const perf = spawn('perf', ['record', ...options, '-p', String(pid), '-o', file], {
    stdio: 'ignore',
  });
  return async () => {
    const ended = new Promise((resolve) => perf.once('exit', resolve));
    perf.kill('SIGINT');
    await ended;
  };
}

function print(rounds: readonly Profile[][], name: string): void {
  const view = VIEWS[name];
  if (view === undefined) throw new Error(`no view is called ${name}`);
  const sums = new Map<string, [number, number]>();
  for (const round of rounds) {
    for (const [index, { samples, requests }] of round.entries()) {
      const usPerSample = 1e6 / SAMPLES_PER_SECOND / requests / rounds.length;
      for (const sample of samples) {
        const key = view(sample);
        const sum = sums.get(key) ?? [0, 0];
        sum[index as 0 | 1] += usPerSample;
        sums.set(key, sum);
      }
    }
  }
  const rows = [...sums].sort(([, a], [, b]) => Math.abs(b[1] - b[0]) - Math.abs(a[1] - a[0]));
  const total = [0, 1].map((arm) => rows.reduce((sum, [, us]) => sum + (us[arm] ?? 0), 0));
  console.log(`\nby ${name}: ${total.map((us) => us.toFixed(2)).join(' → ')} µs per request`);
  for (const [key, [bare, arm]] of rows.slice(0, Number(values.rows))) {
    const [a, b, added] = [bare, arm, arm - bare].map((us) => us.toFixed(2).padStart(7));
    console.log(`${added}  ${a} → ${b}  ${key}`);
  }
}

async function main(): Promise<void> {
  const { nodeBinary } = await import('../../scripts/node-versions.mjs');
  const found = await nodeBinary(values.node);
  if ('reason' in found) throw new Error(found.reason);
  raisePriority();
  const folder = mkdtempSync(join(tmpdir(), 'retrace-profile-'));
  const bench = await Bench.open();
  try {
    const rounds: Profile[][] = [];
    for (let round = 1; round <= Number(values.rounds); round++) {
      rounds.push(await profileRound(bench, found.path, folder));
      process.stderr.write(`round ${round} of ${values.rounds}\n`);
    }
    for (const name of values.by.split(',')) print(rounds, name);
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
