import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../../src/record/recorder.js';
import { ringBytes, type RingRecord } from '../../../src/ring/layout.js';
import { RingReader } from '../../../src/ring/reader.js';
import { RingWriter } from '../../../src/ring/writer.js';
import type { DictionaryEntry } from '../../../src/signature/dictionary.js';
import { SignatureTable } from '../../../src/signature/intern.js';
import { openStatements } from '../../../src/signature/statements.js';

function setUp() {
  const shared = new SharedArrayBuffer(ringBytes(64));
  const entries: DictionaryEntry[] = [];
  const reader = new RingReader(shared);
  const recorder = createRecorder(
    new RingWriter(shared),
    new SignatureTable({ openStatements, onEntry: (entry) => entries.push(entry) }),
  );
  const records = (): RingRecord[] => {
    const all: RingRecord[] = [];
    reader.drain((record) => all.push({ ...record }));
    return all;
  };
  const text = (kind: DictionaryEntry['kind'], id: number): DictionaryEntry | undefined =>
    entries.find((entry) => entry.kind === kind && entry.id === id);
  return { recorder, records, text };
}

describe('recorder', () => {
  it('records a request with its endpoint, once', () => {
    const { recorder, records, text } = setUp();
    const scope = recorder.openRequest('GET');
    scope.route = '/orders/:id';
    recorder.closeRequest(scope, '/orders/7?token=secret', 200, undefined);
    recorder.closeRequest(scope, '/orders/7', 500, 'aborted');
    const [record, ...more] = records();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ kind: 1, status: 200, requestId: scope.id, errorId: 0 });
    expect(text('endpoint', record!.signatureId)).toMatchObject({ endpoint: 'GET /orders/:id' });
    expect(scope.open).toBe(false);
  });

  it('names an endpoint without a route by its template, without its query', () => {
    const { recorder, records, text } = setUp();
    recorder.closeRequest(recorder.openRequest('GET'), '/users/4711?x=hunter2', 200, undefined);
    const entry = text('endpoint', records()[0]!.signatureId);
    expect(JSON.stringify(entry)).not.toMatch(/4711|hunter2/);
  });

  it.each([
    ['request', 200, undefined, undefined],
    ['request', 499, undefined, undefined],
    ['request', 500, undefined, '500'],
    ['request', 200, 'aborted', 'aborted'],
    ['call', 399, undefined, undefined],
    ['call', 404, undefined, '404'],
    ['call', 0, 'ECONNREFUSED', 'ECONNREFUSED'],
  ] as const)('a %s with status %i and error %s has error.type %s', (kind, status, error, type) => {
    const { recorder, records, text } = setUp();
    if (kind === 'request') recorder.closeRequest(recorder.openRequest('GET'), '/', status, error);
    else {
      const call = recorder.callSignature('GET', 'a', '/');
      recorder.recordCall(undefined, recorder.nowUs(), call, 0, status, error);
    }
    const { errorId } = records()[0]!;
    expect(text('error', errorId)).toEqual(
      type === undefined ? undefined : { kind: 'error', id: errorId, errorType: type },
    );
  });

  it('measures from the given start until now, in µs', async () => {
    const { recorder, records } = setUp();
    const query = recorder.querySignature('SELECT 1', 'postgresql');
    const start = recorder.nowUs();
    await delay(20);
    recorder.recordQuery(undefined, start, query, 0, undefined);
    const elapsed = recorder.nowUs() - start;
    const { durationUs, startUs, requestId } = records()[0]!;
    expect(durationUs).toBeGreaterThan(18_000);
    expect(durationUs).toBeLessThanOrEqual(elapsed + 1);
    expect(startUs).toBe(start);
    expect(requestId).toBe(0);
  });

  it('survives broken times: NaN, the future, the far past', () => {
    const { recorder, records } = setUp();
    for (const start of [NaN, Infinity, -Infinity, -1e15, 1e15]) {
      recorder.recordQuery(undefined, start, 2, 0, undefined);
    }
    const durations = records().map((record) => record.durationUs);
    expect(durations).toEqual([0, 0, 0xffff_ffff, 0xffff_ffff, 0]);
  });

  it('carries the scope through promises and timers, and not beyond the function it was run in', async () => {
    const { recorder } = setUp();
    const scope = recorder.openRequest('GET');
    const other = recorder.openRequest('POST');
    const seen = recorder.runInRequest(scope, async () => {
      await delay(1);
      recorder.runInRequest(other, () => expect(recorder.activeRequest()).toBe(other));
      return recorder.activeRequest();
    });
    expect(recorder.activeRequest()).toBeUndefined();
    expect(await seen).toBe(scope);
  });

  it('passes this, arguments, result and the very error through', () => {
    const { recorder } = setUp();
    const scope = recorder.openRequest('GET');
    const self = {};
    function echo(this: unknown, ...args: unknown[]): unknown[] {
      return [this, recorder.activeRequest(), ...args];
    }
    expect(recorder.applyInRequest(scope, echo, self, [1, 2])).toEqual([self, scope, 1, 2]);
    const error = new Error('host');
    const fail = (): never => {
      throw error;
    };
    for (const run of [
      () => recorder.runInRequest(scope, fail),
      () => recorder.applyInRequest(scope, fail, self, []),
    ]) {
      let caught: unknown;
      try {
        run();
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBe(error);
      expect(recorder.activeRequest()).toBeUndefined();
    }
  });

  it('gives every request its own id', () => {
    const { recorder } = setUp();
    const ids = Array.from({ length: 1000 }, () => recorder.openRequest('GET').id);
    expect(new Set(ids).size).toBe(1000);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });
});
