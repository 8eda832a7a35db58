import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ERROR_CODE, MAX_BODY_BYTES, MAX_COMPRESSED_BODY_BYTES } from '../../protocol/delivery.js';
import type { BodyBudget } from './body-budget.js';
import { Refusal } from './refusal.js';

/** A body and the return of its share of the budget. */
export interface HeldBody {
  bytes: Buffer;
  release: () => void;
}

/**
 * Reads a request's body, unpacking gzip. Limits hold while it streams: at most one chunk past a limit is ever in
 * memory, whatever a zip bomb would become.
 *
 * @param timeoutMs for the whole body.
 * @throws Refusal 408, 413, 415, 429 or 400.
 */
export function readBody(
  request: IncomingMessage,
  budget: BodyBudget,
  timeoutMs: number,
): Promise<HeldBody> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    const message = 'content-encoding must be gzip or absent';
    return Promise.reject(new Refusal(415, ERROR_CODE.unsupportedEncoding, message));
  }
  const maxWireBytes = encoding === 'gzip' ? MAX_COMPRESSED_BODY_BYTES : MAX_BODY_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > maxWireBytes) {
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const gunzip: Gunzip | undefined = encoding === 'gzip' ? createGunzip() : undefined;
    let wireBytes = 0;
    let bytes = 0;
    let settled = false;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      request.off('data', onWire).off('end', onWireEnd).off('close', onClose);
      gunzip?.destroy();
      return true;
    };
    const refuse = (refusal: Refusal): void => {
      if (!settle()) return;
      budget.give(bytes);
      reject(refusal);
    };
    const onChunk = (chunk: Buffer): void => {
      if (settled) return;
      if (bytes + chunk.length > MAX_BODY_BYTES) refuse(tooLarge());
      else if (!budget.tryTake(chunk.length)) refuse(busy());
      else {
        bytes += chunk.length;
        chunks.push(chunk);
      }
    };
    const onEnd = (): void => {
      if (!settle()) return;
      resolve({ bytes: Buffer.concat(chunks, bytes), release: () => budget.give(bytes) });
    };
    const onWire = (chunk: Buffer): void => {
      wireBytes += chunk.length;
      if (wireBytes > maxWireBytes) refuse(tooLarge());
      else if (gunzip === undefined) onChunk(chunk);
      // Unpacking runs in another thread: without the pause a sender could queue all its bytes here.
      else if (!gunzip.write(chunk)) request.pause();
    };
    const onWireEnd = (): void => {
      if (gunzip === undefined) onEnd();
      else gunzip.end();
    };
    const onClose = (): void => {
      // Also comes after a complete body, while the last of it is still being unpacked.
      if (!request.complete) refuse(malformed('the body ended early'));
    };
    const timer = setTimeout(() => {
      refuse(new Refusal(408, ERROR_CODE.requestTimeout, 'the body took too long'));
    }, timeoutMs);

    gunzip?.on('data', onChunk);
    gunzip?.on('drain', () => request.resume());
    gunzip?.on('end', onEnd);
    gunzip?.on('error', () => refuse(malformed('the body is not gzip')));
    request.on('data', onWire).on('end', onWireEnd).on('close', onClose);
    request.on('error', onClose);
  });
}

function tooLarge(): Refusal {
  return new Refusal(413, ERROR_CODE.bodyTooLarge, 'the body is too large');
}

function busy(): Refusal {
  const message = 'too many bodies at once';
  return new Refusal(429, ERROR_CODE.rateLimited, message, { 'retry-after': '1' });
}

function malformed(message: string): Refusal {
  return new Refusal(400, ERROR_CODE.malformedBody, message);
}
