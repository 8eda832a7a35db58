import net from 'node:net';
import tls from 'node:tls';
import { MIN_TLS_VERSION } from './tls-trust.js';

/** Largest answer header of a proxy; real ones are a few hundred bytes. */
const MAX_HEADER_BYTES = 16 * 1024;

/** A proxy that did not open the tunnel. `code`: `PROXY_407`, `PROXY_502`, `PROXY_PROTOCOL`, or the socket's own. */
export class ProxyError extends Error {
  constructor(readonly code: string) {
    super(`proxy: ${code}`);
    this.name = 'ProxyError';
  }
}

/**
 * Opens a TCP tunnel to `host:port` through an HTTP proxy (RFC 9110 §9.3.6, CONNECT). There is no way round the
 * proxy: when it fails, the attempt fails.
 *
 * @param proxy `http://` or `https://`, user and password in the URL are sent as Basic proxy-authorization.
 * @returns destroy function for an attempt that is given up; `done` is called exactly once unless destroyed before.
 */
export function openTunnel(
  proxy: URL,
  trust: tls.SecureContext,
  host: string,
  port: number,
  done: (error: Error | undefined, socket?: net.Socket) => void,
): () => void {
  const socket = connectToProxy(proxy, trust);
  let head = Buffer.alloc(0);
  let settled = false;

  const finish = (error: Error | undefined): void => {
    if (settled) return;
    settled = true;
    socket.removeListener('data', onData);
    socket.removeListener('error', onError);
    socket.removeListener('close', onClose);
    if (error === undefined) {
      done(undefined, socket);
      return;
    }
    // A reset that arrives after we gave up must not become an uncaught error.
    socket.on('error', () => undefined);
    socket.destroy();
    done(error);
  };
  const onError = (error: NodeJS.ErrnoException): void =>
    finish(new ProxyError(error.code ?? 'PROXY_PROTOCOL'));
  const onClose = (): void => finish(new ProxyError('PROXY_CLOSED'));
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) {
      if (head.length > MAX_HEADER_BYTES) finish(new ProxyError('PROXY_PROTOCOL'));
      return;
    }
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, end))?.[1];
    if (status === undefined) finish(new ProxyError('PROXY_PROTOCOL'));
    else if (!status.startsWith('2')) finish(new ProxyError(`PROXY_${status}`));
    // TLS clients speak first: bytes behind the header can only come from something that is not a tunnel.
    else if (head.length > end + 4) finish(new ProxyError('PROXY_PROTOCOL'));
    else finish(undefined);
  };
  socket.on('data', onData);
  socket.once('error', onError);
  socket.once('close', onClose);
  socket.once(proxy.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
    socket.write(connectRequest(proxy, host, port));
  });
  return () => finish(new ProxyError('PROXY_TIMEOUT'));
}

function connectToProxy(proxy: URL, trust: tls.SecureContext): net.Socket {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  if (proxy.protocol === 'https:') {
    return tls.connect({
      host,
      port: Number(proxy.port || 443),
      servername: net.isIP(host) === 0 ? host : '',
      secureContext: trust,
      minVersion: MIN_TLS_VERSION,
      rejectUnauthorized: true,
    });
  }
  return net.connect({ host, port: Number(proxy.port || 80) });
}

function connectRequest(proxy: URL, host: string, port: number): string {
  const authority = `${net.isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.username !== '' || proxy.password !== '') {
    const user = decodeURIComponent(proxy.username);
    const password = decodeURIComponent(proxy.password);
    const basic = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
    lines.push(`Proxy-Authorization: Basic ${basic}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
