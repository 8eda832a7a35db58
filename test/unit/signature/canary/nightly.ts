/**
 * The nightly proof: `npm run test:nightly [-- STATEMENTS SEED…]`. A million damaged statements for each seed, three
 * readings each (the right dialect, none, any other), by default with three fixed seeds and one that is new every
 * day. Exits with 1 when anything survives. Bundled first: enums in place take half of the time away.
 */
import { fuzz } from './fuzz.js';

const DAY_MS = 86_400_000;
const [statements = 1_000_000, ...asked] = process.argv.slice(2).map(Number);
const seeds = asked.length > 0 ? asked : [1, 2, 3, Math.floor(Date.now() / DAY_MS)];
const SHOWN = 20;

for (const seed of seeds) {
  const start = process.cpuUsage();
  const { readings, leaks, unstable, unequal } = fuzz(statements, seed);
  const { user, system } = process.cpuUsage(start);
  console.log(
    `seed ${seed}: ${statements} statements, ${readings} readings: ${leaks.length} leaks, ` +
      `${unstable.length} not idempotent, ${unequal.length} hashes that know values ` +
      `(${((user + system) / 1e6).toFixed(0)} s of CPU)`,
  );
  for (const [name, list] of Object.entries({ leaks, unstable, unequal })) {
    for (const line of list.slice(0, SHOWN)) console.log(`  ${name}: ${line}`);
  }
  if (leaks.length + unstable.length + unequal.length > 0) process.exitCode = 1;
}
