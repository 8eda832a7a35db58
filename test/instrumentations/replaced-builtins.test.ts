import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { survivesReplacedBuiltins } from './contract.js';
import { missingPostgres, root, runScenario } from './harness.js';
import { scenarios } from './scenarios.js';

const noPostgres = await missingPostgres();

/** The whole runtime instead of the recording one: its recorder, ring and worker, too. */
const WHOLE = join(root, 'dist/src/register.js');

describe('a host whose built-ins refuse our calls is left alone', () => {
  for (const { app, env, needsPostgres } of scenarios) {
    const name = `${app} ${Object.values(env ?? {}).join()}`.trim();
    it(name, async ({ skip }) => {
      if (needsPostgres && noPostgres) skip(noPostgres);
      await survivesReplacedBuiltins(app, 'all', { env });
    });
    it(`${name}, the whole runtime`, async ({ skip }) => {
      if (needsPostgres && noPostgres) skip(noPostgres);
      await survivesReplacedBuiltins(app, 'all', { env, preload: WHOLE });
    });
  }
});

/** One at a time: with all of them our hooks are soon switched off, and what comes later is not reached. */
describe('a host one of whose built-ins refuses our calls is left alone', () => {
  const refused = [
    'Map.prototype.get',
    'Map.prototype.set',
    'Array.prototype.Symbol(Symbol.iterator)',
    'Array.prototype.push',
    'Array.prototype.find',
    'String.prototype.slice',
    'Math.round',
    'Atomics.store',
    'Atomics.load',
  ];
  it.for(refused)('%s', async (name) => {
    await survivesReplacedBuiltins('context', name, { preload: WHOLE });
  });
});

describe('a host that has put a method on Object.prototype is left alone', () => {
  const beside = join(root, 'test/fixtures/faults/polluted-prototype.cjs');
  // The others' own libraries do not start then.
  it.for(['http-server', 'http-client', 'http-upgrade', 'context'])('%s', async (app) => {
    const env = { RETRACE_LOG_LEVEL: 'none' };
    const bare = await runScenario(app, { beside, env, hooked: false });
    const hooked = await runScenario(app, { beside, env, preload: WHOLE });
    expect(bare.code).toBe(0);
    expect(hooked).toEqual(bare);
  });
});
