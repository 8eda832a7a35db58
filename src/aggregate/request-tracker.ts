import { REPEAT_THRESHOLD } from '../core/semconv.js';
import { RECORD_KIND, type RecordKind, type RingRecord } from '../ring/layout.js';
import { OVERFLOW_ID } from '../signature/dictionary.js';
import { DATABASE, IntervalUnion, WEB_SERVICE } from './intervals.js';
import { OpenRequests } from './open-requests.js';

/** Where attributed operations go. `endpointId` 0 = outside any request, or not known any more. */
export interface TrackerSink {
  request(endpointId: number, status: number, errorId: number, durationUs: number): void;
  child(
    kind: RecordKind,
    endpointId: number,
    signatureId: number,
    sourceId: number,
    status: number,
    errorId: number,
    durationUs: number,
  ): void;
  /** One finished request's time split; the three add up to its duration unless components overlap. */
  components(endpointId: number, databaseUs: number, webServicesUs: number, ownUs: number): void;
  /** One finished request in which a query ran `times` ≥ REPEAT_THRESHOLD times. */
  repeated(endpointId: number, signatureId: number, sourceId: number, times: number): void;
}

/** Where finished requests go whose children are known, for whoever picks slow ones. */
export interface FinishedSink {
  /**
   * What is to be kept of both is copied: they are used again afterwards.
   *
   * @param children at least one, CHILD_STRIDE numbers each.
   * @param used how many of these numbers belong to the request.
   */
  finished(request: Readonly<RingRecord>, children: readonly number[], used: number): void;
}

export interface TrackerLimits {
  /** A request open longer than this (SSE, WebSocket, a stuck handler) no longer holds its children back. */
  readonly longRequestUs: number;
  /** Children waiting for their request's end, over all requests. */
  readonly maxPendingChildren: number;
  /** Requests known to be open. */
  readonly maxOpenRequests: number;
}

export const DEFAULT_LIMITS: TrackerLimits = {
  longRequestUs: 120e6,
  // 6 numbers of 8 bytes each: about 3 MB when full.
  maxPendingChildren: 65_536,
  maxOpenRequests: 10_000,
};

/** Late children find their ended request among this many recent ones; a power of two. 256 KB. */
const REMEMBERED_ENDED = 32_768;
/** Intervals a long-lived request collects before they are folded into its sums. */
const FOLD_AT = 256;

/** Numbers per pending child: start, duration, kind | status << 16, signature, source, error. */
export const CHILD_STRIDE = 6;
const STRIDE = CHILD_STRIDE;

class OpenRequest {
  children: number[] = [];
  used = 0;
  /** Set once its children were let go: from then on only intervals are kept. */
  released = false;
  /** Covered time of children already let go, and up to when it is settled. */
  databaseUs = 0;
  webServicesUs = 0;
  anyUs = 0;
  foldedUntilUs = 0;

  constructor(
    public id: number,
    public sinceUs: number,
  ) {}

  /** For another request; its array of children stays, with numbers of the last one beyond `used`. */
  begin(id: number, sinceUs: number): void {
    this.id = id;
    this.sinceUs = sinceUs;
    this.used = 0;
    this.released = false;
    this.databaseUs = 0;
    this.webServicesUs = 0;
    this.anyUs = 0;
    this.foldedUntilUs = 0;
  }
}

/** Requests at once in a busy process, and children in a usual one. Past either an object is made anew. */
const MAX_SPARE = 256;
const MAX_SPARE_CHILDREN = 64;

/**
 * Joins children (queries, calls) with the request that caused them. Children carry only the request's id;
 * which endpoint that is turns out when the request's own record arrives. Until then they wait here, bounded
 * in number and in time; whoever waits too long is counted without an endpoint. Every record that comes in
 * goes to the sink exactly once.
 */
export class RequestTracker {
  readonly #open = new OpenRequests<OpenRequest>();
  /** Requests whose children were let go before their end; in order of release. */
  readonly #released = new Map<number, OpenRequest>();
  readonly #endedIds = new Uint32Array(REMEMBERED_ENDED);
  readonly #endedEndpoints = new Uint32Array(REMEMBERED_ENDED);
  readonly #union = new IntervalUnion();
  readonly #repeats = new Map<number, number>();
  /** Ended requests, for new ones: the worker takes 0.8 µs per request, not 1.8 (full scenario of the benchmark, Node 24). */
  readonly #spare: OpenRequest[] = [];
  #pendingChildren = 0;

