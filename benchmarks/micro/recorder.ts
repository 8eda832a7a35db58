/**
 * `npx tsx benchmarks/micro/recorder.ts` (after `npm run build:runtime`): what one record costs the host's thread
 * and what it costs the worker, on the compiled output. Median of 9 rounds, ns per operation.
 */
import { performance } from 'node:perf_hooks';
import { Aggregator } from '../../dist/src/aggregate/aggregator.js';
import { RequestTracker } from '../../dist/src/aggregate/request-tracker.js';
import { nowUs } from '../../dist/src/core/clock.js';
import { createRecorder } from '../../dist/src/record/recorder.js';
import { ringBytes } from '../../dist/src/ring/layout.js';
import { RingReader } from '../../dist/src/ring/reader.js';
import { RingWriter } from '../../dist/src/ring/writer.js';
import { SignatureTable } from '../../dist/src/signature/intern.js';
import { openStatements } from '../../dist/src/signature/statements.js';

const CAPACITY = 65_536;
const shared = new SharedArrayBuffer(ringBytes(CAPACITY));
const writer = new RingWriter(shared);
const reader = new RingReader(shared);
const signatures = new SignatureTable({ openStatements, onEntry: () => undefined });
const recorder = createRecorder(writer, signatures);
const empty = (): void => void reader.drain(() => undefined);

/** `run` may write up to CAPACITY records per round; the ring is emptied between rounds. */
function measure(
  name: string,
  operations: number,
  run: () => void,
  after: () => void = empty,
): void {
  const rounds: number[] = [];
  for (let round = 0; round < 9; round++) {
    const start = performance.now();
    run();
    rounds.push(((performance.now() - start) * 1e6) / operations);
    after();
  }
  rounds.sort((a, b) => a - b);
  console.log(`${name.padEnd(58)} ${(rounds[4] ?? NaN).toFixed(1).padStart(8)} ns`);
}

const statement = 'SELECT id, total FROM orders WHERE customer_id = $1 AND state = $2';
const source = recorder.databaseSource('postgresql', 'shop', 'db', 5432);
const queryId = recorder.querySignature(statement, 'postgresql');

measure('ring: write', CAPACITY, () => {
  for (let i = 0; i < CAPACITY; i++) writer.write(2, 0, i, 5, 1, queryId, source, 0);
});
measure('clock: nowUs', 100_000, () => {
  for (let i = 0; i < 100_000; i++) nowUs();
});
measure('recorder: querySignature of a known statement', 100_000, () => {
  for (let i = 0; i < 100_000; i++) recorder.querySignature(statement, 'postgresql');
});
measure('recorder: recordQuery (one clock read)', CAPACITY, () => {
  const start = recorder.nowUs();
  for (let i = 0; i < CAPACITY; i++)
    recorder.recordQuery(undefined, start, queryId, source, undefined);
});
measure('recorder: a whole query (clock, signature, scope, record)', CAPACITY, () => {
  for (let i = 0; i < CAPACITY; i++) {
    const start = recorder.nowUs();
    const id = recorder.querySignature(statement, 'postgresql');
    recorder.recordQuery(recorder.activeRequest(), start, id, source, undefined);
  }
});
measure('recorder: a whole request (open, enter, close by route)', CAPACITY, () => {
  for (let i = 0; i < CAPACITY; i++) {
    const scope = recorder.openRequest('GET');
    recorder.runInRequest(scope, () => undefined);
    scope.route = '/orders/:id';
    recorder.closeRequest(scope, '/orders/7', 200, undefined);
  }
});

const fill = (): void => {
  for (let request = 1; request <= CAPACITY / 4; request++) {
    const endpoint = 2 + (request % 20);
    writer.write(2, 0, request * 10, 4, request, 2 + (request % 50), 1, 0);
    writer.write(2, 0, request * 10 + 5, 4, request, 2 + (request % 49), 1, 0);
    writer.write(3, 200, request * 10 + 3, 5, request, 2 + (request % 5), 2, 0);
    writer.write(1, 200, request * 10, 20, request, endpoint, 0, 0);
  }
};
fill();
measure('worker: ring reader alone', CAPACITY, empty, fill);
const aggregator = new Aggregator(4000);
const tracker = new RequestTracker(aggregator);
measure(
  'worker: read, join with requests, aggregate',
  CAPACITY,
  () => void reader.drain((record) => tracker.take(record)),
  fill,
);
