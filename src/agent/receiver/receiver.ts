import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  BATCH_HEADER,
  ERROR_CODE,
  JSON_TYPE,
  METRICS_PATH,
  PROTOBUF_TYPE,
} from '../../protocol/delivery.js';
import { BodyBudget } from './body-budget.js';
import { readBody } from './read-body.js';
import { answerJson, answerRefusal, Refusal } from './refusal.js';

export type BodyKind = 'protobuf' | 'json';

/** Takes batches. @throws Refusal for the sender; anything else is answered 503 and tried again by it. */
export interface BatchSink {
  /** @returns further headers of the 200 answer. */
  accept(
    body: Buffer,
    kind: BodyKind,
    batchKey: string | undefined,
  ): Promise<Readonly<Record<string, string>>>;
  /** A request was refused; for counting. */
  refused(code: string): void;
}

/** GET paths and what they answer; query parameters may be refused with a Refusal. */
export type Pages = Readonly<Record<string, (query: URLSearchParams) => unknown>>;

export interface ReceiverOptions {
  sink: BatchSink;
  pages: Pages;
  /** Shared by all receivers of a process. */
  budget: BodyBudget;
  /** Time for one body, ms. */
  bodyTimeoutMs?: number;
}

/** More runtimes than a host has; a flood of connections must not take all file descriptors. */
const MAX_CONNECTIONS = 2048;
const DEFAULT_BODY_TIMEOUT_MS = 10_000;
/** How long a refused sender may go on sending before its connection is cut: time to read the answer. */
const LINGER_MS = 1_000;
/** `<instance id>:<sequence>`. */
const BATCH_KEY = /^[\w.-]{1,128}(:[\w.-]{1,128})?:\d{1,16}$/;

export const MAX_HELD_BODY_BYTES = 64 * 1024 * 1024;

/** An OTLP/HTTP receiver for metrics (protobuf and JSON, gzip), not yet listening. */
export function createReceiver(options: ReceiverOptions): Server {
  const bodyTimeoutMs = options.bodyTimeoutMs ?? DEFAULT_BODY_TIMEOUT_MS;
  const server = http.createServer(
    {
      headersTimeout: bodyTimeoutMs,
      // Only a second net: the body's own timer answers first.
      requestTimeout: 2 * bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(2_000, bodyTimeoutMs),
      keepAliveTimeout: 60_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      handle(request, response, options, bodyTimeoutMs).catch((error: unknown) => {
        const refusal = error instanceof Refusal ? error : unavailable();
        options.sink.refused(refusal.code);
        if (!response.headersSent) refuseAndClose(request, response, refusal);
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    options.sink.refused(ERROR_CODE.malformedBody);
    answerBrokenHttp(error, socket);
  });
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ReceiverOptions,
  bodyTimeoutMs: number,
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const page = Object.hasOwn(options.pages, path) ? options.pages[path] : undefined;
  if (page !== undefined) {
    if (request.method !== 'GET') throw methodNotAllowed('GET');
    answerJson(response, 200, page(new URLSearchParams(query)));
    return;
  }
  if (path !== METRICS_PATH) throw new Refusal(404, ERROR_CODE.notFound, 'no such path');
  if (request.method !== 'POST') throw methodNotAllowed('POST');
  const kind = bodyKind(request.headers['content-type']);
  const batchKey = request.headers[BATCH_HEADER];
  if (batchKey !== undefined && (typeof batchKey !== 'string' || !BATCH_KEY.test(batchKey))) {
    throw new Refusal(400, ERROR_CODE.invalidParameter, `${BATCH_HEADER} is malformed`);
  }
  const body = await readBody(request, options.budget, bodyTimeoutMs);
  try {
    const headers = await options.sink.accept(body.bytes, kind, batchKey);
    answerOtlp(response, kind, headers);
  } finally {
    body.release();
  }
}

function bodyKind(contentType: string | undefined): BodyKind {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === PROTOBUF_TYPE) return 'protobuf';
  if (type === JSON_TYPE) return 'json';
  const message = `content-type must be ${PROTOBUF_TYPE} or ${JSON_TYPE}`;
  throw new Refusal(415, ERROR_CODE.unsupportedMediaType, message);
}

/** An empty ExportMetricsServiceResponse, in the encoding of the request as OTLP/HTTP demands. */
function answerOtlp(
  response: ServerResponse,
  kind: BodyKind,
  headers: Readonly<Record<string, string>>,
): void {
  if (kind === 'json') {
    answerJson(response, 200, {}, headers);
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': PROTOBUF_TYPE, 'content-length': 0 });
  response.end();
}

/**
 * Answers while the sender may still be sending. Closing at once would reset the connection and destroy the answer
 * on its way, so what still comes is discarded for a moment.
 */
function refuseAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
): void {
  if (request.complete) {
    answerRefusal(response, refusal);
    return;
  }
  response.setHeader('connection', 'close');
  answerRefusal(response, refusal);
  request.on('error', () => undefined);
  request.resume();
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const code = late ? ERROR_CODE.requestTimeout : ERROR_CODE.malformedBody;
  const message = late ? 'the request took too long' : 'this is not HTTP';
  const body = JSON.stringify({ error: { code, message } });
  const status = late ? '408 Request Timeout' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: ${JSON_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function methodNotAllowed(allow: string): Refusal {
  return new Refusal(405, ERROR_CODE.methodNotAllowed, `use ${allow}`, { allow });
}

function unavailable(): Refusal {
  const message = 'cannot be stored now';
  return new Refusal(503, ERROR_CODE.unavailable, message, { 'retry-after': '5' });
}
