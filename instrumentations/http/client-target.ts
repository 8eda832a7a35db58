import type { ClientRequestLike } from './node-types.js';

export interface Peer {
  readonly scheme: string;
  readonly address: string;
  readonly port: number;
}

/**
 * Whom a request was meant for. ClientRequest keeps host and protocol but not the port: it is taken
 * from the Host header that Node wrote for this host, else from the error or the socket, else the
 * scheme's own.
 */
export function peerOf(request: ClientRequestLike, error: unknown): Peer {
  const scheme = request.protocol === 'https:' ? 'https' : 'http';
  const address = request.host ?? '';
  // A Unix socket has a path instead; paths are not sent.
  if (request.socketPath) return { scheme, address, port: 0 };
  return { scheme, address, port: portOf(request, address, error) || defaultPort(scheme) };
}

function portOf(request: ClientRequestLike, address: string, error: unknown): number {
  const header = request.getHeader?.('host');
  if (typeof header === 'string') {
    if (header === address || header === `[${address}]`) return 0;
    const colon = header.lastIndexOf(':');
    const name = header.slice(0, colon);
    if (colon > 0 && (name === address || name === `[${address}]`)) {
      return Number(header.slice(colon + 1)) || 0;
    }
  }
  const failed = (error as { port?: unknown } | undefined)?.port;
  if (typeof failed === 'number') return failed;
  return request.socket?.remotePort ?? 0;
}

function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80;
}

/** The path of a request target; a proxied request carries the absolute form. */
export function pathOf(target: string): string {
  if (target.charCodeAt(0) === 47) return target;
  const scheme = target.indexOf('://');
  if (scheme < 0) return target;
  const slash = target.indexOf('/', scheme + 3);
  return slash < 0 ? '/' : target.slice(slash);
}
