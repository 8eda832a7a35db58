import type { ExponentialPoint, MetricsRequest } from '../../src/protocol/types.js';
import { durations, randomOf } from './seed.js';

const ENDPOINTS = 40;

/** One window of a service as its runtime sends it: `series` queries, spread over its endpoints. */
export function ingestRequest(service: string, series: number, timeMs: number): MetricsRequest {
  const random = randomOf(timeMs);
  const timeUnixNano = BigInt(timeMs) * 1_000_000n;
  const points: ExponentialPoint[] = [];
  for (let i = 0; i < series; i++) {
    const histogram = durations(random, 500 + i, 5);
    const { scale, offset, counts } = histogram.toExponential();
    points.push({
      startTimeUnixNano: timeUnixNano - 10_000_000_000n,
      timeUnixNano,
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'shop',
        'server.address': 'db.internal',
        'server.port': 5432,
        'db.operation.name': 'SELECT',
        'db.collection.name': `live_${i}`,
        'db.query.summary': `SELECT live_${i}`,
        'db.query.text': `SELECT a, b, c FROM live_${i} WHERE id = ? AND state IN (?)`,
        'retrace.query.hash': i.toString(16).padStart(16, '0'),
        'retrace.endpoint': `GET /area${i % ENDPOINTS}/:id`,
      },
      count: histogram.count,
      sum: histogram.sumUs / 1e6,
      scale,
      zeroCount: 0,
      positiveOffset: offset,
      positiveCounts: counts,
      min: histogram.minUs / 1e6,
      max: histogram.maxUs / 1e6,
    });
  }
  return {
    resourceMetrics: [
      {
        resource: { 'service.name': service, 'deployment.environment.name': 'production' },
        scopeName: 'retrace',
        scopeVersion: '0.1.0',
        metrics: [
          {
            name: 'db.client.operation.duration',
            unit: 's',
            kind: 'exponentialHistogram',
            temporality: 'delta',
            points,
          },
        ],
      },
    ],
  };
}
