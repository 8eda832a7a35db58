/**
 * How batches travel: OTLP/HTTP `POST /v1/metrics` or `/v1/traces`, protobuf, gzip, plus the headers below. Any
 * OTLP receiver ignores them; ours use them to count each batch exactly once.
 */

/** Path of OTLP/HTTP metrics, on the agent's socket and on the server alike. */
export const METRICS_PATH = '/v1/metrics';
/** Likewise of OTLP/HTTP traces: the spans of our runtimes' waterfalls. Other SDKs' spans are counted and refused. */
export const TRACES_PATH = '/v1/traces';
/** What other SDKs send and nobody here stores. */
export const LOGS_PATH = '/v1/logs';

/** What a batch is. */
export type Signal = 'metrics' | 'traces';

export function pathOf(signal: Signal): string {
  return signal === 'traces' ? TRACES_PATH : METRICS_PATH;
}
export const PROTOBUF_TYPE = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

/**
 * Runtime → agent: `<service.instance.id>:<sequence>`; sequence starts at 1. The agent ignores a batch it has seen.
 * Agent → server: `<agent id>:<boot id>:<sequence>`, or `…:<first>-<last>` where the body holds several batches added
 * up; the server deduplicates every one of them in the transaction that stores it. Where it has stored some of them
 * before it takes none and answers 409 `batch_partly_stored`; sent one by one they then count once. Metrics and traces
 * of a runtime share one sequence; the agent names its own traces by `TRACES_SOURCE_MARK`.
 */
export const BATCH_HEADER = 'retrace-batch';

/**
 * Ends the boot id in the key of traces that an agent sends. Batches of both kinds lie mixed in its spool: of the same
 * `<first>-<last>` go two bodies, each under a key of its own.
 */
export const TRACES_SOURCE_MARK = '.traces';

/** Most batches in one body. */
export const MAX_BATCHES_TOGETHER = 1_000;

/**
 * Set to `1` on a 200 answer by a reader that looked at a batch without taking it (`retrace report` where no
 * agent runs). The runtime keeps the batch for a real agent and goes on with the next one.
 */
export const PEEKED_HEADER = 'retrace-peeked';

/** Agent → server and direct runtime → server: `authorization: Bearer <ingest key>`. */
export const AUTHORIZATION_HEADER = 'authorization';

/** Largest body anyone accepts, before and after decompression. */
export const MAX_COMPRESSED_BODY_BYTES = 4 * 1024 * 1024;
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Folder beside the agent's socket into which an exiting runtime drops what it could not deliver. */
export const HANDOVER_DIR = 'handover';

/** File name of a handed-over batch: uncompressed protobuf, written to a `.tmp` first, then renamed. */
export function handoverFileName(instanceId: string, sequence: number, signal: Signal): string {
  return `${instanceId}.${sequence}${signal === 'traces' ? '.traces' : ''}.otlp`;
}

const HANDOVER_FILE = /^([\w.-]{1,128})\.(\d{1,16})(\.traces)?\.otlp$/;

/** What `handoverFileName` made a name of; undefined for any other name. */
export function parseHandoverFileName(
  name: string,
): { instanceId: string; sequence: number; signal: Signal } | undefined {
  const [, instanceId, sequence, traces] = HANDOVER_FILE.exec(name) ?? [];
  if (instanceId === undefined) return undefined;
  const signal = traces === undefined ? 'metrics' : 'traces';
  return { instanceId, sequence: Number(sequence), signal };
}

/** Folder beside the agent's socket with one empty file per runtime that holds what nobody else has. */
export const PENDING_DIR = 'pending';

/** Which process it is, and in which namespace of process ids. */
export function pendingFileName(pid: number, namespace: string, instanceId: string): string {
  return `${pid}.${namespace}.${instanceId}`;
}

const PENDING_FILE = /^(\d{1,10})\.(\d{1,20})\.[\w-]{1,64}$/;

/** Undefined for any other name. */
export function readPendingFileName(name: string): { pid: number; namespace: string } | undefined {
  const match = PENDING_FILE.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), namespace: match[2] ?? '' };
}

/** Stable codes of error answers: `{ "error": { "code", "message" } }`. Messages never quote the body. */
export const ERROR_CODE = {
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  notFound: 'not_found',
  methodNotAllowed: 'method_not_allowed',
  unsupportedMediaType: 'unsupported_media_type',
  unsupportedEncoding: 'unsupported_encoding',
  bodyTooLarge: 'body_too_large',
  malformedBody: 'malformed_body',
  invalidParameter: 'invalid_parameter',
  batchPartlyStored: 'batch_partly_stored',
  rateLimited: 'rate_limited',
  requestTimeout: 'request_timeout',
  unavailable: 'unavailable',
} as const;
