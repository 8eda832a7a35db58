/**
 * The whole path on real parts: app under the runtime → agent → server → report API. What was sent is what the
 * reports show, for every row and caller, on each Node version, module format and framework.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import {
  expectedCounts,
  startApp,
  startPeer,
  visit,
  type Format,
  type Framework,
  type Peer,
} from '../helpers/e2e-app.js';
import { TestPlatform } from '../helpers/platform.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';

const ROUNDS = 20;
const postgres = await requireService('postgres');

const nodes: { version: string; path?: string; reason?: string }[] = [];
for (const version of ['20', '22', '24', '26']) {
  const found = await nodeBinary(version);
  if ('reason' in found && process.env.RETRACE_REQUIRE_SERVICES === '1')
    throw new Error(found.reason);
  nodes.push({ version, ...found });
}

const variants: { framework: Framework; format: Format }[] = [];
for (const format of ['cjs', 'esm'] as const) {
  for (const framework of ['http', 'express4', 'express5', 'fastify'] as const) {
    variants.push({ framework, format });
  }
}

describe.skipIf(postgres.reason)('counts over the whole path', () => {
  const platform = new TestPlatform();
  let peer: Peer;

  beforeAll(async () => {
    await platform.start();
    peer = await startPeer();
  });

  afterAll(async () => {
    peer?.close();
    await platform.close();
    await postgres.service?.stop();
  });

  for (const node of nodes) {
    describe.skipIf(node.reason)(
      `Node ${node.version}${node.reason ? `: ${node.reason}` : ''}`,
      () => {
        it.each(variants)('$framework, $format', async ({ framework, format }) => {
          if (postgres.service === undefined) throw new Error(postgres.reason);
          const name = `${framework}-${format}-${node.version}`;
          const app = await startApp({
            framework,
            format,
            postgres: postgres.service,
            peer,
            // Short windows: they are waited for below.
            env: { ...platform.env(name), RETRACE_EXPORT_INTERVAL_SECONDS: '1' },
            node: node.path,
          });
          const callsBefore = peer.calls();
          const sent = await visit(app, ROUNDS);
          expect(peer.calls() - callsBefore).toBe(ROUNDS);
          // Not left to the end of the process: how much it may lose is another test's question.
          await until(`${name} is complete`, async () => (await platform.requests(name)) >= sent);
          await app.stop('SIGTERM');
          // What came after that would be too much.
          await platform.settled();
          expect(await platform.counts(name)).toEqual(expectedCounts(framework, ROUNDS));
        });
      },
    );
  }

  it('knows of no loss', async () => {
    expect((await platform.services()).losses).toEqual([]);
  });
});
