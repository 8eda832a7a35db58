import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ringBytes } from '../../../src/ring/layout.js';
import { RingWriter } from '../../../src/ring/writer.js';

const READER = join(import.meta.dirname, '../../../dist/src/ring/reader.js');

/** Reads until it has met `total` records, checking that each is whole and in order. */
const CONSUMER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { RingReader } = require(workerData.reader);
  const reader = new RingReader(workerData.shared);
  let taken = 0, last = 0, torn = 0;
  const done = new Int32Array(workerData.done);
  for (;;) {
    const finished = Atomics.load(done, 0) === 1;
    const n = reader.drain((r) => {
      taken++;
      // Every field is derived from the sequence number in startUs.
      const s = r.startUs;
      if (s <= last || r.durationUs !== s % 1000 || r.requestId !== s * 3 || r.signatureId !== s + 1 ||
          r.sourceId !== s + 2 || r.errorId !== s + 3 || r.status !== s % 600 || r.kind !== 1 + (s % 3)) torn++;
      last = s;
    });
    if (n === 0 && finished) break;
  }
  const dropped = reader.takeDropped(), recorded = reader.takeRecorded();
  parentPort.postMessage({ taken, torn, dropped, recorded });
`;

describe.skipIf(!existsSync(READER))('ring between two threads', () => {
  for (const capacity of [8, 1024, 16_384]) {
    it(`loses and tears nothing with ${capacity} slots`, async () => {
      const shared = new SharedArrayBuffer(ringBytes(capacity));
      const done = new SharedArrayBuffer(4);
      const worker = new Worker(CONSUMER, {
        eval: true,
        execArgv: [],
        workerData: { reader: READER, shared, done },
      });
      await once(worker, 'online');
      const writer = new RingWriter(shared);
      const total = 500_000;
      let refused = 0;
      for (let s = 1; s <= total; s++) {
        const kind = (1 + (s % 3)) as 1 | 2 | 3;
        if (!writer.write(kind, s % 600, s, s % 1000, s * 3, s + 1, s + 2, s + 3)) refused++;
      }
      const answer = once(worker, 'message');
      Atomics.store(new Int32Array(done), 0, 1);
      const [{ taken, torn, dropped, recorded }] = (await answer) as [
        {
          taken: number;
          torn: number;
          dropped: { request: number; query: number; call: number };
          recorded: { request: number; query: number; call: number };
        },
      ];
      await worker.terminate();
      expect(torn).toBe(0);
      expect(taken).toBe(total - refused);
      expect(taken).toBeGreaterThan(0);
      expect(dropped.request + dropped.query + dropped.call).toBe(refused);
      expect(recorded.request + recorded.query + recorded.call).toBe(total);
    });
  }
});
