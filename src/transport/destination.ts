import { gzipSync } from 'node:zlib';
import type { ServerAccess } from '../config/types.js';
import {
  AUTHORIZATION_HEADER,
  BATCH_HEADER,
  pathOf,
  PROTOBUF_TYPE,
  type Signal,
} from '../protocol/delivery.js';
import { judge, type Outcome } from './outcome.js';
import { PostError, TlsPoster } from './tls-post.js';
import { type OwnCertificate, readOwnCertificate } from './tls-trust.js';

/** A server, the way to it, and who we are there. */
export interface Destination {
  readonly poster: TlsPoster;
  readonly basePath: string;
  readonly ingestKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What cannot be used, by the name of its variable. The message quotes no value. */
export class DestinationError extends Error {
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable}: ${problem}`);
    this.name = 'DestinationError';
  }
}

/**
 * Reads the files of CA and own certificate; connects to nobody yet.
 * @throws DestinationError: not https, unusable CA file, own certificate or proxy.
 */
export function createDestination(access: ServerAccess): Destination {
  const { serverUrl, ingestKey, headers, caFile, extraCaFile, httpsProxy, noProxy } = access;
  const url = parse('RETRACE_SERVER_URL', serverUrl);
  if (url.protocol !== 'https:') {
    throw new DestinationError('RETRACE_SERVER_URL', 'only https:// is accepted');
  }
  const proxy = httpsProxy === undefined ? undefined : parse('RETRACE_HTTPS_PROXY', httpsProxy);
  if (proxy !== undefined && proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw new DestinationError('RETRACE_HTTPS_PROXY', 'only http:// and https:// are proxies');
  }
  const own = ownCertificate(access);
  try {
    const poster = new TlsPoster({ url, caFile, extraCaFile, own, proxy, noProxy });
    return { poster, basePath: url.pathname.replace(/\/+$/, ''), ingestKey, headers };
  } catch (error) {
    const why = error instanceof Error && caFile !== undefined ? error.message : 'unusable';
    throw new DestinationError('RETRACE_CA_FILE', why);
  }
}

export interface OutgoingBatch {
  /** gzip(OTLP protobuf). */
  readonly payload: Uint8Array;
  /** `<sender>:<sequence>`, the same on every attempt: the server counts it once. Absent for a batch of nothing. */
  readonly batchKey?: string;
  /** Metrics unless stated. */
  readonly signal?: Signal;
  readonly userAgent: string;
}

/** An ExportMetricsServiceRequest without metrics: a receiver that takes it knows our key and stores nothing. */
export const EMPTY_PAYLOAD: Uint8Array = gzipSync(new Uint8Array());

/**
 * One attempt to deliver a batch, by agent and runtime alike. Never rejects.
 * @param deadlineMs from the proxy's first byte to the answer's last.
 */
export async function postBatch(
  { poster, basePath, ingestKey, headers }: Destination,
  { payload, batchKey, signal = 'metrics', userAgent }: OutgoingBatch,
  deadlineMs: number,
): Promise<Outcome & { dateMs?: number | undefined }> {
  const authorization: Record<string, string> =
    ingestKey === undefined ? {} : { [AUTHORIZATION_HEADER]: `Bearer ${ingestKey}` };
  try {
    const answer = await poster.post(
      `${basePath}${pathOf(signal)}`,
      payload,
      {
        ...authorization,
        ...headers,
        'content-type': PROTOBUF_TYPE,
        'content-encoding': 'gzip',
        'user-agent': userAgent,
        ...(batchKey === undefined ? {} : { [BATCH_HEADER]: batchKey }),
      },
      deadlineMs,
    );
    return { ...judge(answer), dateMs: answer.dateMs };
  } catch (error) {
    const why = error instanceof PostError ? error.code : 'UNKNOWN';
    return { kind: 'retry', why, retryAfterMs: undefined, key: false };
  }
}

function ownCertificate({
  clientCertFile,
  clientKeyFile,
}: ServerAccess): OwnCertificate | undefined {
  if (clientCertFile === undefined || clientKeyFile === undefined) return undefined;
  try {
    return readOwnCertificate(clientCertFile, clientKeyFile);
  } catch (error) {
    throw new DestinationError('RETRACE_CLIENT_CERT_FILE', (error as Error).message);
  }
}

function parse(variable: string, text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new DestinationError(variable, 'not a URL');
  }
}
