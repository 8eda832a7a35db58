import type { Recorder } from '../../src/record/types.js';
import { peerOf } from './client-target.js';
import type { ClientRequestLike } from './node-types.js';

/** Whom a connection that is used again leads to. */
interface KnownPeer {
  readonly address: string | undefined;
  readonly protocol: string | undefined;
  readonly sourceId: number;
}

/** What node:http has that is needed here. */
interface AgentClass {
  readonly prototype: object;
}

/**
 * Ids of the peers of requests that have ended. An id is remembered on a connection that an agent uses again, because
 * the Host header, which has the port, is a new string per request and must be put together before it can be read
 * (430 to 1020 ns per call, Node 24).
 *
 * That takes an agent which gives a connection only to requests for the same host and port: one with Node's own
 * `getName`. And no proxy that reads the requests (absolute form), for it serves all peers by one connection.
 */
export function watchPeers(
  { prototype }: AgentClass,
  recorder: Recorder,
): (request: ClientRequestLike, error: unknown) => number {
  const { getName } = prototype as { getName: unknown };
  /**
   * By connection. A slot would be quicker to read, but gives these sockets a hidden class of their own, and with one
   * more of them V8 goes over to slower code in what streams and sockets share: 1.7 % of a request's CPU in the full
   * scenario (median of 14 rounds in turns, Node 24).
   */
  const peerOfSocket = new WeakMap<object, KnownPeer>();

  const reused = (request: ClientRequestLike): object | null | undefined =>
    request.reusedSocket === true &&
    request.agent?.getName === getName &&
    request.path.charCodeAt(0) === 47
      ? request.socket
      : undefined;

  return (request, error) => {
    const socket = reused(request);
    if (socket) {
      const known = peerOfSocket.get(socket);
      if (
        known !== undefined &&
        known.address === request.host &&
        known.protocol === request.protocol
      ) {
        return known.sourceId;
      }
    }
    const { scheme, address, port, isStated } = peerOf(request, error);
    const sourceId = recorder.peerSource(scheme, address, port);
    if (socket && isStated && sourceId !== 0) {
      const { host, protocol } = request;
      peerOfSocket.set(socket, { address: host, protocol, sourceId });
    }
    return sourceId;
  };
}
