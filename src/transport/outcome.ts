import { JSON_TYPE, PROTOBUF_TYPE } from '../protocol/delivery.js';
import { decodeRejectedDataPoints } from '../protocol/export-response.js';
import type { PostAnswer } from './tls-post.js';

/** What an answer means for the batch. */
export type Outcome =
  /** `refused`: so many of its spans or data points the receiver says it did not take. */
  | { kind: 'committed'; refused: number }
  /** Never sent again; counted as dropped. */
  | { kind: 'rejected'; status: number }
  /** Kept and sent again. `key`: the server does not know our key, a person has to act. */
  | { kind: 'retry'; why: string; retryAfterMs: number | undefined; key: boolean };

/**
 * 2xx: taken. 401, 403: kept until the key is right. 408, 429, 5xx: again later. Other 4xx: refused for good.
 *
 * An answer that no OTLP receiver gives (a 200, 404 or 405 that is neither protobuf nor JSON, a redirect) comes from
 * something else that stands at this address, such as a portal or a wrong path: the batch is kept.
 */
export function judge(answer: PostAnswer): Outcome {
  const { status, retryAfterMs } = answer;
  const why = `HTTP ${status}`;
  const fromReceiver = isOtlpAnswer(answer);
  if (status >= 200 && status < 300) {
    if (fromReceiver) return { kind: 'committed', refused: refusedIn(answer) };
    return { kind: 'retry', why: `${why} that is not OTLP`, retryAfterMs, key: false };
  }
  if (status === 401 || status === 403) return { kind: 'retry', why, retryAfterMs, key: true };
  const wrongPlace = (status === 404 || status === 405) && !fromReceiver;
  const later = status < 400 || status >= 500 || status === 407 || status === 408 || status === 429;
  if (later || wrongPlace) return { kind: 'retry', why, retryAfterMs, key: false };
  return { kind: 'rejected', status };
}

/** OTLP's partial success; of an answer that cannot be read nothing is known. */
function refusedIn({ contentType, body }: PostAnswer): number {
  if (contentType !== PROTOBUF_TYPE) return 0;
  try {
    return decodeRejectedDataPoints(body);
  } catch {
    return 0;
  }
}

function isOtlpAnswer({ contentType, body }: PostAnswer): boolean {
  if (contentType === PROTOBUF_TYPE || contentType === JSON_TYPE) return true;
  return contentType === '' && body.length === 0;
}
