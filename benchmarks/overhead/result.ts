/** `npm run bench:result`: the measurements that README states, in one go, and README with them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HERE } from './arms.js';

/** In order of weight, each kept as it is made: whoever has to stop early has the figures that matter most. */
const PARTS: readonly string[] = [
  '--arms=retrace --scenarios=full,hello --rounds=9 --seconds=3',
  '--arms=retrace --scenarios=await,sql --rounds=5 --seconds=3',
  '--arms=opentelemetry,dd-trace,newrelic,elastic,sentry --scenarios=full,hello --rounds=3 --seconds=2',
  '--part=export --rounds=5',
  '--arms=retrace --scenarios=express,fastify --rounds=3 --seconds=3',
  '--node=20 --arms=retrace --scenarios=await --rounds=3 --seconds=3',
  '--node=22 --arms=retrace --scenarios=await --rounds=3 --seconds=3',
  '--node=26 --arms=retrace --scenarios=await --rounds=3 --seconds=3',
  '--part=long --requests=1000000',
];

function run(file: string, args: readonly string[]): void {
  const tsx = join(HERE, '..', '..', 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const { status } = spawnSync(process.execPath, [tsx, join(HERE, file), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}`);
}

// What is measured is the compiled output: an old one would be measured without a word.
if (spawnSync('npm', ['run', '--silent', 'build:runtime'], { stdio: 'inherit' }).status !== 0) {
  throw new Error('the runtime could not be built');
}
for (const part of PARTS) {
  console.log(`\n${new Date().toISOString()}  ${part}`);
  run('run.ts', [...part.split(' '), '--write']);
}
run('../../scripts/readme-tables.ts', []);
spawnSync('npx', ['prettier', '--write', join(HERE, '..', '..', 'README.md')], {
  stdio: 'inherit',
});
