import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ERROR_CODE, MAX_BODY_BYTES, MAX_COMPRESSED_BODY_BYTES } from '../../protocol/delivery.js';
import { ApiError } from '../plugins/errors.js';

const inflate = promisify(gunzip);

/** Bytes of bodies that all senders together may have in memory while they are still being received. */
export class BodyBudget {
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  /** @returns false when there is no room; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.maxBytes) return false;
    this.used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }
}

const tooLarge = (): ApiError =>
  new ApiError(413, ERROR_CODE.bodyTooLarge, 'The body is too large.');

const busy = (): ApiError =>
  new ApiError(503, ERROR_CODE.unavailable, 'The server is busy; try again.');

/**
 * Reads a request body within the limits of protocol/delivery.ts: bytes are counted as they come, and
 * decompression stops at its limit, so that neither a long body nor a zip bomb is ever held whole.
 * @throws ApiError body_too_large, unsupported_encoding, malformed_body, unavailable.
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  statedLength: number | undefined,
  budget: BodyBudget,
): Promise<Buffer> {
  const compressed = encoding === 'gzip';
  if (!compressed && encoding !== undefined && encoding !== 'identity') {
    throw new ApiError(
      415,
      ERROR_CODE.unsupportedEncoding,
      'Only gzip and identity are accepted as content encoding.',
    );
  }
  const limit = compressed ? MAX_COMPRESSED_BODY_BYTES : MAX_BODY_BYTES;
  if (statedLength !== undefined && statedLength > limit) throw tooLarge();
  const body = await readUpTo(stream, limit, budget);
  if (!compressed) return body;
  try {
    return await inflate(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new ApiError(400, ERROR_CODE.malformedBody, 'The body is no valid gzip stream.');
  }
}

/** Not `for await`: leaving that loop early destroys the socket, and the answer with it. */
function readUpTo(stream: Readable, limit: number, budget: BodyBudget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    let taken = 0;
    const settle = (act: () => void): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      budget.giveBack(taken);
      act();
    };
    const onData = (part: Buffer): void => {
      length += part.length;
      // What still comes after a refusal is read and thrown away by Node; its request timeout bounds that.
      if (length > limit) return settle(() => reject(tooLarge()));
      if (!budget.take(part.length)) return settle(() => reject(busy()));
      taken += part.length;
      parts.push(part);
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(parts, length)));
    const onCut = (): void => {
      stream.on('error', () => undefined);
      const error = new ApiError(400, ERROR_CODE.malformedBody, 'The body ended too early.');
      settle(() => reject(error));
    };
    stream.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}
