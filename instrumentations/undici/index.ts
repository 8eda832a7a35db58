import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createSlot } from '../../src/core/slot.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { clientErrorType, errorTypeOf } from '../error-type.js';
import { pathOf } from '../http/client-target.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { parseOrigin } from './origin.js';

/** undici's internal Request, as its channels publish it (documented in DiagnosticsChannel.md). */
interface RequestLike {
  readonly origin?: unknown;
  readonly path?: unknown;
  readonly method?: unknown;
}

interface Outbound {
  readonly scope: RequestScope | undefined;
  readonly startUs: number;
  readonly signatureId: number;
  readonly sourceId: number;
  status: number;
  open: boolean;
}

/**
 * `fetch` and the npm package undici (5.14 to 8, several copies at once): all publish the same
 * `undici:request:*` channels.
 *
 * - `create`: a request is dispatched, in its caller's context. A redirect or a retry is a request
 *   of its own, as it is for the server that gets it.
 * - `headers`: the final response's status line and headers are in.
 * - `trailers`: the response's body has been received to the end, read by the host or not.
 * - `error`: it failed or was given up, before or after the headers.
 */
export function createUndiciInstrumentation(): Instrumentation<undefined> {
  let undo: (() => void)[] = [];
  return {
    name: 'undici',
    modules: [],
    supported: '>=20.19.0',
    enable(_target: undefined, recorder: Recorder, { guard }: InstrumentationContext) {
      const outboundOf = createSlot<Outbound>();

      const onCreate = (request: RequestLike): void => {
        const { scheme, address, port } = parseOrigin(request.origin);
        const method = typeof request.method === 'string' ? request.method : '';
        const path = typeof request.path === 'string' ? pathOf(request.path) : '/';
        outboundOf.set(request, {
          scope: recorder.activeRequest(),
          startUs: recorder.nowUs(),
          signatureId: recorder.callSignature(method, address, path),
          sourceId: recorder.peerSource(scheme, address, port),
          status: 0,
          open: true,
        });
      };

      const finish = (request: RequestLike, errorType: string | undefined): void => {
        const outbound = outboundOf.get(request);
        if (outbound === undefined || !outbound.open) return;
        outbound.open = false;
        recorder.recordCall(
          outbound.scope,
          outbound.startUs,
          outbound.signatureId,
          outbound.sourceId,
          outbound.status,
          errorType ?? clientErrorType(outbound.status),
        );
      };

      const handlers: Record<string, (message: never) => void> = {
        'undici:request:create': ({ request }: { request: RequestLike }) => onCreate(request),
        'undici:request:headers': (message: {
          request: RequestLike;
          response: { statusCode: number };
        }) => {
          const outbound = outboundOf.get(message.request);
          if (outbound) outbound.status = message.response.statusCode;
        },
        'undici:request:trailers': ({ request }: { request: RequestLike }) =>
          finish(request, undefined),
        'undici:request:error': ({ request, error }: { request: RequestLike; error: unknown }) =>
          finish(
            request,
            isReleased(outboundOf.get(request), error) ? undefined : errorTypeOf(error),
          ),
      };
      undo = Object.entries(handlers).map(([channel, handle]) => {
        const listener = (message: unknown): void => {
          if (!guard.active) return;
          try {
            handle(message as never);
          } catch {
            guard.failed();
          }
        };
        subscribe(channel, listener);
        return () => void unsubscribe(channel, listener);
      });
    },
    disable() {
      for (const put of undo) put();
      undo = [];
    },
  };
}

/**
 * `response.body.cancel()` after the headers: the host lets go of a body it does not need. undici
 * reports it as an AbortError with this text, and one by the host's signal with another (5.14 to 8);
 * should the text ever change, such calls count as `aborted`.
 */
function isReleased(outbound: Outbound | undefined, error: unknown): boolean {
  return (
    outbound !== undefined &&
    outbound.status > 0 &&
    (error as { message?: unknown } | null)?.message === 'The operation was aborted.'
  );
}
