/** What a process measures of itself, from a real app under the runtime to the answer of the server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import type { RuntimeAnswer } from '../../src/server/api-types.js';
import { startNode, type Child } from '../helpers/child.js';
import { TestPlatform } from '../helpers/platform.js';
import { until } from '../helpers/until.js';

const APP = 'test/fixtures/apps/busy-then-done.cjs';
const nodes: { version: string; path?: string; reason?: string }[] = [];
for (const version of ['20', '22', '24', '26']) {
  nodes.push({ version, ...(await nodeBinary(version)) });
}

const platform = new TestPlatform();
beforeAll(() => platform.start());
afterAll(() => platform.close());

async function runtimeOf(name: string): Promise<RuntimeAnswer | undefined> {
  const range = `from=${Date.now() - 120_000}&to=${Date.now() + 60_000}`;
  const { services } = await platform.services();
  const id = services.find((service) => service.name === name)?.id;
  return id === undefined
    ? undefined
    : platform.get<RuntimeAnswer>(`/api/services/${id}/runtime?${range}`);
}

/** Ends an app and gives what it saw of itself then. */
async function endOf(child: Child): Promise<string> {
  child.process.send('end');
  const [line] = await child.match(/^\{.*\}$/m);
  // By itself: nothing of ours holds it.
  expect(await child.exit).toEqual({ code: 0, signal: null });
  return line;
}

describe('what a process measures of itself', () => {
  it.each(nodes.filter(({ reason }) => reason === undefined))(
    'is stored, and the app notices nothing: Node $version',
    async ({ version, path }) => {
      const name = `busy-${version}`;
      const env = { ...platform.env(name), RETRACE_EXPORT_INTERVAL_SECONDS: '1' };
      const app = startNode(['--require', 'retrace/register', APP], env, path);
      const answer = await until(
        'the figures are stored',
        async () => {
          const found = await runtimeOf(name);
          const total = found?.instances[0]?.total;
          const complete = (total?.eventLoopUtilization?.max ?? 0) > 0;
          return complete && (total?.eventLoopDelay?.maxUs ?? 0) > 200_000 && found;
        },
        60_000,
      );
      expect(await endOf(app)).toBe(await endOf(startNode([APP], {}, path)));

      const { total, ...instance } = answer.instances[0]!;
      expect(instance.runtime).toMatch(new RegExp(`^nodejs ${version}\\.`));
      // A fifth of the time and the blocks, more where others run.
      expect(total.eventLoopUtilization!.mean).toBeGreaterThan(0.1);
      expect(total.eventLoopUtilization!.max).toBeLessThanOrEqual(1);
      expect(total.eventLoopDelay!.minUs).toBeLessThan(100_000);
      expect(total.eventLoopDelay!.p99Us).toBeGreaterThanOrEqual(total.eventLoopDelay!.p50Us);
      expect(total.cpu!.mean).toBeGreaterThan(0.05);
      expect(total.heapUsedBytes!.mean).toBeGreaterThan(1e6);
      expect(total.heapLimitBytes!.mean).toBeGreaterThan(total.heapUsedBytes!.max);
      expect(total.memoryBytes!.mean).toBeGreaterThan(total.heapUsedBytes!.mean);
      expect(answer.chart.at(-1)).toMatchObject({ instances: 1 });
    },
    90_000,
  );
});
