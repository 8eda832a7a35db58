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
import { Bench, WARM_UP_SECONDS } from './measure.js';
import {
  compareProfiles,
  parseSamples,
  type Profile,
  SAMPLES_PER_SECOND,
} from './profile-views.js';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    arm: { type: 'string', default: 'retrace' },
    scenario: { type: 'string', default: 'full' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    'warm-up': { type: 'string', default: String(WARM_UP_SECONDS) },
    rows: { type: 'string', default: '60' },
    /** What samples are added up by: some of thread, group, symbol, script (see profile-views.ts). */
    by: { type: 'string', default: 'thread,group,symbol,script' },
  },
});

/** With --perf-basic-prof V8 also begins a log of its own per thread, in the current folder. */
const NO_LOG = ['--no-logfile-per-isolate', '--logfile=/dev/null'];

const arms = ['bare', values.arm].map(armOf).map((arm) => ({
  ...arm,
  preload: ['--perf-basic-prof', ...NO_LOG, ...arm.preload],
}));

/** A fresh process per arm, as in bench:overhead: what V8 inlines differs from process to process. */
async function profileRound(bench: Bench, node: string, folder: string): Promise<Profile[]> {
  const started: { app: Child; port: number }[] = [];
  try {
    for (const arm of arms) started.push(await bench.startApp(node, arm, values.scenario, 4));
    const paths = [SCENARIOS[values.scenario]?.path ?? '/'];
    const targets = started.map(({ port }) => ({ port, paths }));
    await bench.drive(targets, Number(values['warm-up']));
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

function samplesOf(file: string, pid: number): Profile['samples'] {
  const fields = 'comm,pid,tid,ip,sym,symoff,dso';
  const text = execFileSync('perf', ['script', '-i', file, '-F', fields], {
    encoding: 'utf8',
    maxBuffer: 2 ** 31,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return parseSamples(text, pid);
}

function record(pid: number, file: string): () => Promise<void> {
  const options = ['-q', '-e', 'cpu-clock', '-g', '-F', String(SAMPLES_PER_SECOND)];
  const perf = spawn('perf', ['record', ...options, '-p', String(pid), '-o', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  perf.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let hasEnded = false;
  // From the start: a perf that may not attach itself is gone before it is asked to stop.
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      resolve();
    };
    perf.once('error', end).once('close', end);
  });
  return async () => {
    if (hasEnded) {
      throw new Error(
        `perf did not record: is it installed, are you root (or is kernel.perf_event_paranoid ≤ 1)? ${said}`.trim(),
      );
    }
    perf.kill('SIGINT');
    await ended;
  };
}

async function main(): Promise<void> {
  const views = values.by.split(',');
  // Before minutes of measuring.
  for (const name of views) compareProfiles([], name, 0);
  if (SCENARIOS[values.scenario] === undefined) {
    throw new Error(`no scenario is called ${values.scenario}`);
  }
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
    for (const name of views) {
      console.log(`\n${compareProfiles(rounds, name, Number(values.rows))}`);
    }
  } finally {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
