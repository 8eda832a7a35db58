import type { RingRecord } from '../ring/layout.js';
import { CHILD_STRIDE, type FinishedSink } from './request-tracker.js';

/** Which requests are shown call by call: of each endpoint the slowest of a window, … */
export const PICK_LIMITS = {
  /** … over all endpoints so many of them, the slowest; */
  perWindow: 20,
  /** … and only if it is among so many slowest of its endpoint that went out in this hour: bytes do not grow with load. */
  perEndpointAndHour: 10,
  /** Queries and calls of one request that are listed, the longest. */
  children: 200,
} as const;

const HOUR_MS = 3_600_000;
const ANY = -1;

/** A request to be shown. Times in µs of the recording thread's clock. */
export interface Picked {
  readonly endpointId: number;
  readonly status: number;
  readonly errorId: number;
  readonly startUs: number;
  readonly durationUs: number;
  /** CHILD_STRIDE numbers per child, at most PICK_LIMITS.children of them, in no order. */
  readonly children: readonly number[];
  /** Children that are not in `children`. */
  readonly omitted: number;
}

/**
 * Picks slow requests. A request that is not picked costs one or two comparisons and a look-up (3 to 8 ns, Node 20).
 */
export class WaterfallPicker implements FinishedSink {
  readonly #picked = new Map<number, Picked>();
  /** Endpoint → duration that must be exceeded, µs. */
  readonly #bars = new Map<number, number>();
  /** Endpoint → durations that went out in this hour, ascending. */
  readonly #sentUs = new Map<number, number[]>();
  /** The fastest of the picked ones once there are as many as may be. */
  #floorUs = ANY;
  #hour = ANY;

  finished(request: Readonly<RingRecord>, children: readonly number[], used: number): void {
    const { durationUs, signatureId: endpointId } = request;
    if (durationUs <= this.#floorUs) return;
    if (durationUs <= (this.#bars.get(endpointId) ?? ANY)) return;
    const { perWindow } = PICK_LIMITS;
    if (this.#picked.size >= perWindow && !this.#picked.has(endpointId)) this.#dropFastest();
    const { status, errorId, startUs } = request;
    const kept = longest(children, used);
    const omitted = (used - kept.length) / CHILD_STRIDE;
    this.#picked.set(endpointId, {
      endpointId,
      status,
      errorId,
      startUs,
      durationUs,
      children: kept,
      omitted,
    });
    this.#bars.set(endpointId, durationUs);
    if (this.#picked.size >= perWindow) this.#floorUs = this.#fastest()?.durationUs ?? ANY;
  }

  /** Ends the window. @returns what was picked in it, slowest first; what goes out of it is to be told to `sent`. */
  take(nowMs: number): readonly Picked[] {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#sentUs.clear();
      this.#bars.clear();
    }
    if (this.#picked.size === 0) return [];
    const picked = [...this.#picked.values()].sort((a, b) => b.durationUs - a.durationUs);
    this.#picked.clear();
    this.#floorUs = ANY;
    for (const { endpointId } of picked) this.#resetBar(endpointId);
    return picked;
  }

  sent({ endpointId, durationUs }: Picked): void {
    const sentUs = this.#sentUs.get(endpointId) ?? [];
    sentUs.push(durationUs);
    sentUs.sort((a, b) => a - b);
    if (sentUs.length > PICK_LIMITS.perEndpointAndHour) sentUs.shift();
    this.#sentUs.set(endpointId, sentUs);
    this.#resetBar(endpointId);
  }

  #resetBar(endpointId: number): void {
    const sentUs = this.#sentUs.get(endpointId) ?? [];
    const isFull = sentUs.length >= PICK_LIMITS.perEndpointAndHour;
    this.#bars.set(endpointId, isFull ? (sentUs[0] ?? ANY) : ANY);
  }

  #dropFastest(): void {
    const fastest = this.#fastest();
    if (fastest === undefined) return;
    this.#picked.delete(fastest.endpointId);
    this.#resetBar(fastest.endpointId);
  }

  #fastest(): Picked | undefined {
    let fastest: Picked | undefined;
    for (const one of this.#picked.values()) {
      if (fastest === undefined || one.durationUs < fastest.durationUs) fastest = one;
    }
    return fastest;
  }
}

/** A copy of the children, or of the longest of them. */
function longest(children: readonly number[], used: number): readonly number[] {
  const { children: most } = PICK_LIMITS;
  if (used <= most * CHILD_STRIDE) return children.slice(0, used);
  const starts = Array.from({ length: used / CHILD_STRIDE }, (_, i) => i * CHILD_STRIDE);
  starts.sort((a, b) => (children[b + 1] as number) - (children[a + 1] as number));
  return starts.slice(0, most).flatMap((at) => children.slice(at, at + CHILD_STRIDE));
}
