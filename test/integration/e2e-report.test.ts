/** `retrace report` beside a running app: the agent's numbers where there is one, a look without taking where not. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalReport, LocalReportTable } from '../../src/agent/index.js';
import { ROOT, startNode } from '../helpers/child.js';
import {
  expectedCounts,
  startApp,
  startPeer,
  visit,
  type App,
  type Peer,
} from '../helpers/e2e-app.js';
import { TestPlatform } from '../helpers/platform.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';

const ROUNDS = 8;
const postgres = await requireService('postgres');

describe.skipIf(postgres.reason)('retrace report', () => {
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

  const start = (name: string): Promise<App> => {
    if (postgres.service === undefined) throw new Error(postgres.reason);
    return startApp({
      framework: 'fastify',
      format: 'esm',
      postgres: postgres.service,
      peer,
      env: { ...platform.env(name), RETRACE_EXPORT_INTERVAL_SECONDS: '1' },
    });
  };

  async function report(): Promise<LocalReport> {
    const child = startNode([path.join(ROOT, 'dist/src/cli/main.js'), 'report', '--json'], {
      RETRACE_AGENT_SOCKET: platform.socketPath,
    });
    const { code } = await child.exit;
    expect(code, child.stderr()).toBe(0);
    return JSON.parse(child.stdout()) as LocalReport;
  }

  const calls = ({ rows }: LocalReportTable): Record<string, number> =>
    Object.fromEntries(rows.map((row) => [row.text ?? row.name, row.calls]));

  const servicesOf = async (name: string) =>
    (await report()).services.find(({ service }) => service === name);

  it('shows what the agent has seen: the same counts as the server', async () => {
    const app = await start('seen');
    const sent = await visit(app, ROUNDS);
    const seen = await until('the agent has it all', async () => {
      const service = await servicesOf('seen');
      return service?.endpoints.calls === sent ? service : undefined;
    });
    const expected = expectedCounts('fastify', ROUNDS);
    const all = { ...calls(seen.endpoints), ...calls(seen.queries) };
    for (const [name, count] of Object.entries(all)) {
      expect({ name, ...(expected[name] as object) }).toMatchObject({ name, calls: count });
    }
    expect(Object.keys(all)).toHaveLength(9);
    expect(seen.webServices.calls).toBe(2 * ROUNDS);
    await app.stop();
  });

  it('without an agent it looks and takes nothing: the next agent gets everything once', async () => {
    await platform.stopAgent();
    const app = await start('peeked');
    await visit(app, ROUNDS);
    const peeked = await servicesOf('peeked');
    expect(peeked?.endpoints.calls).toBeGreaterThan(0);
    await visit(app, ROUNDS);
    await platform.startAgent();
    await until(
      'the server has it all',
      async () => (await platform.requests('peeked')) >= 2 * ROUNDS * 5,
    );
    await app.stop();
    expect(await platform.counts('peeked')).toEqual(expectedCounts('fastify', 2 * ROUNDS));
  });
});
