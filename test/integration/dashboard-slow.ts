/** Slow requests of the little shop, as its runtime would have sent them. */
import type { Attributes } from '../../src/protocol/types.js';
import { callAttributes, queryAttributes, SHOP_ENDPOINTS } from './dashboard-data.js';
import type { TestServer } from './server-harness.js';
import { slowRequest, tracesOf, type ChildShape, type SlowShape } from './waterfall-requests.js';

/** @param minutesBack when they began; one slow request of each endpoint with children each. */
export async function seedSlow(server: TestServer, minutesBack: readonly number[]): Promise<void> {
  for (const back of minutesBack) {
    const shapes = SHOP_ENDPOINTS.flatMap(({ method, route, ownMs, queries, calls = [] }) => {
      const endpoint = `${method} ${route}`;
      let atUs = ownMs * 500;
      const next = (durationUs: number): { startUs: number; durationUs: number } => {
        const startUs = Math.round(atUs);
        atUs += durationUs * 1.1;
        return { startUs, durationUs: Math.round(durationUs) };
      };
      const children: ChildShape[] = [];
      for (const { sql, runs, ms } of queries) {
        for (let run = 0; run < runs; run++) {
          const attributes = queryAttributes(sql, endpoint);
          children.push({ attributes, ...next(ms * (1000 + 37 * back)) });
        }
      }
      for (const [i, call] of calls.entries()) {
        const failed = i === 1 && back % 2 === 0;
        const outcome: Attributes = failed
          ? { 'http.response.status_code': 503, 'error.type': '503' }
          : { 'http.response.status_code': 200 };
        const attributes = { ...callAttributes(call, endpoint), ...outcome };
        children.push({ attributes, error: failed, ...next(call.ms * (1000 + 37 * back)) });
      }
      if (children.length === 0) return [];
      const shape: SlowShape = {
        endpoint,
        timeMs: Date.now() - back * 60_000,
        durationUs: Math.round(atUs + ownMs * 500),
        attributes: { 'http.response.status_code': 200 },
        children,
      };
      return [shape];
    });
    const answer = await server.sendTraces(tracesOf(shapes.flatMap(slowRequest)));
    if (answer.status !== 200) throw new Error(`ingest answered ${answer.status}`);
  }
}
