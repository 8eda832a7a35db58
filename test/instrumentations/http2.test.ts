import { describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { FAULTS, honoursContract, survivesFault } from './contract.js';
import { runScenario, unavailable } from './harness.js';

const UNUSED: readonly string[] = ['databaseSource', 'querySignature', 'recordQuery'];

describe.each(['22', '24', '26'])('HTTP/2, Node %s', async (version) => {
  const found = await nodeBinary(version);
  const missing = 'path' in found ? undefined : unavailable(found.reason);
  const node = 'path' in found ? found.path : undefined;

  const entries = version === '24' ? (['cjs', 'mjs'] as const) : (['cjs'] as const);
  it.for(entries)('%s', async (entry, { skip }) => {
    if (missing) skip(missing);
    await honoursContract('http2', 'http2', { node, entry });
  });

  // The channels are the same in all; so are the faults.
  const faults = version === '24' ? FAULTS.filter((fault) => !UNUSED.includes(fault)) : ['all'];
  it.for(faults)('a fault: %s', async (fault, { skip }) => {
    if (missing) skip(missing);
    await survivesFault('http2', fault, { node });
  });
});

it('Node 20 publishes nothing: the host runs as without us, and no line is printed', async ({
  skip,
}) => {
  const found = await nodeBinary('20');
  if (!('path' in found)) return skip(unavailable(found.reason));
  const bare = await runScenario('http2', { node: found.path, hooked: false });
  const hooked = await runScenario('http2', { node: found.path });
  expect(hooked).toEqual({ ...bare, events: hooked.events });
  expect(hooked.events.filter(({ kind }) => kind === 'diag')).toEqual([]);
});
