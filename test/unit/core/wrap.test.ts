import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGuard } from '../../../src/core/guard.js';
import { createDiag } from '../../../src/core/diag.js';
import {
  interceptReads,
  observeFirstAssignment,
  observeReads,
  wrapMethod,
} from '../../../src/core/wrap.js';
import { createSlot, keepWhole } from '../../../src/core/slot.js';

const lines: string[] = [];
const newGuard = () =>
  createGuard(
    'thing',
    '1.2.3',
    createDiag((line) => lines.push(line)),
  );

describe('createSlot', () => {
  it('keeps a value that no reflection shows', () => {
    const slot = createSlot<number>();
    const target = { a: 1 };
    expect(slot.get(target)).toBeUndefined();
    slot.set(target, 5);
    slot.set(target, 6);
    expect(slot.get(target)).toBe(6);
    expect(Reflect.ownKeys(target)).toEqual(['a']);
    expect({ ...target }).toEqual({ a: 1 });
    expect(createSlot<number>().get(target)).toBeUndefined();
  });

  it('takes frozen objects and functions', () => {
    const slot = createSlot<string>();
    const frozen = Object.freeze({});
    const fn = (): void => undefined;
    slot.set(frozen, 'x');
    slot.set(fn, 'y');
    expect([slot.get(frozen), slot.get(fn)]).toEqual(['x', 'y']);
  });
});

describe('keepWhole', () => {
  it('calls the step it was made for, without a this, and lets its error through', () => {
    const calls: unknown[] = [];
    const first = keepWhole(function (this: unknown, target, value: number) {
      calls.push(['first', this, target, value]);
    });
    const second = keepWhole<string>(() => {
      throw new TypeError('twice');
    });
    const target = {};
    first(target, 1);
    expect(() => second(target, 'x')).toThrow('twice');
    first(target, 2);
    expect(calls).toEqual([
      ['first', undefined, target, 1],
      ['first', undefined, target, 2],
    ]);
  });
});

