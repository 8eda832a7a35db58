import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODE } from '../../protocol/delivery.js';

export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];

/** An answer with a stable code. The message is a fixed sentence: it never quotes what was received. */
export class ApiError extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const notFound = (what: string): ApiError =>
  new ApiError(404, ERROR_CODE.notFound, `There is no such ${what}.`);

export const invalidParameter = (message: string): ApiError =>
  new ApiError(400, ERROR_CODE.invalidParameter, message);

export const tooManyRequests = (): ApiError =>
  new ApiError(429, ERROR_CODE.rateLimited, 'Too many requests; try again later.');

/** Fastify's own refusals, in our codes. */
const KNOWN: Readonly<Record<number, { code: ErrorCode; message: string }>> = {
  400: { code: ERROR_CODE.malformedBody, message: 'The request cannot be read.' },
  401: { code: ERROR_CODE.unauthorized, message: 'Log in first.' },
  403: { code: ERROR_CODE.forbidden, message: 'This is not allowed.' },
  404: { code: ERROR_CODE.notFound, message: 'There is nothing at this path.' },
  413: { code: ERROR_CODE.bodyTooLarge, message: 'The body is too large.' },
  414: { code: ERROR_CODE.invalidParameter, message: 'The path is too long.' },
  415: { code: ERROR_CODE.unsupportedMediaType, message: 'This content type is not accepted.' },
  429: { code: ERROR_CODE.rateLimited, message: 'Too many requests; try again later.' },
};

/** Methods of the paths that exist, for 405 instead of 404. */
const METHODS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/v1\/(metrics|traces)$/, ['POST']],
  [/^\/api\/(login|logout)$/, ['POST']],
  [/^\/api\/(session|services|setup|privacy)$/, ['GET', 'HEAD']],
  [/^\/api\/services\/[^/]+$/, ['GET', 'HEAD']],
  [/^\/api\/services\/[^/]+\/settings$/, ['PUT']],
  [/^\/api\/services\/[^/]+\/[^/]+(\/[^/]+)?$/, ['GET', 'HEAD']],
];

/** The request's path without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Error answers as `{ error: { code, message } }`, and the handler of unknown paths. */
export function installErrors(
  app: FastifyInstance,
  log: (line: string) => void,
  unknownPath: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined,
): void {
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    if (error instanceof ApiError) {
      return sendError(reply, error.statusCode, error.code, error.message);
    }
    const status = error.statusCode ?? 500;
    const known = status < 500 ? (KNOWN[status] ?? KNOWN[400]) : undefined;
    if (known !== undefined) return sendError(reply, status, known.code, known.message);
    // The error's own message can quote data: only its kind is told.
    log(`error ${errorKind(error)} at ${request.method} ${request.routeOptions.url ?? '?'}`);
    return sendError(reply, 503, ERROR_CODE.unavailable, 'The server cannot do this right now.');
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request);
    const methods = METHODS.find(([pattern]) => pattern.test(path))?.[1];
    if (methods !== undefined && !methods.includes(request.method)) {
      reply.header('allow', methods.join(', '));
      return sendError(reply, 405, ERROR_CODE.methodNotAllowed, 'This path takes another method.');
    }
    return (
      unknownPath(request, reply) ??
      sendError(reply, 404, ERROR_CODE.notFound, 'There is nothing at this path.')
    );
  });
}

export function sendError(
  reply: FastifyReply,
  status: number,
  code: ErrorCode,
  message: string,
): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send({ error: { code, message } });
}

/** Class and code of an error, for a log line. */
export function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
