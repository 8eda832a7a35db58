import { ERROR_ABORTED } from '../../src/core/semconv.js';
import { createSlot } from '../../src/core/slot.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { clientErrorType, errorTypeOf } from '../error-type.js';
import { pathOf } from '../http/client-target.js';
import { parseOrigin } from '../undici/origin.js';
import {
  CANCEL,
  isPushed,
  NO_ERROR,
  statusOf,
  textOf,
  type Headers,
  type StreamLike,
  type StreamMessage,
} from './node-types.js';

interface Outbound {
  readonly scope: RequestScope | undefined;
  readonly startUs: number;
  readonly signatureId: number;
  readonly sourceId: number;
  status: number;
  open: boolean;
}

/**
 * Requests made with `session.request()`, gRPC's included.
 *
 * - `http2.client.stream.created`: the host has called `request()`, in its context.
 * - `http2.client.stream.start`: it is on the wire; comes before `created` on an open connection.
 * - `http2.client.stream.finish`: the final response's headers are in.
 * - `http2.client.stream.close`: the response is in to its end, or the stream was reset.
 */
export function watchOutboundStreams(
  recorder: Recorder,
): Readonly<Record<string, (message: StreamMessage) => void>> {
  const outboundOf = createSlot<Outbound>();

  const open = ({ stream, headers = {} }: StreamMessage): void => {
    if (isPushed(stream) || outboundOf.get(stream) || isOfUndici(stream.session)) return;
    const { scheme, address, port } = parseOrigin(originOf(headers));
    outboundOf.set(stream, {
      scope: recorder.activeRequest(),
      startUs: recorder.nowUs(),
      signatureId: recorder.callSignature(
        textOf(headers[':method']) || 'GET',
        address,
        pathOf(textOf(headers[':path']) || '/'),
      ),
      sourceId: recorder.peerSource(scheme, address, port),
      status: 0,
      open: true,
    });
  };

  const finish = (stream: StreamLike, errorType: string | undefined): void => {
    const outbound = outboundOf.get(stream);
    if (outbound === undefined || !outbound.open) return;
    outbound.open = false;
    recorder.recordCall(
      outbound.scope,
      outbound.startUs,
      outbound.signatureId,
      outbound.sourceId,
      outbound.status,
      errorType ?? (outbound.status === 0 ? ERROR_ABORTED : clientErrorType(outbound.status)),
    );
  };

  return {
    'http2.client.stream.created': open,
    'http2.client.stream.start': open,
    'http2.client.stream.finish': ({ stream, headers }) => {
      const outbound = outboundOf.get(stream);
      if (outbound !== undefined) outbound.status = statusOf(headers);
    },
    'http2.client.stream.close': ({ stream }) => {
      if (stream.rstCode === NO_ERROR) finish(stream, undefined);
      else if (stream.rstCode === CANCEL) finish(stream, ERROR_ABORTED);
      // Any other code is followed by its error.
    },
    'http2.client.stream.error': ({ stream, error }) => finish(stream, streamErrorType(error)),
  };
}

function originOf(headers: Headers): string {
  const authority = textOf(headers[':authority']) || textOf(headers.host);
  return `${textOf(headers[':scheme']) || 'https'}://${authority}`;
}

/** A connection that fails cancels its streams: what failed is the cause. */
function streamErrorType(error: unknown): string {
  const cause = (error as { cause?: unknown } | null)?.cause;
  return errorTypeOf(cause instanceof Error ? cause : error);
}

/** Whether a session is undici's own. */
const ofUndici = createSlot<boolean>();

/** undici (7 and 8) makes its HTTP/2 requests this way and publishes them itself: one call, not two. */
function isOfUndici(session: object | null | undefined): boolean {
  if (session === null || session === undefined) return false;
  const known = ofUndici.get(session);
  if (known !== undefined) return known;
  const found = Object.getOwnPropertySymbols(session).some(
    (key) => key.description === 'open streams',
  );
  ofUndici.set(session, found);
  return found;
}
