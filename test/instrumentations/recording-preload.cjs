'use strict';
/**
 * Preload for tests: the real hooks on a Recorder that writes each event as one JSON line into the
 * file RETRACE_TEST_EVENTS. Writes synchronously and adds no listener, so that nothing but the hooks
 * distinguishes a run with it from one without. RETRACE_TEST_FAULT names a Recorder method that
 * throws, or `all`; with hooks that ask (RETRACE_TEST_DIST, see hook-points.ts), the point that throws.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { openSync, writeSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { join } = require('node:path');

const dist = process.env.RETRACE_TEST_DIST ?? join(__dirname, '../../dist');
const { installHooks } = require(join(dist, 'src/hook/index.js'));
const { allInstrumentations } = require(join(dist, 'instrumentations/index.js'));
const { createDiag } = require(join(dist, 'src/core/diag.js'));

const fd = openSync(process.env.RETRACE_TEST_EVENTS, 'a');
const emit = (event) => writeSync(fd, JSON.stringify(event) + '\n');
const storage = new AsyncLocalStorage();
const texts = [];
const intern = (text) => texts.push(text) - 1;
const nowUs = () => performance.now() * 1000;
let lastId = 0;

const recorder = {
  nowUs,
  expectQueries() {},
  openRequest(method) {
    return { id: ++lastId, startUs: nowUs(), method, route: undefined, open: true };
  },
  enterRequest: (scope) => storage.enterWith(scope),
  activeRequest: () => storage.getStore(),
  runInRequest: (scope, fn) => storage.run(scope, fn),
  applyInRequest: (scope, fn, self, args) => storage.run(scope, () => fn.apply(self, args)),
  closeRequest(scope, target, status, errorType) {
    if (!scope.open) return;
    scope.open = false;
    const { id, method, route } = scope;
    const us = nowUs() - scope.startUs;
    emit({ kind: 'request', id, method, route, target, status, errorType, us });
  },
  databaseSource: (system, namespace, address, port) =>
    intern([system, namespace, address, port].join('|')),
  peerSource: (scheme, address, port) => intern(`${scheme}://${address}:${port}`),
  querySignature: (text, system) => intern(`${system}|${text}`),
  callSignature: (method, host, path) => intern(`${method} ${host} ${path}`),
  recordQuery(scope, startUs, signatureId, sourceId, errorType) {
    const [text, source] = [texts[signatureId], texts[sourceId]];
    emit({ kind: 'query', request: scope?.id, text, source, errorType, us: nowUs() - startUs });
  },
  recordCall(scope, startUs, signatureId, sourceId, status, errorType) {
    const [call, peer] = [texts[signatureId], texts[sourceId]];
    emit({
      kind: 'call',
      request: scope?.id,
      call,
      peer,
      status,
      errorType,
      us: nowUs() - startUs,
    });
  },
};

const fault = process.env.RETRACE_TEST_FAULT;
if (process.env.RETRACE_TEST_DIST) {
  const passed = new Set();
  let during = '';
  /** Each point passes here first. */
  globalThis.__faultAt = (name) => {
    const place = `${name}|${during}`;
    if (place === fault) {
      emit({ kind: 'fault', name: place });
      throw new Error(`injected at ${place}`);
    }
    if (passed.has(place)) return;
    passed.add(place);
    emit({ kind: 'point', name, during });
  };
  globalThis.__faulty = (name, callback) =>
    function (...args) {
      globalThis.__faultAt(name);
      return callback.apply(this, args);
    };
  /** Names the hook in which points are passed: the line of code and the channel or method. */
  globalThis.__during = (site, what, callback) => {
    const name = `${site} of ${what}`;
    emit({ kind: 'hook', name });
    return function (...args) {
      const outer = during;
      during = name;
      try {
        return callback.apply(this, args);
      } finally {
        during = outer;
      }
    };
  };
} else if (fault) {
  for (const name of Object.keys(recorder)) {
    if (fault !== 'all' && fault !== name) continue;
    recorder[name] = () => {
      emit({ kind: 'fault', name });
      throw new Error(`injected into ${name}`);
    };
  }
}

const disabled = (process.env.RETRACE_TEST_DISABLED ?? '').split(',');
const diag = createDiag((line) => emit({ kind: 'diag', line }), 'info');
const hooks = installHooks(allInstrumentations(), recorder, { disabled }, diag);
globalThis[Symbol.for('retrace.test')] = {
  active: () => storage.getStore()?.id,
  states: () => Object.fromEntries(hooks.states()),
  uninstall: () => hooks.uninstall(),
};
