/**
 * A recorder between two parts: answers nothing itself, hands every request on, keeps what was sent, decoded.
 * Sits in front of the agent's socket (what the runtime sends) and of the server (what the agent sends, for
 * which it ends TLS with a certificate that the agent trusts).
 */
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { rmSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export class Tee {
  /** Everything sent: request line, headers and body as received, and the body decompressed. @type {Buffer[]} */
  recorded = [];
  requests = 0;
  bytesOnWire = 0;
  #server;
  #listenAt;
  #tls;
  #upstream;

  /**
   * @param {{ listenAt: string | number, tls?: { key: string, cert: string },
   *   upstream: import('node:https').RequestOptions }} options listenAt: socket path, or loopback port (0 = any)
   */
  constructor({ listenAt, tls, upstream }) {
    this.#listenAt = listenAt;
    this.#tls = tls;
    this.#upstream = upstream;
  }

  async open() {
    const handle = (request, response) => this.#forward(request, response);
    this.#server = this.#tls ? https.createServer(this.#tls, handle) : http.createServer(handle);
    this.#server.keepAliveTimeout = 75_000;
    if (typeof this.#listenAt === 'string') this.#server.listen(this.#listenAt);
    else this.#server.listen(this.#listenAt, '127.0.0.1');
    await once(this.#server, 'listening');
    // The same address again after a closed spell.
    if (this.#listenAt === 0) this.#listenAt = this.#server.address().port;
    return this;
  }

  get port() {
    return this.#listenAt;
  }

  /** Nobody answers here until `open` is called again: connections are refused. */
  async close() {
    if (this.#server === undefined) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#server = undefined;
    if (typeof this.#listenAt === 'string') rmSync(this.#listenAt, { force: true });
  }

  #record(request, body) {
    this.requests += 1;
    this.bytesOnWire += body.length;
    this.recorded.push(
      Buffer.from(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`),
      body,
    );
    if (request.headers['content-encoding'] === 'gzip') this.recorded.push(gunzipSync(body));
  }

  async #forward(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // The sender went away half-way; it will send again.
    }
    const body = Buffer.concat(chunks);
    this.#record(request, body);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const onward = (this.#upstream.host === undefined ? http : https).request(
      { ...this.#upstream, method: request.method, path: request.url, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.destroy());
    onward.end(body);
  }
}
