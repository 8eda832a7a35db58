import { describe, expect, it } from 'vitest';
import { missingPostgres, runScenario } from './harness.js';

const noPostgres = await missingPostgres();

const ways: readonly [way: string, code: number][] = [
  ['handler', 1],
  ['data', 1],
  ['end', 1],
  ['finish', 1],
  ['close', 1],
  ['timer', 1],
  ['async', 1],
  ['response', 1],
  ['response end', 1],
  ['client error', 1],
  ['express', 1],
  ['express default handler', 7],
  ['fetch', 1],
  ['query', 1],
  ['query awaited', 1],
  ['query callback', 1],
  ['pool', 1],
  ['require', 1],
  ['exit', 3],
  ['natural', 0],
];

describe.each(['cjs', 'mjs'] as const)('an app that dies does so as without hooks, %s', (entry) => {
  it.for(ways)('%s', async ([way, code], { skip }) => {
    if (noPostgres && /query|pool/.test(way)) skip(noPostgres);
    const env = { CRASH: way };
    const bare = await runScenario('crash', { entry, env, hooked: false });
    const hooked = await runScenario('crash', { entry, env });
    expect(bare.code).toBe(code);
    expect(hooked).toEqual({ ...bare, events: hooked.events });
  });
});

describe('a callback that throws on a failed query', () => {
  it('keeps the error, the message and the exit code; the trace is cut as ever', async ({
    skip,
  }) => {
    if (noPostgres) skip(noPostgres);
    const env = { CRASH: 'query error callback' };
    const bare = await runScenario('crash', { env, hooked: false });
    const hooked = await runScenario('crash', { env });
    expect(hooked.code).toBe(bare.code);
    expect(hooked.stderr).toBe(bare.stderr);
  });
});
