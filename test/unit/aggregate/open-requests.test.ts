import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenRequests } from '../../../src/aggregate/open-requests.js';

/** Requests that share a place, and those around the end of the ids. */
const IDS = [1, 2, 3, 16_385, 16_386, 32_769, 2 ** 32 - 1, 2 ** 32 - 2, 2 ** 31];

describe('open requests', () => {
  it('keeps requests apart that share a place', () => {
    const table = new OpenRequests<{ id: number; name: string }>();
    const early = { id: 7, name: 'early' };
    const late = { id: 7 + 16_384, name: 'late' };
    table.add(early);
    table.add(late);
    expect([table.get(7), table.get(7 + 16_384)]).toEqual([early, late]);
    expect(table.oldest()).toBe(early);
    table.delete(early);
    expect([table.get(7), table.oldest(), table.size]).toEqual([undefined, late, 1]);
  });

  it('finds the oldest across the end of the ids, also when an older one comes later', () => {
    const table = new OpenRequests();
    table.add({ id: 1 });
    table.add({ id: 2 ** 32 - 1 });
    table.add({ id: 2 });
    expect(table.oldest()?.id).toBe(2 ** 32 - 1);
    table.delete(table.oldest() as { id: number });
    expect(table.oldest()?.id).toBe(1);
    table.delete(table.oldest() as { id: number });
    expect(table.oldest()?.id).toBe(2);
    table.delete(table.oldest() as { id: number });
    expect(table.oldest()).toBeUndefined();
  });

  it('answers as a Map does, whatever comes and goes', () => {
    const step = fc.record({ id: fc.constantFrom(...IDS), add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new OpenRequests();
        const model = new Map<number, { id: number }>();
        for (const { id, add } of steps) {
          const known = model.get(id);
          if (add && known === undefined) {
            const entry = { id };
            model.set(id, entry);
            table.add(entry);
          } else if (!add && known !== undefined) {
            model.delete(id);
            table.delete(known);
          }
          expect(table.size).toBe(model.size);
          for (const one of IDS) expect(table.get(one)).toBe(model.get(one));
          expect(new Set(table.all())).toEqual(new Set(model.values()));
          expect(table.oldest() === undefined).toBe(model.size === 0);
        }
      }),
    );
  });
});
