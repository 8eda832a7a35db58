import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATABASE, IntervalUnion, WEB_SERVICE } from '../../../src/aggregate/intervals.js';

/** Counts covered whole µs one by one. */
function slowly(intervals: [number, number, number][], from: number, to: number) {
  let databaseUs = 0;
  let webServicesUs = 0;
  let anyUs = 0;
  for (let us = from; us < to; us++) {
    const at = (component: number): boolean =>
      intervals.some(([c, start, length]) => c === component && start <= us && us < start + length);
    if (at(DATABASE)) databaseUs++;
    if (at(WEB_SERVICE)) webServicesUs++;
    if (at(DATABASE) || at(WEB_SERVICE)) anyUs++;
  }
  return { databaseUs, webServicesUs, anyUs };
}

const interval = fc.tuple(
  fc.constantFrom(DATABASE, WEB_SERVICE),
  fc.integer({ min: 0, max: 120 }),
  fc.integer({ min: 0, max: 60 }),
);

describe('union of intervals', () => {
  it('equals counting every microsecond, in any order, reused between requests', () => {
    const union = new IntervalUnion();
    fc.assert(
      fc.property(
        // Beyond 64 the other sort is used.
        fc.oneof(
          fc.array(interval, { maxLength: 20 }),
          fc.array(interval, { minLength: 65, maxLength: 90 }),
        ),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 130 }),
        (intervals, from, length) => {
          union.clear();
          for (const [component, start, us] of intervals)
            union.add(component as 1, start, start + us);
          expect(union.covered(from, from + length)).toEqual(
            slowly(intervals, from, from + length),
          );
        },
      ),
    );
  });
});
