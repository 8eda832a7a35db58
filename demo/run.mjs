/**
 * `npm run demo`           a shop under Retrace with steady traffic, until Ctrl-C
 * `npm run demo -- --smoke`  a short run that checks every count and searches for every planted secret
 *
 * Plain Node up to the set-up: nothing may be installed yet.
 */
import { setupOrExit } from '../scripts/setup.mjs';

const USAGE = `usage: npm run demo [-- --smoke [--sabotage=count|leak]] [--rate=<requests per second>] [--seed=<number>]
`;

const options = { smoke: false, sabotage: undefined, rate: 8, seed: 1 };
for (const argument of process.argv.slice(2)) {
  const [name, value] = argument.split('=');
  if (name === '--smoke') options.smoke = true;
  else if (name === '--sabotage' && ['count', 'leak'].includes(value)) options.sabotage = value;
  else if (name === '--rate' && Number(value) > 0) options.rate = Number(value);
  else if (name === '--seed' && Number.isInteger(Number(value))) options.seed = Number(value);
  else {
    process.stderr.write(USAGE);
    process.exit(2);
  }
}

setupOrExit();
const { run } = options.smoke ? await import('./smoke/smoke.mjs') : await import('./lib/demo.mjs');
process.exitCode = await run(options);
