import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip, type ZlibOptions } from 'node:zlib';
import { MAX_BODY_BYTES, MAX_COMPRESSED_BODY_BYTES, type Signal } from '../../protocol/delivery.js';
import { decodeMetricsRequest, encodeMetricsRequest } from '../../protocol/index.js';
import { Merger } from '../merge/merger.js';
import type { SpooledBatches } from '../spool/spool.js';

const compress = promisify(gzip);
const expand = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const LIMIT: ZlibOptions = { maxOutputLength: MAX_BODY_BYTES };

/** One request to the server. */
export interface Upload {
  signal: Signal;
  batchKey: string;
  body: Buffer;
}

/**
 * Requests for batches of the spool that go together: windows are added up in one, waterfalls follow each other in
 * another. A single batch is sent as it lies there.
 * @returns undefined when they cannot become one: the result would be too large, or one of them cannot be read.
 */
export async function buildUploads(batches: SpooledBatches): Promise<Upload[] | undefined> {
  const { payloads, signals, batchKey, tracesBatchKey } = batches;
  const of = (signal: Signal): Buffer[] => payloads.filter((_, at) => signals[at] === signal);
  const metrics = of('metrics');
  const traces = of('traces');
  const uploads: Upload[] = [];
  try {
    if (metrics.length > 0) {
      const body = metrics.length === 1 ? metrics[0] : await addUp(metrics);
      if (body === undefined) return undefined;
      uploads.push({ signal: 'metrics', batchKey, body });
    }
    if (traces.length > 0) {
      const body = traces.length === 1 ? traces[0] : await join(traces);
      if (body === undefined) return undefined;
      uploads.push({ signal: 'traces', batchKey: tracesBatchKey, body });
    }
    return uploads;
  } catch {
    return undefined;
  }
}

async function addUp(payloads: readonly Buffer[]): Promise<Buffer | undefined> {
  const merger = new Merger();
  for (const payload of payloads) {
    // One batch at a time is decoded, and between them those who deliver have their turn.
    merger.add(decodeMetricsRequest(await expand(payload, LIMIT)));
    await nextTurn();
  }
  return pack(encodeMetricsRequest(merger.finish()));
}

/** Protobuf messages with nothing but a repeated field become one by standing one behind the other. */
async function join(payloads: readonly Buffer[]): Promise<Buffer | undefined> {
  const bodies: Buffer[] = [];
  for (const payload of payloads) bodies.push(await expand(payload, LIMIT));
  return pack(Buffer.concat(bodies));
}

async function pack(encoded: Uint8Array): Promise<Buffer | undefined> {
  if (encoded.length > MAX_BODY_BYTES) return undefined;
  const body = await compress(encoded);
  return body.length > MAX_COMPRESSED_BODY_BYTES ? undefined : body;
}
