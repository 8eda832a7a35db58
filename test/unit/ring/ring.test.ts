import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HEAD_OFFSET_BYTES,
  RECORDED_OFFSET_BYTES,
  ringBytes,
  TAIL_OFFSET_BYTES,
  WAKE_OFFSET_BYTES,
  type RecordKind,
  type RingRecord,
} from '../../../src/ring/layout.js';
import { RingReader } from '../../../src/ring/reader.js';
import { RingWriter } from '../../../src/ring/writer.js';

function write(writer: RingWriter, record: RingRecord): boolean {
  return writer.write(
    record.kind,
    record.status,
    record.startUs,
    record.durationUs,
    record.requestId,
    record.signatureId,
    record.sourceId,
    record.errorId,
  );
}

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anyRecord: fc.Arbitrary<RingRecord> = fc.record({
  kind: fc.constantFrom<RecordKind>(1, 2, 3),
  status: fc.integer({ min: 0, max: 0xffff }),
  startUs: fc.double({ noNaN: true }),
  durationUs: uint32,
  requestId: uint32,
  signatureId: uint32,
  sourceId: uint32,
  errorId: uint32,
});

/** Starts head and tail at any value, as if that many records had gone through before. */
function ringAt(capacity: number, position: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(ringBytes(capacity));
  const words = new Int32Array(shared);
  words[HEAD_OFFSET_BYTES / 4] = position | 0;
  words[TAIL_OFFSET_BYTES / 4] = position | 0;
  return shared;
}

describe('ring', () => {
  it('hands out what was written, in order, and drops the newest when full, whatever the history', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8, 64),
        fc.constantFrom(0, 5, 0x7fff_fffd, 0x8000_0000, 0xffff_fffe),
        fc.array(fc.oneof({ weight: 5, arbitrary: anyRecord }, fc.constant('drain' as const)), {
          maxLength: 300,
        }),
        (capacity, position, steps) => {
          const shared = ringAt(capacity, position);
          const writer = new RingWriter(shared);
          const reader = new RingReader(shared);
          const model: RingRecord[] = [];
          const recorded = { request: 0, query: 0, call: 0 };
          const dropped = { request: 0, query: 0, call: 0 };
          const names = ['request', 'query', 'call'] as const;
          for (const step of steps) {
            if (step === 'drain') {
              const seen: RingRecord[] = [];
              expect(reader.drain((record) => seen.push({ ...record }))).toBe(model.length);
              expect(seen).toEqual(model.splice(0));
            } else {
              const name = names[step.kind - 1] as 'request';
              recorded[name]++;
              const fits = model.length < capacity;
              expect(write(writer, step)).toBe(fits);
              if (fits) model.push(step);
              else dropped[name]++;
            }
            expect(reader.pending).toBe(model.length);
          }
          expect(reader.takeRecorded()).toEqual(recorded);
          expect(reader.takeDropped()).toEqual(dropped);
          expect(reader.takeDropped()).toEqual({ request: 0, query: 0, call: 0 });
        },
      ),
    );
  });

  it('counts on when the recorded counter wraps', () => {
    const shared = ringAt(8, 0);
    const words = new Int32Array(shared);
    words[RECORDED_OFFSET_BYTES / 4] = 0xffff_fffe | 0;
    const reader = new RingReader(shared);
    reader.takeRecorded();
    const writer = new RingWriter(shared);
    for (let i = 0; i < 5; i++) {
      writer.write(1, 200, i, 1, i + 1, 1, 0, 0);
      reader.drain(() => undefined);
    }
    expect(reader.takeRecorded().request).toBe(5);
  });

  it('lets the reader pause after each 256 records, with the room already free', () => {
    const shared = ringAt(1024, 0);
    const writer = new RingWriter(shared);
    for (let i = 0; i < 700; i++) writer.write(2, 0, i, 1, 1, 2, 0, 0);
    const reader = new RingReader(shared);
    const pending: number[] = [];
    expect(
      reader.drain(
        () => undefined,
        () => pending.push(reader.pending),
      ),
    ).toBe(700);
    expect(pending).toEqual([444, 188]);
  });

  it('wakes the reader at the watermark and not for every record', () => {
    const shared = ringAt(1024, 0);
    const writer = new RingWriter(shared);
    const words = new Int32Array(shared);
    const wakes = (): number => words[WAKE_OFFSET_BYTES / 4] as number;
    for (let i = 0; i < 512; i++) writer.write(2, 0, i, 1, 1, 2, 0, 0);
    expect(wakes()).toBe(0);
    writer.write(2, 0, 0, 1, 1, 2, 0, 0);
    expect(wakes()).toBe(1);
    for (let i = 0; i < 5000; i++) writer.write(2, 0, i, 1, 1, 2, 0, 0);
    expect(wakes()).toBeLessThanOrEqual(5);
    // An idle stretch: a drained ring is not announced again before it is half full.
    new RingReader(shared).drain(() => undefined);
    const before = wakes();
    for (let i = 0; i < 400; i++) writer.write(2, 0, i, 1, 1, 2, 0, 0);
    expect(wakes()).toBe(before);
  });
});
