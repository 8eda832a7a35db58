import { compareOutcomes, describeDifferences, type Comparison } from './compare.js';
import { runSuite, type Outcome } from './run-suite.js';
import type { Suite } from './suite.js';

export interface Verdict {
  readonly suite: Suite;
  readonly bare: Outcome;
  readonly hooked: Outcome;
  readonly comparison: Comparison;
  /** Differences that did not come again when their files were run once more. */
  readonly vanished: readonly string[];
  /** What is wrong, one line each; empty is what we want. */
  readonly problems: readonly string[];
}

/** How often the files of a difference are run once more before it is held against us. */
const RETRIES = 2;

/**
 * Runs a suite without and with us and compares. A difference is held against us unless none is left
 * when its files run again in both arms, twice: other people's tests race, too.
 */
export async function judgeSuite(suite: Suite, { bareTwice = false } = {}): Promise<Verdict> {
  const bare = await runSuite(suite, 'bare');
  const hooked = await runSuite(suite, 'hooked');
  const again = bareTwice ? await runSuite(suite, 'bare') : undefined;
  const comparison = compareOutcomes(bare, hooked, suite.excluded, again);
  const { standing, vanished } = await confirm(suite, comparison);
  const problems = [
    ...floor('tests ran without us', bare.results.size, suite.minTests),
    ...floor('tests ran with us', hooked.results.size, suite.minTests),
    ...floor('operations were seen', hooked.operations, suite.minOperations),
    ...standing,
  ];
  return { suite, bare, hooked, comparison, vanished, problems };
}

function floor(what: string, actual: number, least: number): string[] {
  return actual < least ? [`only ${actual} ${what}; at least ${least} must`] : [];
}

async function confirm(
  suite: Suite,
  comparison: Comparison,
): Promise<{ standing: string[]; vanished: string[] }> {
  const files = suite.files.filter((file) =>
    comparison.differences.some(({ test }) => test.startsWith(file)),
  );
  const all = describeDifferences(comparison);
  if (all.length === 0) return { standing: [], vanished: [] };
  if (files.length === 0) return { standing: all, vanished: [] };
  const seen = new Set<string>();
  for (let retry = 0; retry < RETRIES; retry++) {
    const repeated = compareOutcomes(
      await runSuite(suite, 'bare', files),
      await runSuite(suite, 'hooked', files),
      suite.excluded,
    );
    for (const { test } of repeated.differences) seen.add(test);
  }
  const isSeen = (_line: string, index: number): boolean =>
    seen.has(comparison.differences[index]?.test ?? '');
  return {
    standing: all.filter(isSeen),
    vanished: all.filter((line, index) => !isSeen(line, index)),
  };
}
