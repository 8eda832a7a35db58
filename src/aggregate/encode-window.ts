import { encodeMetricsRequest } from '../protocol/encode-metrics.js';
import { type Account, addAccount, emptyAccount } from './account.js';
import { PART_BYTES, type WindowPiece } from './window.js';

/** One message of a window, ready to go. */
export interface WindowPart {
  readonly body: Uint8Array;
  readonly account: Account;
}

/**
 * Encodes a window piece by piece, each before the next one is built, and puts pieces one behind the other: protobuf
 * messages with nothing but a repeated field become one that way. So what a piece is made of is garbage before the
 * collector has to copy it: a window of 2,000 series as one message is some megabytes (hold-up of the app at an export
 * 2.7 ms before, 1.7 after; medians of three runs each, Node 24).
 *
 * @param step called between small steps, for a thread that has the time to pause.
 * @returns messages of at most about PART_BYTES.
 */
export function encodeWindow(pieces: Iterable<WindowPiece>, step?: () => void): WindowPart[] {
  const parts: WindowPart[] = [];
  let bodies: Uint8Array[] = [];
  let bytes = 0;
  let account = emptyAccount();
  const finish = (): void => {
    if (bodies.length === 0) return;
    parts.push({ body: joined(bodies, bytes), account });
    bodies = [];
    bytes = 0;
    account = emptyAccount();
  };
  for (const { request, account: stated } of pieces) {
    const body = encodeMetricsRequest(request, step);
    if (bytes + body.byteLength > PART_BYTES) finish();
    bodies.push(body);
    bytes += body.byteLength;
    addAccount(account, stated);
  }
  finish();
  return parts;
}

function joined(bodies: readonly Uint8Array[], bytes: number): Uint8Array {
  if (bodies.length === 1) return bodies[0] as Uint8Array;
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const body of bodies) {
    all.set(body, at);
    at += body.byteLength;
  }
  return all;
}
