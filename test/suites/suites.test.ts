import { afterAll, describe, expect, it } from 'vitest';
import { unavailable } from '../instrumentations/harness.js';
import { compareOutcomes } from './compare.js';
import { installPackages } from './packages.js';
import { runSuite } from './run-suite.js';
import { shippedSuites } from './shipped.js';
import { judgeSuite } from './verdict.js';

const installed = await installPackages();
const missing = 'path' in installed ? undefined : unavailable(installed.reason);
const suites = 'path' in installed ? shippedSuites(installed.path, 'ci') : [];

describe.skipIf(missing)('other people’s suites with the runtime preloaded', () => {
  const lines: string[] = [];
  afterAll(() => console.log(lines.join('\n')));

  it.each(suites)('$name: every test as without us', { timeout: 600_000 }, async (suite) => {
    const { bare, hooked, problems, vanished } = await judgeSuite(suite);
    lines.push(
      `${suite.name}: ${bare.results.size} tests, ${hooked.operations} operations seen, ` +
        `${bare.seconds.toFixed(1)} + ${hooked.seconds.toFixed(1)} s`,
      ...vanished.map((line) => `  not seen again: ${line}`),
    );
    expect(problems).toEqual([]);
  });

  it.each(suites)(
    '$name: a sabotaged hook is noticed',
    { timeout: 180_000, retry: 2 },
    async (suite) => {
      const file = suite.sabotaged ?? '';
      const bare = await runSuite(suite, 'bare', [file]);
      const sabotaged = await runSuite(suite, 'sabotaged', [file]);
      const { differences } = compareOutcomes(bare, sabotaged, suite.excluded);
      const noticed = differences.filter(
        (one) => one.bare?.state === 'pass' && one.hooked?.state === 'fail',
      );
      expect(noticed.length).toBeGreaterThan(0);
    },
  );
});
