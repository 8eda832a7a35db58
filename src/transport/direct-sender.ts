import { constants, gzipSync } from 'node:zlib';
import type { ServerAccess } from '../config/types.js';
import type { Signal } from '../protocol/delivery.js';
import type { SendResult } from './delivery-queue.js';
import {
  createDestination,
  type Destination,
  DestinationError,
  EMPTY_PAYLOAD,
  postBatch,
} from './destination.js';
import type { Outcome } from './outcome.js';

/** As the agent's: long enough for a slow line, short enough to notice a connection that has died. */
const ATTEMPT_MS = 30_000;
const USER_AGENT = 'retrace-runtime';

/**
 * Sends batches from the runtime's worker straight to the server, where no agent is: the agent's own TLS connection,
 * without its spool. One attempt at a time.
 */
export class DirectSender {
  #destination: Destination | undefined;
  /** Why the last attempt failed: a code, `HTTP 503`, or a variable with its problem; '' after a success. */
  lastFailure = '';
  /** By performance.now(): until then the server wants to hear nothing. */
  #silentUntilMs = 0;

  /** @param onTrouble called for what no waiting will mend, with a sentence that quotes no value. */
  constructor(
    private readonly access: ServerAccess,
    private readonly onTrouble: (sentence: string) => void,
  ) {}

  /**
   * Reads certificates, connects and sends nothing at all, ahead of the first batch: a wrong key is known at the start,
   * and a process that ends soon has a connection for its last window, which takes longer to make than an end may.
   */
  async prepare(): Promise<void> {
    const destination = this.#connectable();
    if (destination === undefined) return;
    const nothing = { payload: EMPTY_PAYLOAD, userAgent: USER_AGENT };
    this.#judge(await postBatch(destination, nothing, ATTEMPT_MS));
  }

  /** One attempt; never rejects. */
  async send(
    instanceId: string,
    sequence: number,
    body: Uint8Array,
    signal: Signal,
  ): Promise<SendResult> {
    const destination = this.#connectable();
    if (destination === undefined) return 'failed';
    const silentMs = this.#silentUntilMs - performance.now();
    if (silentMs > 0) return { retryAfterMs: silentMs };
    // Synchronous: the asynchronous one would take a thread of the pool that the host's dns and fs share.
    const payload = gzipSync(body, { level: constants.Z_BEST_SPEED });
    const batchKey = `${instanceId}:${sequence}`;
    const batch = { payload, batchKey, signal, userAgent: USER_AGENT };
    const outcome = await postBatch(destination, batch, ATTEMPT_MS);
    const result = this.#judge(outcome);
    // A server that stores no waterfalls takes the request and refuses every span of it.
    const isRefused = signal === 'traces' && outcome.kind === 'committed' && outcome.refused > 0;
    return isRefused ? 'rejected' : result;
  }

  #judge(outcome: Outcome): SendResult {
    if (outcome.kind === 'committed') {
      this.lastFailure = '';
      return 'delivered';
    }
    if (outcome.kind === 'rejected') {
      this.lastFailure = `HTTP ${outcome.status}`;
      return 'rejected';
    }
    const { why, key, retryAfterMs } = outcome;
    this.lastFailure = why;
    if (key) this.onTrouble(`the server does not accept the ingest key (${why})`);
    if (retryAfterMs === undefined) return 'failed';
    this.#silentUntilMs = performance.now() + retryAfterMs;
    return { retryAfterMs };
  }

  close(): void {
    this.#destination?.poster.close();
  }

  /** A file that is missing now may be mounted later: looked for again at each attempt. */
  #connectable(): Destination | undefined {
    try {
      return (this.#destination ??= createDestination(this.access));
    } catch (error) {
      this.lastFailure = error instanceof DestinationError ? error.message : 'UNKNOWN';
      this.onTrouble(`nothing can be sent: ${this.lastFailure}`);
      return undefined;
    }
  }
}
