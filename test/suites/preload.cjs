'use strict';
/**
 * Preload for other people's suites: the runtime as it is shipped, plus two things that a test needs.
 * Each recorded operation appends one byte to RETRACE_SUITES_COUNT, so that a run in which the hooks
 * saw nothing cannot pass for a good one. RETRACE_SUITES_SABOTAGE=1 makes a hook do what a hook must
 * never do; a comparison that does not notice is worth nothing.
 */
const { closeSync, openSync, writeSync } = require('node:fs');
const { isMainThread, workerData } = require('node:worker_threads');
const { WORKER_MARK } = require('../../dist/src/aggregate/options.js');
const { HEAD_OFFSET_BYTES } = require('../../dist/src/ring/layout.js');

const file = process.env.RETRACE_SUITES_COUNT;

/** Opened anew each time: a descriptor that stays open would be one more than the suite expects. */
function count(letter) {
  const fd = openSync(file, 'a');
  writeSync(fd, letter);
  closeSync(fd);
}

if (file && workerData?.mark !== WORKER_MARK) {
  const rings = startRuntime();
  // Each record is published by one store of the ring's head.
  const { store } = Atomics;
  Atomics.store = (array, index, value) => {
    if (index === HEAD_OFFSET_BYTES / 4 && rings.has(array.buffer)) count('r');
    return store(array, index, value);
  };
  if (!isMainThread) count('t');
  if (process.env.RETRACE_SUITES_SABOTAGE === '1') sabotage();
}

/** @returns the shared memory that the runtime made: the ring among it. */
function startRuntime() {
  const made = new Set();
  const Real = globalThis.SharedArrayBuffer;
  globalThis.SharedArrayBuffer = new Proxy(Real, {
    construct(target, args) {
      const buffer = new target(...args);
      made.add(buffer);
      return buffer;
    },
  });
  require('../../dist/src/register.js');
  globalThis.SharedArrayBuffer = Real;
  return made;
}

/**
 * What a hook must never do: let an error of its own out into the host. As Node does with one that a subscriber of a
 * channel throws: in a tick of its own. Thrown into the call it is lost on hosts that catch what an ended response throws.
 */
function sabotage() {
  if (!isMainThread) throw new Error('sabotaged hook');
  const { ServerResponse } = require('node:http');
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function (...args) {
    process.nextTick(() => {
      throw new Error('sabotaged hook');
    });
    return end.apply(this, args);
  };
}
