import { describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { honoursContract, survivesFault } from './contract.js';
import { missingPostgres, runScenario, unavailable } from './harness.js';
import { scenarios } from './scenarios.js';

const noPostgres = await missingPostgres();
/** Majors in support besides the one that runs the tests, and the oldest supported release. */
const versions = ['20.19.0', '20', '22', '24', '26'].filter(
  (version) => process.versions.node.split('.')[0] !== version,
);

describe.each(versions)('Node %s', async (version) => {
  const found = await nodeBinary(version);
  const missing = 'path' in found ? undefined : unavailable(found.reason);
  const node = 'path' in found ? found.path : undefined;

  for (const { app, expected, env, needsPostgres } of scenarios) {
    it(`${app} ${Object.values(env ?? {}).join()}`, async ({ skip }) => {
      if (missing) skip(missing);
      if (needsPostgres && noPostgres) skip(noPostgres);
      await honoursContract(app, expected, { node, env });
      // The ES module loader changes most between versions; http is the same in both.
      if (needsPostgres || env !== undefined) {
        await honoursContract(app, expected, { node, env, entry: 'mjs' });
      }
    });
  }

  it('a fault in everything at once', async ({ skip }) => {
    if (missing) skip(missing);
    await survivesFault('http-server', 'all', { node });
    await survivesFault('http-client', 'all', { node });
    await survivesFault('express', 'all', { node });
    if (!noPostgres) await survivesFault('pg', 'all', { node });
  });

  it.for(['handler', 'end', 'close', 'timer', 'async', 'response end', 'client error', 'require'])(
    'an app that dies: %s',
    async (way, { skip }) => {
      if (missing) skip(missing);
      const env = { CRASH: way };
      const bare = await runScenario('crash', { node, env, hooked: false });
      const hooked = await runScenario('crash', { node, env });
      expect(bare.code).toBe(1);
      expect(hooked).toEqual({ ...bare, events: hooked.events });
    },
  );
});