describe('observeReads', () => {
  class Thing extends EventEmitter {}

  it('sees each call through an instance and yields the identical method', () => {
    const seen: object[] = [];
    const undo = observeReads(Thing.prototype, 'emit', newGuard(), (self) => seen.push(self));
    const thing = new Thing();
    const got: unknown[] = [];
    thing.on('x', (value) => got.push(value));
    expect(thing.emit('x', 1)).toBe(true);
    expect(thing.emit).toBe(EventEmitter.prototype.emit);
    expect(got).toEqual([1]);
    expect(seen).toEqual([thing, thing]);
    undo();
    expect(Object.hasOwn(Thing.prototype, 'emit')).toBe(false);
    thing.emit('x', 2);
    expect(seen.length).toBe(2);
  });

  it('adds no frame to what is thrown below', () => {
    const traceOf = (): string => {
      const thing = new Thing();
      thing.on('x', () => {
        throw new Error('trace');
      });
      try {
        thing.emit('x');
      } catch (error) {
        return String((error as Error).stack).replaceAll(/:\d+:\d+/g, '');
      }
      return '';
    };
    const before = traceOf();
    const undo = observeReads(Thing.prototype, 'emit', newGuard(), () => undefined);
    expect(traceOf()).toBe(before);
    undo();
  });

  it('keeps assignment what it was: own on instances, replacing on the prototype', () => {
    let reads = 0;
    const undo = observeReads(Thing.prototype, 'emit', newGuard(), () => reads++);
    const thing = new Thing();
    const mine = (): boolean => false;
    thing.emit = mine;
    expect(thing.emit).toBe(mine);
    expect(Object.keys(thing)).toContain('emit');
    const prototype = Thing.prototype as unknown as Record<string, unknown>;
    prototype.emit = mine;
    expect(new Thing().emit).toBe(mine);
    expect(reads).toBe(1);
    undo();
    expect(Thing.prototype.emit).toBe(mine);
    delete prototype.emit;
  });

  it('is not blinded by a wrapper that took the method from the prototype', () => {
    let reads = 0;
    const undo = observeReads(Thing.prototype, 'emit', newGuard(), () => reads++);
    const taken = Thing.prototype.emit;
    Object.defineProperty(Thing.prototype, 'emit', {
      configurable: true,
      writable: true,
      value(this: Thing, ...args: [string]) {
        return taken.apply(this, args);
      },
    });
    const thing = new Thing();
    expect(thing.emit('nothing')).toBe(false);
    expect(reads).toBe(1);
    expect([taken.name, taken.length]).toEqual(['emit', 1]);
    undo();
    delete (Thing.prototype as unknown as Record<string, unknown>).emit;
  });

  it('follows a later replacement of an inherited method', () => {
    const base = { greet: () => 'old' };
    const owner = Object.create(base) as typeof base;
    let reads = 0;
    observeReads(owner, 'greet', newGuard(), () => reads++);
    const instance = Object.create(owner) as typeof base;
    expect(instance.greet()).toBe('old');
    base.greet = () => 'new';
    expect(instance.greet()).toBe('new');
    expect(reads).toBe(2);
  });

  it('switches itself off after repeated failures, with one line that names the library', () => {
    lines.length = 0;
    const guard = newGuard();
    let calls = 0;
    const undo = observeReads(Thing.prototype, 'emit', guard, () => {
      calls++;
      throw new Error('secret message');
    });
    const thing = new Thing();
    for (let index = 0; index < 20; index++) thing.emit('x');
    undo();
    expect(calls).toBe(5);
    expect(guard.active).toBe(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('thing 1.2.3');
    expect(lines[0]).not.toContain('secret');
  });
});

describe('interceptReads', () => {
  it('keeps "[as alias]" in traces of a method whose name differs', () => {
    class Layer {
      declare run: () => string;
    }
    Layer.prototype.run = function handle(): string {
      return String(new Error('x').stack);
    };
    const line = (): string => /Layer\.handle[^(]*/.exec(new Layer().run())?.[0] ?? '';
    const before = line();
    expect(before).toContain('[as run]');
    const undo = interceptReads(Layer.prototype, 'run', () => undefined);
    expect(line()).toBe(before);
    undo();
    expect(line()).toBe(before);
  });

  it('works on a single object', () => {
    const object = { act: () => 'original' };
    const { act } = object;
    let seen: unknown;
    const undo = interceptReads(
      object,
      'act',
      (self) => {
        seen = self;
        return undefined;
      },
      true,
    );
    expect(object.act).toBe(act);
    expect(seen).toBe(object);
    expect(Object.keys(object)).toEqual(['act']);
    undo();
    expect(Object.getOwnPropertyDescriptor(object, 'act')).toMatchObject({
      value: act,
      writable: true,
    });
  });
});

describe('observeFirstAssignment', () => {
  it('sees what a constructor assigns and leaves an ordinary property in its place', () => {
    class Query {
      declare first: number;
      declare text: string;
      declare last: number;
      constructor(text: string) {
        this.first = 1;
        this.text = text;
        this.last = 2;
      }
    }
    const seen: unknown[] = [];
    const undo = observeFirstAssignment(Query.prototype, 'text', newGuard(), (self, value) =>
      seen.push([self, value]),
    );
    const query = new Query('a');
    query.text = 'b';
    expect(seen).toEqual([[query, 'a']]);
    expect(Object.keys(query)).toEqual(['first', 'text', 'last']);
    expect(Object.getOwnPropertyDescriptor(query, 'text')).toEqual({
      value: 'b',
      writable: true,
      enumerable: true,
      configurable: true,
    });
    undo();
    expect(Reflect.ownKeys(Query.prototype)).toEqual(['constructor']);
  });
});

describe('wrapMethod', () => {
  it('keeps name, length, descriptor and what hangs on the function', () => {
    const owner = {
      query(_a: unknown, _b: unknown) {
        return 'result';
      },
    };
    Object.assign(owner.query, { extra: 7 });
    const before = Object.getOwnPropertyDescriptor(owner, 'query');
    let calls = 0;
    const undo = wrapMethod(
      owner,
      'query',
      (original) =>
        function (this: unknown, ...args: never[]) {
          calls++;
          return Reflect.apply(original, this, args);
        },
    );
    expect(owner.query(1, 2)).toBe('result');
    expect(calls).toBe(1);
    expect([owner.query.name, owner.query.length]).toEqual(['query', 2]);
    expect((owner.query as unknown as { extra: number }).extra).toBe(7);
    undo();
    expect(Object.getOwnPropertyDescriptor(owner, 'query')).toEqual(before);
  });

  it('leaves someone else’s later wrapper in place when undone', () => {
    const owner = { query: () => 1 };
    const undo = wrapMethod(owner, 'query', (original) => original);
    const theirs = () => 2;
    owner.query = theirs;
    undo();
    expect(owner.query).toBe(theirs);
  });
});
