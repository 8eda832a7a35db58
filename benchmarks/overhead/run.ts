/**
 * `npm run bench:overhead`: what each APM costs the app it watches, side by side. See README.md beside this file.
 */
import { parseArgs } from 'node:util';
import { type Arm, ARMS, armOf, SCENARIOS } from './arms.js';
import { raisePriority } from './child.js';
import { measureExportDelay } from './export-delay.js';
import { measureLongRun } from './long-run.js';
import { Bench, type Run, WARM_UP_SECONDS } from './measure.js';
import { appendResults } from './results.js';
import { summarize } from './summary.js';

/** Every arm is measured in a pair with the bare app. */
const PEERS = ARMS.slice(1)
  .map((arm) => arm.name)
  .join(',');

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: '24' },
    arms: { type: 'string', default: PEERS },
    scenarios: { type: 'string', default: Object.keys(SCENARIOS).join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: String(WARM_UP_SECONDS) },
    write: { type: 'boolean', default: false },
    // Instead of the pairs: `export` or `long`, see README.md.
    part: { type: 'string', default: 'pairs' },
    requests: { type: 'string', default: '1000000' },
    'keep-priority': { type: 'boolean', default: false },
  },
});

const bare = armOf('bare');
const arms = values.arms.split(',').map(armOf);

async function main(): Promise<void> {
  // An ES module with await at its top: not for a static import from CommonJS.
  const { nodeBinary } = await import('../../scripts/node-versions.mjs');
  const found = await nodeBinary(values.node);
  if ('reason' in found) throw new Error(found.reason);
  const node = { path: found.path, major: values.node };
  const rounds = Number(values.rounds);
  const plan = { seconds: Number(values.seconds), warmUpSeconds: Number(values['warm-up']) };
  if (!values['keep-priority']) raisePriority();
  const bench = await Bench.open();
  const runs: Run[] = [];
  try {
    if (values.part !== 'pairs') {
      const found = await measurePart(bench, node.path);
      console.log(JSON.stringify(found));
      if (values.write) console.log(appendResults(found, plan.warmUpSeconds));
      return;
    }
    for (let round = 0; round < rounds; round++) {
      for (const scenario of values.scenarios.split(',')) {
        for (const arm of arms) {
          const pair: [Arm, Arm] = round % 2 === 0 ? [bare, arm] : [arm, bare];
          runs.push(...(await bench.measurePair(pair, { ...plan, node, scenario, round })));
        }
      }
      process.stderr.write(`round ${round + 1} of ${values.rounds}\n`);
    }
    console.log(summarize(runs));
    console.log('requests at the intakes:', JSON.stringify(await bench.received()));
  } finally {
    await bench.close();
  }
  if (values.write) console.log(appendResults({ runs }, plan.warmUpSeconds));
}

async function measurePart(
  bench: Bench,
  node: string,
): Promise<Parameters<typeof appendResults>[0]> {
  if (values.part === 'export') {
    return { exportDelay: await measureExportDelay(bench, node, Number(values.rounds)) };
  }
  if (values.part === 'long') {
    return { longRun: await measureLongRun(bench, node, Number(values.requests)) };
  }
  throw new Error(`no part is called ${values.part}`);
}

void main();
