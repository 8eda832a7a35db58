import { join } from 'node:path';
import { describe, it } from 'vitest';
import { FAULTS, honoursContract, survivesFault } from './contract.js';
import { missingPostgres, root } from './harness.js';
import { scenarios } from './scenarios.js';

const noPostgres = await missingPostgres();

describe.each(['cjs', 'mjs'] as const)('contract, %s', (entry) => {
  for (const { app, expected, env, needsPostgres } of scenarios) {
    it(`${app} ${Object.values(env ?? {}).join()}`, async ({ skip }) => {
      if (needsPostgres && noPostgres) skip(noPostgres);
      await honoursContract(app, expected, { entry, env });
    });
  }
});

describe('contract, other ways to preload', () => {
  it.each(['import', 'NODE_OPTIONS'] as const)('%s', async (via) => {
    await honoursContract('http-server', 'http-server', { via });
    await honoursContract('express', 'express-5', { via, entry: 'mjs' });
  });
});

describe('contract, with loader hooks of others', () => {
  const env = { NODE_OPTIONS: `--import ${join(root, 'test/fixtures/apps/loader.mjs')}` };
  it.for(['cjs', 'mjs'] as const)('%s', async (entry, { skip }) => {
    await honoursContract('express', 'express-5', { entry, env });
    if (noPostgres) skip(noPostgres);
    await honoursContract('pg', 'pg', { entry, env });
  });
});

describe('a fault at each hook point leaves the host unharmed', () => {
  for (const { app, env, needsPostgres, unused } of scenarios) {
    it.for(FAULTS.filter((fault) => !unused?.includes(fault)))(
      `${app} ${Object.values(env ?? {}).join()}: %s`,
      async (fault, { skip }) => {
        if (needsPostgres && noPostgres) skip(noPostgres);
        await survivesFault(app, fault, { env });
      },
    );
  }
});
