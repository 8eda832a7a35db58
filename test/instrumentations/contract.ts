import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  describeEvents,
  expectedEvents,
  root,
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
    options.beside ?? '',
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

const replacedBuiltins = join(root, 'test/fixtures/faults/replaced-builtins.cjs');

/**
 * With built-ins of the host's making that refuse to be called by us (see the fixture), the host runs as if we were
 * not there.
 *
 * @param refused one, `Map.prototype.get` for example, or `all`.
 */
export async function survivesReplacedBuiltins(
  scenario: string,
  refused: string,
  options: RunOptions = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-builtins-'));
  const file = join(folder, 'refused');
  writeFileSync(file, '');
  const settings = { RETRACE_TEST_REFUSE: refused, RETRACE_LOG_LEVEL: 'none' };
  const beside = replacedBuiltins;
  try {
    const bare = await runBare(scenario, {
      ...options,
      beside,
      env: { ...options.env, ...settings },
    });
    const env = { ...options.env, ...settings, RETRACE_TEST_REFUSED: file };
    const hooked = await runScenario(scenario, { ...options, beside, env });
    expect(hooked.stdout).toBe(bare.stdout);
    expect(hooked.stderr).toBe(bare.stderr);
    expect(hooked.code).toBe(bare.code);
    expect(bare.stdout + bare.stderr).not.toBe('');
    const met = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    // False timers would be wound, and listed, by whoever put them there.
    expect(met.filter((line) => line.startsWith('globalThis.'))).toEqual([]);
    expect(met.filter((line) => refused === 'all' || line.startsWith(refused))).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
