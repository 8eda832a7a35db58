import { AsyncLocalStorage } from 'node:async_hooks';
import { apply } from '../core/builtins.js';
import { nowUs } from '../core/clock.js';
import { RECORD_KIND } from '../ring/layout.js';
import type { RingWriter } from '../ring/writer.js';
import type { Recorder, RequestScope } from './types.js';

/** Text → id, bounded; announces each new text once, before its id is used. SignatureTable in production. */
export interface Signatures {
  endpoint(method: string, route: string | undefined, target: string): number;
  querySignature(text: string, system: string): number;
  expectStatements(): void;
  callSignature(method: string, host: string, path: string): number;
  databaseSource(system: string, namespace: string, address: string, port: number): number;
  peerSource(scheme: string, address: string, port: number): number;
  error(errorType: string): number;
}

/** Durations travel as Uint32: 71 minutes. Longer ones are clamped, their count stays right. */
const MAX_DURATION_US = 0xffff_ffff;
const MAX_STATUS = 0xffff;
/** Addresses whose peer is at hand; an app calls fewer services. */
const MAX_PEERS = 256;

class Scope implements RequestScope {
  route: string | undefined = undefined;
  request: object | undefined = undefined;
  open = true;

  constructor(
    readonly id: number,
    readonly startUs: number,
    readonly method: string,
  ) {}
}

/**
 * What instrumentations call: context tracking, signature lookup and the ring behind one interface. Allocates
 * one object per inbound request (its scope) and nothing per query or call. Methods are own arrow functions of
 * one object so that hooks may hold them without binding.
 */
export function createRecorder(ring: RingWriter, signatures: Signatures): Recorder {
  // Its first use switches context tracking on; until a request arrives an app pays nothing for it.
  const context = new AsyncLocalStorage<RequestScope | undefined>();
  let lastRequestId = 0;
  /** Error ids of HTTP statuses, so that a failing service costs no string per call. */
  const statusErrorIds = new Map<number, number>();

  /**
   * The latest port and scheme of each address: the table's own key is a new string per call, built and hashed each
   * time (217 → 7 ns, Node 24).
   */
  const peers = new Map<string, { scheme: string; port: number; id: number }>();

  const statusError = (status: number): number => {
    let id = statusErrorIds.get(status);
    if (id === undefined) {
      id = signatures.error(String(status));
      // Node accepts any three digits: 900 entries at most, no further bound needed.
      statusErrorIds.set(status, id);
    }
    return id;
  };

  /** OpenTelemetry: a status counts as the error's type from `from` on, unless something more specific is known. */
  const errorId = (errorType: string | undefined, status: number, from: number): number => {
    if (errorType !== undefined) return signatures.error(errorType);
    return status >= from ? statusError(status) : 0;
  };

  const elapsed = (startUs: number): number => {
    const us = Math.round(nowUs() - startUs);
    // Also catches NaN of a broken start time: the comparison is false and the record says 0.
    return us > 0 ? Math.min(us, MAX_DURATION_US) : 0;
  };

  return {
    nowUs,

    openRequest(method) {
      lastRequestId = (lastRequestId + 1) >>> 0;
      // 0 means "outside any request", so the wrap-around skips it.
      if (lastRequestId === 0) lastRequestId = 1;
      return new Scope(lastRequestId, nowUs(), method);
    },

    enterRequest(scope) {
      context.enterWith(scope);
    },

    activeRequest() {
      return context.getStore();
    },

    // enterWith and a finally instead of AsyncLocalStorage.run: the same steps as run() itself takes, minus its
    // closure and its frame in the host's stack traces.
    runInRequest(scope, fn) {
      const before = context.getStore();
      if (before === scope) return fn();
      context.enterWith(scope);
      try {
        return fn();
      } finally {
        context.enterWith(before);
      }
    },

    applyInRequest(scope, fn, self, args) {
      const before = context.getStore();
      // Reflect.apply takes any array-like, `arguments` included, without copying it.
      const list = args as never[];
      if (before === scope) return apply(fn, self, list);
      context.enterWith(scope);
      try {
        return apply(fn, self, list);
      } finally {
        context.enterWith(before);
      }
    },

    closeRequest(scope, target, status, errorType) {
      if (!scope.open) return;
      scope.open = false;
      try {
        const durationUs = elapsed(scope.startUs);
        ring.write(
          RECORD_KIND.request,
          status & MAX_STATUS,
          scope.startUs,
          durationUs,
          scope.id,
          signatures.endpoint(scope.method, scope.route, target),
          0,
          errorId(errorType, status, 500),
        );
      } catch {
        // A recorder that fails loses one sample; the host must not notice.
      }
    },

    databaseSource(system, namespace, address, port) {
      return signatures.databaseSource(system, namespace, address, port);
    },
    peerSource(scheme, address, port) {
      const known = peers.get(address);
      if (known !== undefined && known.port === port && known.scheme === scheme) return known.id;
      const id = signatures.peerSource(scheme, address, port);
      if (id !== 0) {
        if (peers.size >= MAX_PEERS) peers.clear();
        peers.set(address, { scheme, port, id });
      }
      return id;
    },
    expectQueries() {
      signatures.expectStatements();
    },
    querySignature(text, system) {
      return signatures.querySignature(text, system);
    },
    callSignature(method, host, path) {
      return signatures.callSignature(method, host, path);
    },

    recordQuery(scope, startUs, signatureId, sourceId, errorType) {
      try {
        ring.write(
          RECORD_KIND.query,
          0,
          startUs,
          elapsed(startUs),
          scope === undefined ? 0 : scope.id,
          signatureId,
          sourceId,
          errorType === undefined ? 0 : signatures.error(errorType),
        );
      } catch {
        // As above.
      }
    },

    recordCall(scope, startUs, signatureId, sourceId, status, errorType) {
      try {
        ring.write(
          RECORD_KIND.call,
          status & MAX_STATUS,
          startUs,
          elapsed(startUs),
          scope === undefined ? 0 : scope.id,
          signatureId,
          sourceId,
          errorId(errorType, status, 400),
        );
      } catch {
        // As above.
      }
    },
  };
}
