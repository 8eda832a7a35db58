import { describe, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { FAULTS, honoursContract, survivesFault } from './contract.js';
import { unavailable } from './harness.js';

const UNUSED: readonly string[] = ['databaseSource', 'querySignature', 'recordQuery'];

describe.each(['24', '26'])('a proxy that Node itself uses, Node %s', async (version) => {
  const found = await nodeBinary(version);
  const missing = 'path' in found ? undefined : unavailable(found.reason);
  const node = 'path' in found ? found.path : undefined;

  it.for(['cjs', 'mjs'] as const)('%s', async (entry, { skip }) => {
    if (missing) skip(missing);
    await honoursContract('http-tunnel', 'http-tunnel', { node, entry });
  });

  const faults = version === '24' ? FAULTS.filter((fault) => !UNUSED.includes(fault)) : ['all'];
  it.for(faults)('a fault: %s', async (fault, { skip }) => {
    if (missing) skip(missing);
    await survivesFault('http-tunnel', fault, { node });
  });
});
