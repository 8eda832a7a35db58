import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { survivesFault } from './contract.js';
import { missingPostgres, runScenario, unavailable, type RunOptions } from './harness.js';
import { plant, plantFaults, type Site } from './hook-points.js';
import { scenarios } from './scenarios.js';

const noPostgres = await missingPostgres();
const found = await nodeBinary('24');
const newest = 'path' in found ? found.path : undefined;
const { folder, sites, points } = plantFaults();

/** A point, in the hook in which it is passed; '' where it is passed outside of one. */
interface Place {
  readonly point: string;
  readonly during: string;
  readonly app: string;
  readonly options: RunOptions;
}

/** Node 24 publishes more than Node 20; what is hooked in its stead is hooked in 20 alone. */
const runs: { app: string; options: RunOptions }[] = [
  ...scenarios
    .filter(({ needsPostgres }) => !(needsPostgres && noPostgres))
    .map(({ app, env }) => ({ app, options: { env } })),
  ...(newest === undefined
    ? []
    : ['http2', 'http-client', 'http-tunnel'].map((app) => ({ app, options: { node: newest } }))),
];

/** Where each point was passed first. */
const places = new Map<string, Place>();
/** Channels and methods that were hooked. */
const hooked = new Set<string>();
for (const { app, options } of runs) {
  const { events } = await runScenario(app, { ...options, dist: folder, fault: 'none' });
  for (const { kind, name, during } of events) {
    if (kind === 'hook') hooked.add(String(name));
    if (kind !== 'point') continue;
    const place = { point: String(name), during: String(during), app, options };
    const key = `${place.point} during ${place.during}`;
    if (!places.has(key)) places.set(key, place);
  }
}
const isOf = (name: string, site: string): boolean => name.startsWith(`${site} of `);
const isComplete = noPostgres === undefined && newest !== undefined;

describe('every hook point', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is found in the code', () => {
    expect(sites.length).toBeGreaterThan(20);
    expect(points.length).toBeGreaterThan(20);
  });

  it('is passed by a scenario, so that a fault can be injected', ({ skip }) => {
    if (!isComplete) skip(unavailable('needs PostgreSQL and Node 24'));
    const passed = new Set([...places.values()].map(({ point }) => point));
    expect(points.filter((point) => !passed.has(point))).toEqual([]);
  });

  it('has its own statements under a guard', ({ skip }) => {
    if (!isComplete) skip(unavailable('needs PostgreSQL and Node 24'));
    const during = new Set([...places.values()].map((place) => place.during));
    const isFaulted = ({ id, points: inside }: Site): boolean =>
      points.includes(id) || inside.length > 0 || [...hooked].some((name) => isOf(name, id));
    expect(sites.filter((site) => !isFaulted(site))).toEqual([]);
    const inside = new Set(sites.flatMap((site) => (site.points.length > 0 ? [site.id] : [])));
    const unseen = [...hooked].filter(
      (name) => !during.has(name) && ![...inside].some((id) => isOf(name, id)),
    );
    expect(unseen).toEqual([]);
  });

  it.for([...places.values()])(
    '$point during $during, $app: a fault leaves the host unharmed',
    async ({ app, point, during, options }) => {
      await survivesFault(app, `${point}|${during}`, { ...options, dist: folder });
    },
  );
});

it('a hook without a guard is noticed', () => {
  const { sites: alone } = plant(
    'new.js',
    `(0, wrap_js_1.wrapMethod)(owner, 'go', (original) => function () { look(); return original(); });`,
  );
  expect(alone).toEqual([{ id: 'new wrapMethod in the file', points: [] }]);
});
