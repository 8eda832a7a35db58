import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeEvents, expectedEvents, missingPostgres, root, runScenario } from './harness.js';

const noPostgres = await missingPostgres();
const other = join(root, 'test/fixtures/apps/other-apm.cjs');
const ours = join(root, 'test/instrumentations/recording-preload.cjs');

/** Scenarios whose output does not show the other agent's own traces and functions. */
const scenarios = [
  ['http-server', false],
  ['http-upgrade', false],
  ['http-client', false],
  ['https-server', false],
  ['fetch', false],
  ['pg', true],
] as const;

describe.each([
  ['before', `--require ${other} --require ${ours}`],
  ['after', `--require ${ours} --require ${other}`],
])('another agent preloaded %s us', (_order, nodeOptions) => {
  it.for(scenarios)('%s', async ([scenario, needsPostgres], { skip }) => {
    if (needsPostgres && noPostgres) skip(noPostgres);
    const alone = await runScenario(scenario, {
      hooked: false,
      env: { NODE_OPTIONS: `--require ${other}` },
    });
    const together = await runScenario(scenario, {
      hooked: false,
      env: { NODE_OPTIONS: nodeOptions },
    });
    const visible = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => !/^(function|keys|\d+ (true|false) (true|false)$)/.test(line));
    expect(visible(together.stdout)).toEqual(visible(alone.stdout));
    expect(together.stderr).toBe(alone.stderr);
    expect(together.code).toBe(alone.code);
    const events = describeEvents(together.events);
    expect(events).toEqual(expectedEvents(scenario, events));
  });
});
