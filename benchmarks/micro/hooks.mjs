/**
 * What the hooks' building blocks cost, in ns per operation: node benchmarks/micro/hooks.mjs
 * (after npm run build:runtime). Median of 9 rounds.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { observeFirstAssignment, observeReads } = require('../../dist/src/core/wrap.js');
const { createSlot, GivenObject, keepWhole } = require('../../dist/src/core/slot.js');
const guard = { active: true, failed() {}, run: () => undefined };
const ROUNDS = 9;
const TIMES = 300_000;

let sink = 0;
function measure(name, prepare, operate) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const state = prepare();
    const start = process.hrtime.bigint();
    for (let index = 0; index < TIMES; index++) sink += operate(state, index) ? 1 : 0;
    rounds.push(Number(process.hrtime.bigint() - start) / TIMES);
  }
  rounds.sort((a, b) => a - b);
  console.log(`${name.padEnd(58)} ${rounds[ROUNDS >> 1].toFixed(1).padStart(7)}`);
}

class Message extends EventEmitter {
  constructor() {
    super();
    this.a = 1;
    this.b = 2;
  }
}
const objects = (attach) => () => {
  const list = Array.from({ length: TIMES }, () => new Message());
  if (attach) for (const item of list) attach(item);
  return list;
};
const slot = createSlot();
let weak = new WeakMap();
const value = { open: true };

console.log(`Node ${process.version}, ns per operation`);
measure('baseline: walk a list of objects', objects(), (list, index) => list[index].a);
measure('WeakMap set', objects(), (list, index) => weak.set(list[index], value));
weak = new WeakMap();
measure(
  'WeakMap get',
  objects((item) => weak.set(item, value)),
  (list, index) => weak.get(list[index]),
);
weak = new WeakMap();
measure('slot set', objects(), (list, index) => (slot.set(list[index], value), 1));
measure(
  'slot get',
  objects((item) => slot.set(item, value)),
  (list, index) => slot.get(list[index]),
);
measure('slot get, absent', objects(), (list, index) => slot.get(list[index]));

// As in an app: a handful of slots, each on objects of its own. Shared code sees them all, a class of its own only one.
for (let kind = 0; kind < 6; kind++) {
  const other = createSlot();
  for (let index = 0; index < 20_000; index++) {
    const target = { [`own${kind}`]: index };
    other.set(target, value);
    other.get(target);
  }
}
class Own extends GivenObject {
  #value;
  constructor(target, value) {
    super(target);
    this.#value = value;
  }
  static get(target) {
    return #value in target ? target.#value : undefined;
  }
  static set(target, value) {
    if (#value in target) target.#value = value;
    else new Own(target, value);
  }
}
const another = createSlot();
measure(
  'one of seven slots: set',
  objects(),
  (list, index) => (another.set(list[index], value), 1),
);
measure(
  'one of seven slots: get',
  objects((item) => another.set(item, value)),
  (list, index) => another.get(list[index]),
);
measure(
  'slot with a class of its own: set',
  objects(),
  (list, index) => (Own.set(list[index], value), 1),
);
measure(
  'slot with a class of its own: get',
  objects((item) => Own.set(item, value)),
  (list, index) => Own.get(list[index]),
);

// Where hooks are: inside a try block.
const putOn = keepWhole((target, value) => {
  new Own(target, value);
});
const nothing = () => 0;
class Short {
  constructor(text) {
    this.first = 1;
    this.text = text;
  }
}
measure('construct a short-lived object', nothing, () => new Short('a'));
measure('put a slot on it in a try block', nothing, () => {
  try {
    return new Own(new Short('a'), value);
  } catch {
    return 0;
  }
});
measure('put a slot on it in a try block, kept whole', nothing, () => {
  try {
    putOn(new Short('a'), value);
    return 1;
  } catch {
    return 0;
  }
});

const emit = (emitter) => emitter.emit('x');
const listened = () => new Message().on('x', () => undefined);
measure('emit, one listener', listened, emit);
const undo = observeReads(Message.prototype, 'emit', guard, (self) => slot.get(self));
measure('emit, one listener, observed read', listened, emit);
undo();
Message.prototype.emit = function emitWrapped(...args) {
  slot.get(this);
  return Reflect.apply(EventEmitter.prototype.emit, this, args);
};
measure('emit, one listener, wrapped function (for comparison)', listened, emit);
delete Message.prototype.emit;

class Query {
  constructor(text) {
    this.first = 1;
    this.text = text;
    this.last = 2;
  }
}
measure(
  'construct',
  () => 0,
  () => new Query('a'),
);

// How an own property is put on an object: what observeFirstAssignment does, and the obvious way.
const plain = () => Array.from({ length: TIMES }, () => ({ first: 1 }));
class Given {
  constructor(object) {
    return object;
  }
}
class Field extends Given {
  text = 'a';
}
measure('own property by a class field', plain, (list, index) => (new Field(list[index]), 1));
const descriptor = { value: 'a', writable: true, enumerable: true, configurable: true };
measure('own property by Object.defineProperty (for comparison)', plain, (list, index) =>
  Object.defineProperty(list[index], 'text', { ...descriptor }),
);

observeFirstAssignment(Query.prototype, 'text', guard, () => undefined);
measure(
  'construct, first assignment observed',
  () => 0,
  () => new Query('a'),
);
if (sink < 0) console.log(sink);
