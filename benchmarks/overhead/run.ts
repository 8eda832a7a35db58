/**
 * `npm run bench:overhead`: what each APM costs the app it watches, side by side. See README.md beside this file.
 */
import { parseArgs } from 'node:util';
import { type Arm, ARMS, SCENARIOS } from './arms.js';
import { raisePriority } from './child.js';
import { Bench, type Run } from './measure.js';
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
    'warm-up': { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});

function armOf(name: string): Arm {
  const arm = ARMS.find((one) => one.name === name);
  if (arm === undefined) throw new Error(`no arm is called ${name}`);
  return arm;
}

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
  raisePriority();
  const bench = await Bench.open();
  const runs: Run[] = [];
  try {
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
  if (values.write) console.log(appendResults(runs));
}

void main();
