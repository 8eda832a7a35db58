import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { MAX_BODY_BYTES, MAX_COMPRESSED_BODY_BYTES } from '../../protocol/delivery.js';
import { decodeMetricsRequest, encodeMetricsRequest } from '../../protocol/index.js';
import { Merger } from '../merge/merger.js';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/**
 * One body out of several batches of the spool, their windows added up. One batch is sent as it lies there.
 * @returns undefined when they cannot become one: the result would be too large, or one of them cannot be read.
 */
export async function buildUpload(payloads: readonly Buffer[]): Promise<Buffer | undefined> {
  const [only] = payloads;
  if (payloads.length === 1) return only;
  try {
    const merger = new Merger();
    for (const payload of payloads) {
      // One batch at a time is decoded, and between them those who deliver have their turn.
      merger.add(decodeMetricsRequest(await expand(payload, { maxOutputLength: MAX_BODY_BYTES })));
      await nextTurn();
    }
    const encoded = encodeMetricsRequest(merger.finish());
    if (encoded.length > MAX_BODY_BYTES) return undefined;
    const body = await compress(encoded);
    return body.length > MAX_COMPRESSED_BODY_BYTES ? undefined : body;
  } catch {
    return undefined;
  }
}
