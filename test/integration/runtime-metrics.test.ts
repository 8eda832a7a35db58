/** What a process measures of itself, from a real app under the runtime to the answer of the server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import type { GcFigures, RuntimeAnswer, RuntimePoint } from '../../src/server/api-types.js';
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

interface Counted {
  counts: Partial<Record<GcFigures['type'], number>>;
  totalMs: number;
  minorByProfiler: number;
}

/** Runs an app that counts its collections itself, until the server knows of the time after it. */
async function collecting(name: string, path: string | undefined, args: string[]) {
  const env = { ...platform.env(name), RETRACE_EXPORT_INTERVAL_SECONDS: '1' };
  const file = 'test/fixtures/apps/collecting.cjs';
  const nodeArgs = ['--expose-gc', '--require', 'retrace/register', file, ...args];
  const app = startNode(nodeArgs, env, path);
  const [line] = await app.match(/^\{.*\}$/m);
  const counted = JSON.parse(line) as Counted;
  const endMs = Date.now();
  const seen = await until(
    'the last collections are stored',
    async () => {
      const found = (await runtimeOf(name))?.instances[0];
      return found !== undefined && found.lastSeenMs > endMs + 3000 && found.total;
    },
    60_000,
  );
  app.process.send('end');
  await app.exit;
  return { counted, seen };
}

const countOf = ({ gc }: RuntimePoint, wanted: GcFigures['type']): number =>
  gc.find(({ type }) => type === wanted)?.count ?? 0;

describe('garbage collections', () => {
  it.each(nodes.filter(({ reason }) => reason === undefined))(
    'are as many as the app counts itself, and its own profiler works: Node $version',
    async ({ version, path }) => {
      const { counted, seen } = await collecting(`collecting-${version}`, path, ['300', '5']);
      const { counts, totalMs, minorByProfiler } = counted;
      expect(counts.minor).toBeGreaterThan(1);
      expect(counts.major).toBeGreaterThan(3);
      // Its own do not disturb each other. The profiler leaves out what one collection has within another.
      expect(minorByProfiler).toBeGreaterThan(0.8 * counts.minor!);
      expect(seen.gcUnobservedSeconds).toBe(0);
      expect(seen.gcObservedSeconds).toBeGreaterThan(5);
      // We begin before the app does and go on after it.
      for (const type of ['minor', 'major'] as const) {
        expect(countOf(seen, type)).toBeGreaterThanOrEqual(0.8 * counts[type]!);
        expect(countOf(seen, type)).toBeLessThanOrEqual(counts[type]! + 8);
      }
      const totalUs = seen.gc.reduce((sum, one) => sum + one.totalUs, 0);
      expect(totalUs / 1000 / totalMs).toBeGreaterThan(0.6);
      expect(totalUs / 1000 / totalMs).toBeLessThan(1.8);
    },
    90_000,
  );

  it('too many to be read are told by the share of time that was observed', async () => {
    const { counted, seen } = await collecting('storm', undefined, ['100', '10', '8']);
    const perSecond = counted.counts.minor! / 10;
    expect(perSecond).toBeGreaterThan(55);
    expect(seen.gcUnobservedSeconds).toBeGreaterThan(1);
    expect(countOf(seen, 'minor')).toBeLessThan(0.9 * counted.counts.minor!);
    expect(countOf(seen, 'minor')).toBeGreaterThan(10);
  }, 90_000);
});

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
