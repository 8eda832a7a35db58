import { Agent, request } from 'node:http';
import { constants, gzipSync } from 'node:zlib';
import {
  BATCH_HEADER,
  pathOf,
  PEEKED_HEADER,
  PROTOBUF_TYPE,
  type Signal,
} from '../protocol/delivery.js';
import type { SendResult } from './delivery-queue.js';

/** An agent on the same machine answers in milliseconds; one that takes longer is stuck. */
const DEADLINE_MS = 5000;
/** Below this a gzip header costs more than it saves. */
const GZIP_FROM_BYTES = 1024;
/** Packed at once, half a millisecond: several members one behind the other are a gzip file as well (RFC 1952, section 2.2). */
const GZIP_PIECE_BYTES = 64 * 1024;
/** Shorter than Node's server-side 5 s, so that we close an idle connection first and never meet its reset. */
const IDLE_SOCKET_MS = 4000;

/**
 * Posts batches to the agent's Unix socket, one at a time. Runs in our worker, where nothing is hooked, with
 * an HTTP agent of its own: the host's agents, sockets and settings are not touched.
 */
export class SocketSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: IDLE_SOCKET_MS });

  constructor(
    private readonly socketPath: string,
    private readonly instanceId: string,
    private readonly pace?: { begin(): void; pause(): void },
  ) {}

  /** One attempt; settles within the deadline and never rejects. */
  async send(sequence: number, body: Uint8Array, signal: Signal = 'metrics'): Promise<SendResult> {
    const packed = body.byteLength >= GZIP_FROM_BYTES;
    const bytes = packed ? this.#pack(body) : body;
    const headers: Record<string, string | number> = {
      'content-type': PROTOBUF_TYPE,
      'content-length': bytes.byteLength,
      [BATCH_HEADER]: `${this.instanceId}:${sequence}`,
    };
    if (packed) headers['content-encoding'] = 'gzip';
    return this.#post(pathOf(signal), bytes, headers, true);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Synchronous: the asynchronous one would take a thread of the pool that the host's dns and fs share. */
  #pack(body: Uint8Array): Uint8Array {
    const members: Uint8Array[] = [];
    this.pace?.begin();
    for (let at = 0; at < body.byteLength; at += GZIP_PIECE_BYTES) {
      const piece = body.subarray(at, at + GZIP_PIECE_BYTES);
      members.push(gzipSync(piece, { level: constants.Z_BEST_SPEED }));
      this.pace?.pause();
    }
    return members.length === 1 ? (members[0] as Uint8Array) : Buffer.concat(members);
  }

  #post(
    path: string,
    bytes: Uint8Array,
    headers: Record<string, string | number>,
    mayRepeat: boolean,
  ): Promise<SendResult> {
    return new Promise((resolve) => {
      const outgoing = request({
        socketPath: this.socketPath,
        path,
        method: 'POST',
        headers: { ...headers, host: 'localhost' },
        agent: this.#agent,
      });
      let late = false;
      const deadline = setTimeout(() => {
        late = true;
        outgoing.destroy();
        resolve('failed');
      }, DEADLINE_MS);
      const done = (result: SendResult): void => {
        clearTimeout(deadline);
        resolve(result);
      };
      outgoing.on('response', (response) => {
        response.resume();
        response.on('error', () => done('failed'));
        response.on('close', () => done('failed'));
        // Only a complete answer counts; resolving twice has no effect.
        response.on('end', () =>
          done(outcome(response.statusCode ?? 0, response.headers[PEEKED_HEADER])),
        );
      });
      outgoing.on('error', () => {
        clearTimeout(deadline);
        // A kept connection that the agent closed meanwhile says nothing about the agent: try once afresh.
        if (mayRepeat && outgoing.reusedSocket && !late) {
          resolve(this.#post(path, bytes, headers, false));
        } else {
          resolve('failed');
        }
      });
      outgoing.end(bytes);
    });
  }
}

/** 408, 429 and whatever is not the batch's fault are worth another try; other 4xx never will be. */
function outcome(status: number, peeked: string | string[] | undefined): SendResult {
  if (status >= 200 && status < 300) return peeked === '1' ? 'peeked' : 'delivered';
  const final = status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
  return final ? 'rejected' : 'failed';
}