  constructor(
    private readonly sink: TrackerSink,
    private readonly limits: TrackerLimits = DEFAULT_LIMITS,
    private readonly finished?: FinishedSink,
  ) {}

  /** Children that wait for their request's end. */
  get pendingChildren(): number {
    return this.#pendingChildren;
  }

  take(record: Readonly<RingRecord>): void {
    if (record.kind === RECORD_KIND.request) this.#end(record);
    else this.#child(record);
  }

  /** Lets go of requests that have been open too long. `nowUs` in the recording thread's time. */
  sweep(nowUs: number): void {
    const limit = nowUs - this.limits.longRequestUs;
    for (const open of this.#open.all()) if (open.sinceUs <= limit) this.#release(open);
  }

  /** At exit: every waiting child is counted without an endpoint; open requests are not counted as finished. */
  releaseAll(): void {
    for (const open of this.#open.all()) this.#release(open);
  }

  #child(record: Readonly<RingRecord>): void {
    const id = record.requestId;
    if (id === 0) {
      this.#emit(record, 0);
      return;
    }
    let open = this.#open.get(id);
    if (open === undefined) {
      const slot = id & (REMEMBERED_ENDED - 1);
      if (this.#endedIds[slot] === id) {
        this.#emit(record, this.#endedEndpoints[slot] as number);
        return;
      }
      const released = this.#released.get(id);
      if (released !== undefined) {
        this.#emit(record, 0);
        this.#keepInterval(released, record);
        return;
      }
      open = this.#openRequest(id, record.startUs);
    }
    const children = open.children;
    const at = open.used;
    children[at] = record.startUs;
    children[at + 1] = record.durationUs;
    children[at + 2] = record.kind | (record.status << 16);
    children[at + 3] = record.signatureId;
    children[at + 4] = record.sourceId;
    children[at + 5] = record.errorId;
    open.used = at + STRIDE;
    this.#pendingChildren++;
    if (this.#pendingChildren > this.limits.maxPendingChildren) this.#releaseOldest();
  }

  #emit(record: Readonly<RingRecord>, endpointId: number): void {
    this.sink.child(
      record.kind,
      endpointId,
      record.signatureId,
      record.sourceId,
      record.status,
      record.errorId,
      record.durationUs,
    );
  }

  #openRequest(id: number, sinceUs: number): OpenRequest {
    // First, so that it is not the new one.
    if (this.#open.size >= this.limits.maxOpenRequests) this.#releaseOldest();
    let open = this.#spare.pop();
    if (open === undefined) open = new OpenRequest(id, sinceUs);
    else open.begin(id, sinceUs);
    this.#open.add(open);
    return open;
  }

  #end(record: Readonly<RingRecord>): void {
    const id = record.requestId;
    const endpointId = record.signatureId;
    const startUs = record.startUs;
    const endUs = startUs + record.durationUs;
    this.sink.request(endpointId, record.status, record.errorId, record.durationUs);
    const slot = id & (REMEMBERED_ENDED - 1);
    this.#endedIds[slot] = id;
    this.#endedEndpoints[slot] = endpointId;

    const open = this.#open.get(id);
    if (open !== undefined) {
      this.#open.delete(open);
      this.#pendingChildren -= open.used / STRIDE;
      this.#emitChildren(open, endpointId);
      this.finished?.finished(record, open.children, open.used);
      if (open.used >= REPEAT_THRESHOLD * STRIDE) this.#findRepeats(open, endpointId);
      this.#fold(open, startUs, endUs);
      this.#emitComponents(open, endpointId, record.durationUs);
      const isUsual = open.children.length <= MAX_SPARE_CHILDREN * STRIDE;
      if (isUsual && this.#spare.length < MAX_SPARE) this.#spare.push(open);
      return;
    }
    const released = this.#released.get(id);
    if (released !== undefined) {
      this.#released.delete(id);
      this.#fold(released, startUs, endUs);
      this.#emitComponents(released, endpointId, record.durationUs);
      return;
    }
    this.sink.components(endpointId, 0, 0, record.durationUs);
  }

  #emitComponents(open: OpenRequest, endpointId: number, durationUs: number): void {
    this.sink.components(
      endpointId,
      open.databaseUs,
      open.webServicesUs,
      Math.max(0, durationUs - open.anyUs),
    );
  }

