import type { Outcome, Result } from './run-suite.js';
import type { Exclusion } from './suite.js';

export interface Difference {
  readonly test: string;
  readonly bare: Result | undefined;
  readonly hooked: Result | undefined;
}

export interface Comparison {
  /** Tests with one result without us and another with us. */
  readonly differences: readonly Difference[];
  /** Tests that the two bare runs do not agree on: they say nothing about us. */
  readonly unstable: readonly string[];
  readonly compared: number;
}

/**
 * Compares test by test. With a second bare run, tests that differ between the two bare runs are set
 * aside and named; without one every difference counts.
 */
export function compareOutcomes(
  bare: Outcome,
  hooked: Outcome,
  excluded: readonly Exclusion[] = [],
  bareAgain?: Outcome,
): Comparison {
  const names = new Set([...bare.results.keys(), ...hooked.results.keys()]);
  for (const name of bareAgain?.results.keys() ?? []) names.add(name);
  const differences: Difference[] = [];
  const unstable: string[] = [];
  let compared = 0;
  for (const test of names) {
    if (excluded.some((one) => test.includes(one.test))) continue;
    const without = bare.results.get(test);
    const withUs = hooked.results.get(test);
    if (bareAgain !== undefined && bareAgain.results.get(test)?.state !== without?.state) {
      unstable.push(test);
      continue;
    }
    compared += 1;
    if (without?.state !== withUs?.state) {
      differences.push({ test, bare: without, hooked: withUs });
    }
  }
  return { differences, unstable, compared };
}

/** One line per difference. */
export function describeDifferences({ differences }: Comparison): string[] {
  const show = (result: Result | undefined): string =>
    result === undefined
      ? 'not run'
      : `${result.state}${result.error === undefined ? '' : ` (${result.error.replaceAll(/\s+/g, ' ')})`}`;
  return differences.map(
    ({ test, bare, hooked }) => `${test}: without ${show(bare)}, with ${show(hooked)}`,
  );
}
