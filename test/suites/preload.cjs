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
const { RingWriter } = require('../../dist/src/ring/writer.js');

const file = process.env.RETRACE_SUITES_COUNT;

/** Opened anew each time: a descriptor that stays open would be one more than the suite expects. */
function count(letter) {
  const fd = openSync(file, 'a');
  writeSync(fd, letter);
  closeSync(fd);
}

if (file && workerData?.mark !== WORKER_MARK) {
  const { write } = RingWriter.prototype;
  RingWriter.prototype.write = function (kind, ...rest) {
    count(String(kind));
    return write.call(this, kind, ...rest);
  };
  require('../../dist/src/register.js');
  if (!isMainThread) count('t');
  if (process.env.RETRACE_SUITES_SABOTAGE === '1') sabotage();
}

/** What a hook must never do: let an error of its own out into the host. */
function sabotage() {
  if (!isMainThread) throw new Error('sabotaged hook');
  const { ServerResponse } = require('node:http');
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function (...args) {
    end.apply(this, args);
    throw new Error('sabotaged hook');
  };
}
