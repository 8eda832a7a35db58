/**
 * `npm run test:suites`: other people's suites, test by test, without and with the runtime preloaded.
 *
 *   npm run test:suites                       every test file of the packages that ship theirs
 *   npm run test:suites -- --only fastify     one of them
 *   npm run test:suites -- --checkout DIR --kind node-postgres|undici|express|mysql2|node-http
 *   … --node 24                               on another version of Node.js (20, 22, 24, 26)
 *   … --files REGEX                           only test files whose path fits
 *   … --sabotage                              with a hook that breaks its host: has to fail
 */
import { parseArgs } from 'node:util';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { checkoutSuites, KINDS } from './checkouts.js';
import { describeDifferences, compareOutcomes } from './compare.js';
import { installPackages } from './packages.js';
import { runSuite } from './run-suite.js';
import { shippedSuites } from './shipped.js';
import type { Suite } from './suite.js';
import { judgeSuite } from './verdict.js';

/** A test whose host was broken may wait for its whole time, three minutes where a sound one may take them. */
const SABOTAGED_SECONDS = 10;

const { values } = parseArgs({
  options: {
    checkout: { type: 'string' },
    kind: { type: 'string' },
    only: { type: 'string' },
    node: { type: 'string' },
    files: { type: 'string' },
    sabotage: { type: 'boolean', default: false },
  },
});

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});

async function main(): Promise<void> {
  const node = await wantedNode();
  const suites = await wantedSuites(node);
  if (suites.length === 0) throw new Error('no test file fits');
  for (const suite of suites) {
    console.log(`\n${suite.name}: ${suite.files.length} files`);
    const isFine = values.sabotage ? await reportSabotage(suite) : await reportVerdict(suite);
    if (!isFine) process.exitCode = 1;
  }
}

async function wantedNode(): Promise<string | undefined> {
  if (values.node === undefined) return undefined;
  const found = await nodeBinary(values.node);
  if ('reason' in found) throw new Error(found.reason);
  return found.path;
}

async function wantedSuites(node: string | undefined): Promise<Suite[]> {
  const suites: Suite[] = [];
  if (values.checkout !== undefined) {
    suites.push(...checkoutSuites(values.kind ?? '', values.checkout, node));
  } else if (values.kind !== undefined) {
    throw new Error(`--kind needs --checkout DIR; kinds: ${KINDS.join(', ')}`);
  } else {
    const installed = await installPackages();
    if ('reason' in installed) throw new Error(installed.reason);
    suites.push(...shippedSuites(installed.path, 'all', node));
  }
  const pattern = new RegExp(values.files ?? '');
  // The floors are the whole lot's.
  const floors = values.files === undefined ? {} : { minTests: 1, minOperations: 0 };
  return suites
    .filter(({ name }) => name.includes(values.only ?? ''))
    .map((suite) => ({
      ...suite,
      ...floors,
      files: suite.files.filter((file) => pattern.test(file)),
    }))
    .filter(({ files }) => files.length > 0);
}

async function reportVerdict(suite: Suite): Promise<boolean> {
  const { bare, hooked, comparison, vanished, problems } = await judgeSuite(suite, {
    bareTwice: true,
  });
  const count = (state: string): number =>
    [...bare.results.values()].filter((result) => result.state === state).length;
  console.log(
    `  ${comparison.compared} tests compared (${count('pass')} pass, ${count('fail')} fail, ` +
      `${count('skip') + count('todo')} skipped without us); ${hooked.operations} operations seen; ` +
      `${bare.seconds.toFixed(0)} s without, ${hooked.seconds.toFixed(0)} s with`,
  );
  for (const test of comparison.unstable) console.log(`  differs between two bare runs: ${test}`);
  for (const { test, reason } of suite.excluded ?? [])
    console.log(`  left out: ${test}: ${reason}`);
  for (const line of vanished) console.log(`  not seen again: ${line}`);
  for (const line of problems) console.log(`  PROBLEM ${line}`);
  if (problems.length === 0) console.log('  no difference');
  return problems.length === 0;
}

async function reportSabotage(whole: Suite): Promise<boolean> {
  const isPerTest = whole.runner === 'node:test';
  const suite = isPerTest ? { ...whole, fileTimeoutSeconds: SABOTAGED_SECONDS } : whole;
  const bare = await runSuite(suite, 'bare');
  const sabotaged = await runSuite(suite, 'sabotaged');
  const comparison = compareOutcomes(bare, sabotaged, suite.excluded);
  const lines = describeDifferences(comparison);
  console.log(`  ${lines.length} of ${comparison.compared} tests notice the sabotage`);
  return lines.length > 0;
}
