import { Histogram } from '../../src/histogram/index.js';
import { publicIdOf } from '../../src/server/store/catalog.js';
import type {
  OperationIdentity,
  SeriesKind,
  SeriesPoint,
  ServiceWrite,
  TenantStore,
} from '../../src/server/store/store.js';

/**
 * A store as an operator's would look: services with endpoints, queries and calls over `days`. The last two
 * days are filled hour by hour, older ones with one point per series and day (that holds a day's values):
 * what the reports of 24 hours and 30 days read is dense either way.
 */
export interface SeedOptions {
  days: number;
  services: number;
  signatures: number;
  /** Signatures of one more service. */
  bigSignatures: number;
  nowMs: number;
  log(line: string): void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DENSE_HOURS = 48;
const ENDPOINTS = 40;
const RETENTION = { minuteDays: 8, days: 400 };

/** Deterministic: runs can be compared. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lognormal durations around a base, as databases show them. */
export function durations(random: () => number, baseUs: number, values: number): Histogram {
  const histogram = new Histogram();
  for (let i = 0; i < values; i++) {
    const normal = Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
    histogram.record(baseUs * Math.exp(normal * 0.5));
  }
  return histogram;
}

export function endpointOf(index: number): OperationIdentity {
  const name = `GET /area${index}/:id`;
  return {
    publicId: publicIdOf('endpoint', name),
    name,
    other: false,
    attributes: { method: 'GET', route: `/area${index}/:id` },
  };
}

export function queryOf(index: number): OperationIdentity {
  const text = `SELECT a, b, c FROM table_${index} JOIN other_${index % 37} ON x = y WHERE id = ? AND state IN (?) ORDER BY created LIMIT ?`;
  return {
    publicId: publicIdOf('query', String(index)),
    name: `SELECT table_${index}`,
    other: false,
    attributes: {
      text,
      operation: 'SELECT',
      collection: `table_${index}`,
      system: 'postgresql',
      namespace: 'shop',
      address: 'db.internal',
      port: 5432,
    },
  };
}

/** @returns points written, and how many series (operation, caller, outcome) they belong to. */
export async function seed(
  store: TenantStore,
  options: SeedOptions,
): Promise<{ points: number; series: number }> {
  const random = randomOf(1);
  const hourly = Array.from({ length: 200 }, (_, i) =>
    durations(random, 200 * 1.05 ** (i % 150), 40),
  );
  const daily = Array.from({ length: 200 }, (_, i) =>
    durations(random, 200 * 1.05 ** (i % 150), 960),
  );
  const pick = (from: readonly Histogram[], index: number): Histogram =>
    from[index % from.length] as Histogram;
  let written = 0;
  let series = 0;
  const lastHour = Math.floor(options.nowMs / HOUR_MS) * HOUR_MS;
  const firstDense = lastHour - DENSE_HOURS * HOUR_MS;
  const times: { timeMs: number; templates: readonly Histogram[] }[] = [];
  for (let t = lastHour - options.days * DAY_MS; t < firstDense; t += DAY_MS) {
    times.push({ timeMs: t, templates: daily });
  }
  for (let t = firstDense; t <= lastHour; t += HOUR_MS)
    times.push({ timeMs: t, templates: hourly });

  for (let s = 0; s <= options.services; s++) {
    const big = s === options.services;
    const signatures = big ? options.bigSignatures : options.signatures;
    if (signatures === 0) continue;
    for (const [n, { timeMs, templates }] of times.entries()) {
      const points: SeriesPoint[] = [];
      const add = (
        kind: SeriesKind,
        operation: OperationIdentity,
        caller: OperationIdentity | undefined,
        index: number,
        errorType: string,
      ): void => {
        points.push({
          kind,
          operation,
          caller,
          minuteMs: timeMs,
          timings: pick(templates, index),
          outcome: { status: kind === 'endpoint' ? 200 : 0, errorType },
        });
      };
      for (let e = 0; e < ENDPOINTS; e++) add('endpoint', endpointOf(e), undefined, e + n, '');
      for (let q = 0; q < signatures; q++) {
        const identity = queryOf(q);
        add('query', identity, endpointOf(q % ENDPOINTS), q + n, '');
        // Every second query is also run by another endpoint, some fail.
        if (q % 2 === 0) add('query', identity, endpointOf((q + 7) % ENDPOINTS), q + n + 3, '');
        if (q % 20 === 0) add('query', identity, endpointOf(q % ENDPOINTS), q, '23505');
      }
      const write: ServiceWrite = {
        service: {
          name: big ? 'big' : `service-${s}`,
          namespace: '',
          environment: 'production',
          agent: false,
        },
        version: '1.0.0',
        instance: { key: `instance-${s}`, version: '1.0.0', hostName: 'host', runtime: 'nodejs' },
        seenMs: timeMs,
        points,
      };
      await store.commit([{ key: undefined, receivedMs: timeMs, writes: [write] }]);
      written += points.length;
      if (n === 0) series += points.length;
      if (n % 10 === 9) await store.maintain(options.nowMs, RETENTION);
    }
    await store.maintain(options.nowMs, RETENTION);
    options.log(`seeded service ${s + 1} of ${options.services + 1}`);
  }
  return { points: written, series };
}
