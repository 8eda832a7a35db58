import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { bypassesProxy } from './no-proxy.js';
import { openTunnel } from './proxy-tunnel.js';
import { parseRetryAfter } from './retry-schedule.js';
import { createTrust, MIN_TLS_VERSION, type OwnCertificate } from './tls-trust.js';

/** An answer longer than this is cut: nothing we wait for is longer. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface TlsPosterOptions {
  /** https:// address; only its host and port are used. */
  url: URL;
  /** PEM file of an additional certificate authority. */
  caFile?: string | undefined;
  /** NODE_EXTRA_CA_CERTS, which Node trusts already; see createTrust. */
  extraCaFile?: string | undefined;
  /** Shown to a server that asks for it; never to a proxy. */
  own?: OwnCertificate | undefined;
  /** CONNECT proxy. */
  proxy?: URL | undefined;
  noProxy?: readonly string[];
}

export interface PostAnswer {
  status: number;
  /** Media type without parameters, lower case; '' when absent. */
  contentType: string;
  retryAfterMs: number | undefined;
  /** The server's clock, epoch ms in whole seconds. */
  dateMs?: number | undefined;
  body: Buffer;
}

/** No answer came. `code` is Node's, OpenSSL's or one of `TIMEOUT`, `PROXY_…`; never text of the peer. */
export class PostError extends Error {
  constructor(readonly code: string) {
    super(`post failed: ${code}`);
    this.name = 'PostError';
  }
}

/** What Node calls on an agent for a new connection; not in its published types. */
interface ConnectingAgent {
  createConnection(
    options: tls.ConnectionOptions,
    callback: (error: Error | null, socket?: net.Socket) => void,
  ): net.Socket | undefined;
}

/**
 * Posts over TLS ≥ 1.2 on one kept-alive connection. The certificate is always verified: `rejectUnauthorized` is
 * stated, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment has no effect, and no option changes it.
 */
export class TlsPoster {
  private readonly agent: https.Agent;
  private readonly host: string;
  private readonly port: number;
  private giveUpTunnel: (() => void) | undefined;

  /** @throws Error when the URL is not https, or the CA file cannot be used. */
  constructor(options: TlsPosterOptions) {
    const { url, proxy } = options;
    if (url.protocol !== 'https:') throw new Error('only https:// addresses are posted to');
    this.host = url.hostname.replace(/^\[|\]$/g, '');
    this.port = Number(url.port || 443);
    const security: tls.ConnectionOptions = {
      secureContext: createTrust(options.caFile, options.extraCaFile, options.own),
      minVersion: MIN_TLS_VERSION,
      rejectUnauthorized: true,
      // SNI takes names only (RFC 6066 §3); the certificate is checked against `host` either way.
      servername: net.isIP(this.host) === 0 ? this.host : '',
    };
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...security });
    if (proxy !== undefined && !bypassesProxy(this.host, this.port, options.noProxy ?? [])) {
      const trust = createTrust(options.caFile, options.extraCaFile);
      (this.agent as unknown as ConnectingAgent).createConnection = (_options, callback) => {
        this.connectThrough(proxy, trust, security, callback);
        return undefined;
      };
    }
  }

  /**
   * @param path with leading slash.
   * @param deadlineMs for the whole attempt: proxy, handshake, sending and the last byte of the answer.
   * @throws PostError when no complete answer came in time.
   */
  async post(
    path: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    deadlineMs: number,
  ): Promise<PostAnswer> {
    const startedMs = performance.now();
    try {
      return await this.attempt(path, body, headers, deadlineMs);
    } catch (error) {
      // A server may close an idle connection just as we use it; that says nothing about the server. Posts carry a
      // batch key, so sending twice counts once.
      if (!(error instanceof StaleConnection)) throw error;
      const leftMs = deadlineMs - (performance.now() - startedMs);
      return this.attempt(path, body, headers, Math.max(1, leftMs));
    }
  }

  /** Closes the kept connection; a post under way fails with `ECONNRESET`. */
  close(): void {
    this.giveUpTunnel?.();
    this.agent.destroy();
  }

  private attempt(
    path: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
    deadlineMs: number,
  ): Promise<PostAnswer> {
    return new Promise((resolve, reject) => {
      let timedOut = false;
      const request = https.request({
        agent: this.agent,
        host: this.host,
        port: this.port,
        method: 'POST',
        path,
        headers: { ...headers, 'content-length': body.byteLength },
      });
      const timer = setTimeout(() => {
        timedOut = true;
        this.giveUpTunnel?.();
        request.destroy();
        reject(new PostError('TIMEOUT'));
      }, deadlineMs);
      const fail = (error: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        if (timedOut) return;
        const code = error.code ?? 'UNKNOWN';
        const stale = request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
        reject(stale ? new StaleConnection(code) : new PostError(code));
      };
      request.on('error', fail);
      request.on('response', (response) => {
        readAnswer(response).then((answer) => {
          clearTimeout(timer);
          resolve(answer);
        }, fail);
      });
      request.end(body);
    });
  }

  private connectThrough(
    proxy: URL,
    trust: tls.SecureContext,
    security: tls.ConnectionOptions,
    callback: (error: Error | null, socket?: net.Socket) => void,
  ): void {
    this.giveUpTunnel = openTunnel(proxy, trust, this.host, this.port, (error, tunnel) => {
      this.giveUpTunnel = undefined;
      if (error !== undefined || tunnel === undefined) {
        callback(error ?? new PostError('PROXY_PROTOCOL'));
        return;
      }
      // `host` is what the certificate is checked against; the TCP connection exists already.
      callback(null, tls.connect({ ...security, host: this.host, socket: tunnel }));
    });
  }
}

class StaleConnection extends PostError {}

function readAnswer(response: IncomingMessage): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (): void =>
      resolve({
        status: response.statusCode ?? 0,
        contentType:
          (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
        retryAfterMs: parseRetryAfter(response.headers['retry-after'], response.headers.date),
        dateMs: Date.parse(response.headers.date ?? '') || undefined,
        body: Buffer.concat(chunks),
      });
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else {
        finish();
        response.destroy();
      }
    });
    response.on('end', finish);
    response.on('error', reject);
  });
}
