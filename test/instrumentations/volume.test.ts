import { describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { missingPostgres, runScenario, unavailable, type RecordedEvent } from './harness.js';

const noPostgres = await missingPostgres();
const own = process.versions.node.split('.')[0] as string;

interface Done {
  readonly requests: number;
  readonly aborted: number;
  readonly queries: number;
  readonly calls: number;
  readonly failed: number;
}

describe.each([...new Set([own, '20', '22', '24', '26'])])('volume, Node %s', async (version) => {
  const found = await nodeBinary(version);

  it.for(['cjs', 'mjs'] as const)(
    '%s: as many events as operations, each in its request',
    async (entry, { skip }) => {
      if (noPostgres) skip(noPostgres);
      if (!('path' in found)) skip(unavailable(found.reason));
      const { stdout, stderr, code, events } = await runScenario('volume', {
        entry,
        node: 'path' in found ? found.path : undefined,
      });
      expect([code, stderr]).toEqual([0, '']);
      const done = JSON.parse(stdout) as Done;
      expect(done.requests + done.aborted).toBe(1500);

      const requests = events.filter((event) => event.kind === 'request');
      const front = requests.filter((event) => String(event.target).startsWith('/work/'));
      expect(front.length).toBe(1500);
      expect(new Set(front.map((event) => event.target)).size).toBe(1500);
      expect(front.filter((event) => event.errorType === 'aborted').length).toBe(done.aborted);
      expect(requests.length - front.length).toBe(done.calls);

      const queries = events.filter((event) => event.kind === 'query');
      expect(queries.length).toBe(done.queries);
      expect(queries.filter((event) => event.errorType === '42601').length).toBe(done.failed);

      const calls = events.filter((event) => event.kind === 'call');
      const innerCalls = calls.filter((event) => String(event.call).includes('/inner/'));
      expect(innerCalls.length).toBe(done.calls);
      expect(innerCalls.every((event) => event.status === 200)).toBe(true);
      // The scenario's own clients, outside any request.
      expect(calls.length - innerCalls.length).toBe(1500);

      const targets = new Map(front.map((event) => [event.id, event.target]));
      const misplaced = [...queries, ...innerCalls].filter(
        (event) => targets.get(event.request) !== `/work/${workOf(event)}`,
      );
      expect(misplaced).toEqual([]);
      console.log(
        `Node ${version} ${entry}: ${requests.length + queries.length + calls.length} events for ` +
          `${1500 * 2 + done.calls * 2 + done.queries} operations`,
      );
    },
  );
});

/** Which request's number a query's text or a call's path carries. */
function workOf(event: RecordedEvent): string | undefined {
  return /a (\d+) z|\/inner\/(\d+)/
    .exec(String(event.text ?? event.call))
    ?.slice(1)
    .find(Boolean);
}
