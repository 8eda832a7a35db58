import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  AUTHORIZATION_HEADER,
  BATCH_HEADER,
  ERROR_CODE,
  JSON_TYPE,
  MAX_BATCHES_TOGETHER,
  PROTOBUF_TYPE,
} from '../../protocol/delivery.js';
import { BodyBudget, readBody } from '../ingest/read-body.js';
import { METRICS_SIGNAL, TRACES_SIGNAL, type Signal, type Understood } from '../ingest/signals.js';
import type { TranslateOptions } from '../ingest/translate.js';
import { ApiError, invalidParameter, tooManyRequests } from '../plugins/errors.js';
import type { Platform } from '../platform.js';
import type { Batch, Tenant } from '../store/store.js';

const DAY_MS = 86_400_000;
/** Wrong keys per address and minute; a right key is never held up by a neighbour's wrong ones. */
const FAILURES_PER_MINUTE = 60;
/** Batches per key and minute: a host agent sends 6, and drains a spool after an outage. */
const BATCHES_PER_MINUTE = 12_000;
/** Bytes of bodies under way, all senders together. */
const MAX_BYTES_UNDER_WAY = 128 * 1024 * 1024;
/** `<anything without spaces>:<sequence>` or `…:<first>-<last>` */
const BATCH_KEY = /^([\x21-\x7e]{1,200}):(\d{1,15})(?:-(\d{1,15}))?$/;

/** OTLP/HTTP metrics and the traces of slow requests. The tenant comes from the ingest key alone. */
export function ingestRoutes(app: FastifyInstance, platform: Platform): void {
  const failures = app.createRateLimit({ max: FAILURES_PER_MINUTE, timeWindow: 60_000 });
  const batches = app.createRateLimit({
    max: BATCHES_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => tenants.get(request)?.id ?? '',
  });
  const tenants = new WeakMap<FastifyRequest, Tenant>();
  const budget = new BodyBudget(MAX_BYTES_UNDER_WAY);

  // The body is read by hand, within limits, once the key is known to be right.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const tenant = platform.store.control.tenantOfIngestKey(bearerOf(request));
    if (tenant === undefined) {
      const state = await failures(request);
      if (!state.isAllowed && state.isExceeded) throw tooManyRequests();
      throw new ApiError(401, ERROR_CODE.unauthorized, 'The ingest key is missing or wrong.');
    }
    tenants.set(request, tenant);
    const state = await batches(request);
    if (!state.isAllowed && state.isExceeded) throw tooManyRequests();
  };

  for (const signal of [METRICS_SIGNAL, TRACES_SIGNAL]) {
    app.post(signal.path, {
      onRequest,
      handler: async (request, reply) => {
        const json = isJson(request);
        const key = batchKeyOf(request);
        const body = await readBody(
          request.raw,
          request.headers['content-encoding']?.trim().toLowerCase(),
          Number(request.headers['content-length'] ?? 0),
          budget,
        );
        const nowMs = platform.now();
        const { content, rejected } = understand(signal, body, json, {
          nowMs,
          oldestMs: nowMs - platform.settings.retentionDays * DAY_MS,
        });
        const batch: Batch = { key, receivedMs: nowMs, ...content };
        const result = await platform.committer(tenants.get(request)?.id ?? '').commit(batch);
        if (result === 'partial') {
          throw new ApiError(
            409,
            ERROR_CODE.batchPartlyStored,
            'Some of these batches were stored before; send them one by one.',
          );
        }
        const answer = signal.answer(rejected, json);
        return reply
          .header('cache-control', 'no-store')
          .type(json ? JSON_TYPE : PROTOBUF_TYPE)
          .send(typeof answer === 'string' ? answer : Buffer.from(answer));
      },
    });
  }
}

/**
 * Whatever goes wrong here will go wrong with every repetition: the answer says "malformed", because an
 * agent would send a batch that is answered with 5xx again and again, and nothing behind it.
 */
function understand(
  signal: Signal,
  body: Buffer,
  json: boolean,
  options: TranslateOptions,
): Understood {
  try {
    return signal.understand(body, json, options);
  } catch {
    throw new ApiError(
      400,
      ERROR_CODE.malformedBody,
      `The body is no OTLP ${signal.name} request.`,
    );
  }
}

function bearerOf(request: FastifyRequest): string {
  return /^Bearer +(\S+)$/i.exec(request.headers[AUTHORIZATION_HEADER] ?? '')?.[1] ?? '';
}

function isJson(request: FastifyRequest): boolean {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === JSON_TYPE) return true;
  if (type === PROTOBUF_TYPE) return false;
  throw new ApiError(
    415,
    ERROR_CODE.unsupportedMediaType,
    `Only ${PROTOBUF_TYPE} and ${JSON_TYPE} are accepted.`,
  );
}

function batchKeyOf(request: FastifyRequest): Batch['key'] {
  const header = (request.raw as IncomingMessage).headers[BATCH_HEADER];
  if (header === undefined) return undefined;
  const [, source, first, until] = BATCH_KEY.exec(String(header)) ?? [];
  const sequence = Number(first);
  const last = until === undefined ? sequence : Number(until);
  const together = last - sequence + 1;
  if (source === undefined || together < 1 || together > MAX_BATCHES_TOGETHER) {
    throw invalidParameter(`The ${BATCH_HEADER} header is no batch key.`);
  }
  return { source, sequence, last };
}
