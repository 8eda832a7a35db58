import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  BATCH_HEADER,
  ERROR_CODE,
  JSON_TYPE,
  LOGS_PATH,
  METRICS_PATH,
  PROTOBUF_TYPE,
  type Signal,
  TRACES_PATH,
} from '../../protocol/delivery.js';
import {
  encodeMetricsResponse,
  encodeMetricsResponseJson,
  encodeRefusal,
} from '../../protocol/index.js';
import { BodyBudget } from './body-budget.js';
import { readBody } from './read-body.js';
import { answerJson, answerRefusal, Refusal } from './refusal.js';

export type BodyKind = 'protobuf' | 'json';

/** What the 200 answer to a batch says. */
export interface Accepted {
  headers?: Readonly<Record<string, string>>;
  /** Data points or spans that were not taken and are counted as lost; the sender is told. */
  refused?: number;
}

/** Takes batches. @throws Refusal for the sender; anything else is answered 503 and tried again by it. */
export interface BatchSink {
  accept(
    body: Buffer,
    kind: BodyKind,
    batchKey: string | undefined,
    signal: Signal,
  ): Promise<Accepted>;
  /**
   * Log records came. They are not stored; a sender that was refused would send them again for ever.
   * @returns how many there were.
   */
  refuseLogs(body: Buffer, kind: BodyKind): number;
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

const SIGNALS: Readonly<Record<string, Signal | 'logs'>> = {
  [METRICS_PATH]: 'metrics',
  [TRACES_PATH]: 'traces',
  [LOGS_PATH]: 'logs',
};
const REFUSED_POINTS =
  'Only delta histograms and sums of the metrics that Retrace knows are stored.';

/** An OTLP/HTTP receiver for metrics and our runtimes' waterfalls (protobuf and JSON, gzip), not yet listening. */
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
  const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
  if (signal === undefined) throw new Refusal(404, ERROR_CODE.notFound, 'no such path');
  if (request.method !== 'POST') throw methodNotAllowed('POST');
  const kind = bodyKind(request.headers['content-type']);
  const batchKey = request.headers[BATCH_HEADER];
  if (batchKey !== undefined && (typeof batchKey !== 'string' || !BATCH_KEY.test(batchKey))) {
    throw new Refusal(400, ERROR_CODE.invalidParameter, `${BATCH_HEADER} is malformed`);
  }
  const body = await readBody(request, options.budget, bodyTimeoutMs);
  try {
    if (signal === 'logs') {
      const items = options.sink.refuseLogs(body.bytes, kind);
      answerOtlp(response, kind, encodeRefusal(signal, items, kind));
      return;
    }
    const accepted = await options.sink.accept(body.bytes, kind, batchKey, signal);
    answerOtlp(response, kind, answerOf(signal, kind, accepted.refused ?? 0), accepted.headers);
  } finally {
    body.release();
  }
}

function answerOf(signal: Signal, kind: BodyKind, refused: number): string | Uint8Array {
  if (signal === 'traces') return encodeRefusal(signal, refused, kind);
  const partial =
    refused === 0 ? undefined : { rejectedDataPoints: refused, errorMessage: REFUSED_POINTS };
  return kind === 'json' ? encodeMetricsResponseJson(partial) : encodeMetricsResponse(partial);
}

function bodyKind(contentType: string | undefined): BodyKind {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === PROTOBUF_TYPE) return 'protobuf';
  if (type === JSON_TYPE) return 'json';
  const message = `content-type must be ${PROTOBUF_TYPE} or ${JSON_TYPE}`;
  throw new Refusal(415, ERROR_CODE.unsupportedMediaType, message);
}

/** In the encoding of the request, as OTLP/HTTP demands. */
function answerOtlp(
  response: ServerResponse,
  kind: BodyKind,
  answer: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = typeof answer === 'string' ? Buffer.from(answer, 'utf8') : Buffer.from(answer);
  const type = kind === 'json' ? JSON_TYPE : PROTOBUF_TYPE;
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': bytes.length });
  response.end(bytes);
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
