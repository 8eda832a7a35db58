import { expect } from 'vitest';
import {
  describeEvents,
  expectedEvents,
  runScenario,
  type Run,
  type RunOptions,
} from './harness.js';

/** Recorder methods into which a fault is injected, one at a time and all at once. */
export const FAULTS = [
  'nowUs',
  'openRequest',
  'enterRequest',
  'activeRequest',
  'closeRequest',
  'databaseSource',
  'peerSource',
  'querySignature',
  'callSignature',
  'recordQuery',
  'recordCall',
  'all',
] as const;

const bareRuns = new Map<string, Promise<Run>>();

/** The run without hooks; one for all comparisons with it. */
function runBare(scenario: string, options: RunOptions): Promise<Run> {
  const key = JSON.stringify([
    scenario,
    options.node ?? process.execPath,
    options.entry ?? 'cjs',
    options.env ?? {},
  ]);
  const known = bareRuns.get(key);
  if (known) return known;
  const run = runScenario(scenario, { ...options, hooked: false });
  bareRuns.set(key, run);
  return run;
}

/**
 * What every instrumentation owes the host, run on a scenario:
 *
 * 1. stdout, stderr and exit code are those of the run without hooks, byte for byte. Scenarios print
 *    what a host can see: results, error identity, stack traces, listener counts, keys, arity, names.
 * 2. The events are exactly the agreed ones: nothing missed, nothing twice, each in its own request.
 */
export async function honoursContract(
  scenario: string,
  expected: string,
  options: RunOptions = {},
): Promise<void> {
  const bare = await runBare(scenario, options);
  const hooked = await runScenario(scenario, options);
  expect(bare.stderr + bare.stdout).not.toContain('never happened');
  expect(hooked.stdout).toBe(bare.stdout);
  expect(hooked.stderr).toBe(bare.stderr);
  expect(hooked.code).toBe(bare.code);
  const events = describeEvents(hooked.events);
  expect(events).toEqual(expectedEvents(expected, events));
  expect(events.length).toBeGreaterThan(0);
}

/** With one of our callbacks throwing wherever it is used, the host runs as if we were not there. */
export async function survivesFault(
  scenario: string,
  fault: string,
  options: RunOptions = {},
): Promise<void> {
  const bare = await runBare(scenario, options);
  const faulty = await runScenario(scenario, { ...options, fault });
  expect(faulty.stdout).toBe(bare.stdout);
  expect(faulty.stderr).toBe(bare.stderr);
  expect(faulty.code).toBe(bare.code);
  expect(faulty.events.some((event) => event.kind === 'fault')).toBe(true);
}
