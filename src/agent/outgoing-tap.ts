import type { Signal } from '../protocol/delivery.js';

/** After the last question the tap stays open this long; nobody asks: nothing is kept. */
const OPEN_MS = 10_000;
/** What is kept between two questions; one that is slower misses batches, and is told how many. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** What GET /v1/outgoing?after=N on the agent's socket answers. */
export interface OutgoingPage {
  /** To ask with the next time. */
  readonly last: number;
  /** Batches between `after` and the first of these that are gone. */
  readonly missed: number;
  /** base64 of gzip(OTLP protobuf): the very bytes that the uplink posts. */
  readonly payloads: readonly string[];
  /** What each of them is. */
  readonly signals: readonly Signal[];
}

/** Lets `retrace verify` see what goes into the spool, on its way to the server, without touching it. */
export class OutgoingTap {
  private readonly kept: { number: number; payload: Buffer; signal: Signal }[] = [];
  private keptBytes = 0;
  private number = 0;
  private openUntilMs = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(payload: Buffer, signal: Signal): void {
    this.number += 1;
    if (this.now() > this.openUntilMs) {
      this.kept.length = 0;
      this.keptBytes = 0;
      return;
    }
    this.kept.push({ number: this.number, payload, signal });
    this.keptBytes += payload.length;
    while (this.keptBytes > MAX_KEPT_BYTES)
      this.keptBytes -= this.kept.shift()?.payload.length ?? 0;
  }

  /** Opens the tap, or keeps it open. @param after `last` of the answer before; undefined = from now on. */
  read(after: number | undefined): OutgoingPage {
    this.openUntilMs = this.now() + OPEN_MS;
    const from = after ?? this.number;
    const fresh = this.kept.filter(({ number }) => number > from);
    const missed = Math.max(0, this.number - from - fresh.length);
    return {
      last: this.number,
      missed,
      payloads: fresh.map(({ payload }) => payload.toString('base64')),
      signals: fresh.map(({ signal }) => signal),
    };
  }
}