  #emitChildren(open: OpenRequest, endpointId: number): void {
    const children = open.children;
    for (let at = 0; at < open.used; at += STRIDE) {
      const kindAndStatus = children[at + 2] as number;
      this.sink.child(
        (kindAndStatus & 0xffff) as RecordKind,
        endpointId,
        children[at + 3] as number,
        children[at + 4] as number,
        kindAndStatus >>> 16,
        children[at + 5] as number,
        children[at + 1] as number,
      );
    }
  }

  #findRepeats(open: OpenRequest, endpointId: number): void {
    const repeats = this.#repeats;
    const children = open.children;
    for (let at = 0; at < open.used; at += STRIDE) {
      if (((children[at + 2] as number) & 0xffff) !== RECORD_KIND.query) continue;
      const signatureId = children[at + 3] as number;
      // "Other" is many queries: that it repeats says nothing.
      if (signatureId === OVERFLOW_ID) continue;
      const key = signatureId * 2 ** 21 + (children[at + 4] as number);
      repeats.set(key, (repeats.get(key) ?? 0) + 1);
    }
    for (const [key, times] of repeats) {
      if (times < REPEAT_THRESHOLD) continue;
      this.sink.repeated(endpointId, Math.floor(key / 2 ** 21), key % 2 ** 21, times);
    }
    repeats.clear();
  }

  /** Adds the covered time of the kept intervals within [from, to] to the request's sums and forgets them. */
  #fold(open: OpenRequest, fromUs: number, toUs: number): void {
    const union = this.#union;
    const children = open.children;
    union.clear();
    for (let at = 0; at < open.used; at += STRIDE) {
      const startUs = children[at] as number;
      const component =
        ((children[at + 2] as number) & 0xffff) === RECORD_KIND.query ? DATABASE : WEB_SERVICE;
      union.add(component, startUs, startUs + (children[at + 1] as number));
    }
    const covered = union.covered(Math.max(fromUs, open.foldedUntilUs), toUs);
    open.databaseUs += covered.databaseUs;
    open.webServicesUs += covered.webServicesUs;
    open.anyUs += covered.anyUs;
    open.used = 0;
  }

  /** Lets the children go without an endpoint; the request's time split is still completed at its end. */
  #release(open: OpenRequest): void {
    this.#open.delete(open);
    this.#pendingChildren -= open.used / STRIDE;
    this.#emitChildren(open, 0);
    open.released = true;
    this.#foldSettled(open);
    this.#released.set(open.id, open);
    if (this.#released.size > this.limits.maxOpenRequests) {
      const oldest = this.#released.keys().next();
      if (oldest.done !== true) this.#released.delete(oldest.value);
    }
  }

  #releaseOldest(): void {
    const oldest = this.#open.oldest();
    if (oldest !== undefined) this.#release(oldest);
  }

  #keepInterval(open: OpenRequest, record: Readonly<RingRecord>): void {
    const at = open.used;
    open.children[at] = record.startUs;
    open.children[at + 1] = record.durationUs;
    open.children[at + 2] = record.kind;
    open.used = at + STRIDE;
    if (open.used >= FOLD_AT * STRIDE) this.#foldSettled(open);
  }

  #foldSettled(open: OpenRequest): void {
    let latest = open.foldedUntilUs;
    for (let at = 0; at < open.used; at += STRIDE) {
      latest = Math.max(latest, (open.children[at] as number) + (open.children[at + 1] as number));
    }
    this.#fold(open, open.foldedUntilUs, latest);
    // An interval that arrives later but began before this instant is cut off here: never counted twice.
    open.foldedUntilUs = latest;
    open.children = [];
  }
}
