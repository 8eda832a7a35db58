import net from 'node:net';
import tls from 'node:tls';
import { bypassesProxy } from './no-proxy.js';
import { openTunnel, ProxyError } from './proxy-tunnel.js';
import { createTrust, MIN_TLS_VERSION } from './tls-trust.js';

/** What may be shown of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly names: string;
  readonly validToMs: number;
}

export interface TlsFacts {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly certificate: CertificateFacts;
  /** Why nothing would be sent over this connection: OpenSSL's or Node's code; undefined = it is trusted. */
  readonly problem: string | undefined;
}

export interface TlsTarget {
  readonly url: URL;
  readonly proxy: URL | undefined;
  readonly noProxy: readonly string[];
  readonly caFile: string | undefined;
  readonly extraCaFile: string | undefined;
}

/** The proxy failed, or no connection was made. `code` is a system's or OpenSSL's; never text of the peer. */
export class ConnectError extends Error {
  constructor(readonly code: string) {
    super(`no connection: ${code}`);
    this.name = 'ConnectError';
  }
}

/** Host and port of a server's address. */
export function endpointOf(url: URL): { host: string; port: number } {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
}

/**
 * Opens a TCP connection as the uplink does: through the proxy unless the host is exempt from it.
 * @throws ConnectError
 */
export function connectTo(
  { url, proxy, noProxy, caFile, extraCaFile }: TlsTarget,
  deadlineMs: number,
): Promise<net.Socket> {
  const { host, port } = endpointOf(url);
  return new Promise((resolve, reject) => {
    let giveUp: () => void = () => undefined;
    const fail = (code: string): void => {
      clearTimeout(timer);
      reject(new ConnectError(code));
    };
    const timer = setTimeout(() => {
      giveUp();
      fail('TIMEOUT');
    }, deadlineMs);
    if (proxy !== undefined && !bypassesProxy(host, port, noProxy)) {
      const trust = createTrust(caFile, extraCaFile);
      giveUp = openTunnel(proxy, trust, host, port, (error, socket) => {
        clearTimeout(timer);
        if (socket !== undefined) resolve(socket);
        else fail(error instanceof ProxyError ? error.code : 'PROXY_PROTOCOL');
      });
      return;
    }
    const socket = net.connect({ host, port });
    giveUp = () => socket.destroy();
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'UNKNOWN'));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/**
 * Shakes hands over `socket` and says what came of it. To name a certificate that is refused, the handshake is
 * completed and judged afterwards; not one byte of data is sent over this connection, which is closed at once.
 *
 * @throws ConnectError when there is no certificate to speak of.
 */
export function inspectTls(
  socket: net.Socket,
  { url, caFile, extraCaFile }: TlsTarget,
  deadlineMs: number,
): Promise<TlsFacts> {
  const { host } = endpointOf(url);
  return new Promise((resolve, reject) => {
    const secure = tls.connect({
      socket,
      host,
      servername: net.isIP(host) === 0 ? host : '',
      secureContext: createTrust(caFile, extraCaFile),
      minVersion: MIN_TLS_VERSION,
      rejectUnauthorized: false,
    });
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      secure.on('error', () => undefined);
      secure.destroy();
      socket.destroy();
      act();
    };
    const fail = (code: string): void => finish(() => reject(new ConnectError(code)));
    const timer = setTimeout(() => fail('TIMEOUT'), deadlineMs);
    secure.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'UNKNOWN'));
    secure.once('close', () => fail('TLS_CLOSED'));
    secure.once('secureConnect', () => {
      const facts: TlsFacts = {
        protocol: secure.getProtocol() ?? '',
        certificate: factsOf(secure.getPeerCertificate()),
        // A code in practice, whatever its type says.
        problem: secure.authorized ? undefined : codeOf(secure.authorizationError),
      };
      finish(() => resolve(facts));
    });
  });
}

function codeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN';
}

function factsOf(certificate: tls.PeerCertificate): CertificateFacts {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: (certificate.subjectaltname ?? '').replace(/(DNS|IP Address):/g, ''),
    validToMs: Date.parse(certificate.valid_to),
  };
}

/** `CN=…, O=…`, of what a certificate says of itself; printable characters only. */
function nameOf(name: tls.Certificate | undefined): string {
  const { CN, O } = (name ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const parts = [
    CN === undefined ? '' : `CN=${String(CN)}`,
    O === undefined ? '' : `O=${String(O)}`,
  ];
  const text = parts.filter((part) => part !== '').join(', ');
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 120) || 'no name';
}
