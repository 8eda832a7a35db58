import { indexOfUs } from '../../histogram/bucket-index.js';
import { Histogram } from '../../histogram/index.js';
import type { Apdex } from '../api-types.js';
import type { OperationView } from './operation-view.js';

export const DEFAULT_APDEX_THRESHOLD_MS = 500;
export const MAX_APDEX_THRESHOLD_MS = 60_000;

/**
 * Apdex of the requests of some endpoints together. Source: Apdex Technical Specification 1.1: satisfied up to T,
 * tolerating up to 4 T, failed requests frustrated. T falls into a histogram bucket, which counts whole.
 */
export function apdexOf(endpoints: Iterable<OperationView>, thresholdMs: number): Apdex {
  const succeeded = new Histogram();
  let calls = 0;
  for (const endpoint of endpoints) {
    endpoint.mergeSucceeded(succeeded);
    calls += endpoint.calls;
  }
  const satisfied = callsWithin(succeeded, thresholdMs * 1000);
  const tolerating = callsWithin(succeeded, thresholdMs * 4000) - satisfied;
  return {
    score: calls === 0 ? null : (satisfied + tolerating / 2) / calls,
    thresholdMs,
    satisfied,
    tolerating,
    frustrated: calls - satisfied - tolerating,
  };
}

function callsWithin(timings: Histogram, us: number): number {
  const { offset, counts } = timings.toExponential();
  const buckets = indexOfUs(us) - offset + 1;
  let calls = 0;
  for (let i = 0; i < buckets && i < counts.length; i++) calls += counts[i] as number;
  return calls;
}
