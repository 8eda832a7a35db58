import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'node:net';
import { listen } from '../agent-fixtures.js';

/** What the front does with a request instead of passing it on. */
export type Fault =
  /** An answer of its own; the server never sees the request. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Bytes that are no HTTP. */
  | 'garbage'
  /** TCP reset before the server has seen the request. */
  | 'reset'
  /** The server stores the batch; its answer is lost. */
  | 'lose-answer'
  /** The server stores the batch; its answer is cut in the middle. */
  | 'cut-answer'
  /** The server stores the batch; its answer comes at one byte a second. */
  | 'drip-answer'
  | 'hang';

export interface Certificate {
  key: string;
  cert: string;
}

/**
 * Stands between agent and server as a load balancer does: takes TLS, passes every request on to the real server
 * over TLS, and does to it what the script says.
 */
export class Front {
  /** Asked once per request, with its number from 1. */
  script: (count: number) => Fault | undefined = () => undefined;
  requests = 0;
  /** TCP connections taken, whatever came of them. */
  connections = 0;
  port = 0;
  private server: https.Server | undefined;
  private readonly upstream: https.Agent;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly certificate: Certificate,
    private readonly target: { port: number; caFile: string },
  ) {
    this.upstream = new https.Agent({ keepAlive: true, ca: readFileSync(target.caFile) });
  }

  async start(certificate = this.certificate): Promise<void> {
    const server = https.createServer(certificate, (request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      void this.handle(request, response);
    });
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await listen(server, this.port);
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nobody listens any more: connections are refused. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  async close(): Promise<void> {
    await this.stop();
    this.upstream.destroy();
  }

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests += 1;
    const fault = this.script(this.requests);
    const { socket } = request;
    if (fault === 'hang') return;
    if (fault === 'reset') this.tcpOf(socket)?.resetAndDestroy();
    else if (fault === 'garbage') socket.end('\u0000\u0001 not HTTP at all \r\n\r\n');
    else if (typeof fault === 'object') {
      response.writeHead(fault.status, {
        'content-type': 'application/x-protobuf',
        ...fault.headers,
      });
      response.end(fault.body);
    } else this.relay(request, Buffer.concat(chunks), response, fault);
  }

  /** The TCP connection below TLS: a TLS socket cannot be reset. */
  private tcpOf(socket: Socket): Socket | undefined {
    return [...this.sockets].find(({ remotePort }) => remotePort === socket.remotePort);
  }

  private relay(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    fault: 'lose-answer' | 'cut-answer' | 'drip-answer' | undefined,
  ): void {
    const { method, socket } = request;
    const headers = { ...request.headers, host: `localhost:${this.target.port}` };
    const onward = https.request(
      {
        agent: this.upstream,
        host: 'localhost',
        port: this.target.port,
        path: request.url,
        method,
        headers,
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          if (fault === 'lose-answer') socket.destroy();
          else if (fault === 'cut-answer')
            socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx');
          else if (fault === 'drip-answer') drip(socket);
          else {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            response.end(Buffer.concat(parts));
          }
        });
      },
    );
    // The server is away: a load balancer says so.
    onward.on('error', () => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end();
    });
    onward.end(body);
  }
}

function drip(socket: Socket): void {
  const text =
    'HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n';
  let at = 0;
  const timer = setInterval(() => socket.write(text.charAt((at += 1) - 1)), 1_000);
  socket.once('close', () => clearInterval(timer));
}
