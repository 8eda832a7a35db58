import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  apply,
  defineProperty,
  getOwnPropertyDescriptor,
  hasOwn,
} from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { ERROR_ABORTED } from '../../src/core/semconv.js';
import { interceptReads, renamed } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { serverErrorType } from '../error-type.js';
import { inboundOf } from './inbound-state.js';
import type { IncomingMessageLike } from './node-types.js';

interface ServerLike {
  listenerCount(event: string): number;
}

type Emit = (this: unknown, ...args: never[]) => unknown;

interface UpgradeWatch {
  /** The next event that `server` emits is the request just published: it needs no look. */
  expectRequestEvent(server: object): void;
  forgetRequestEvent(server: object): void;
  stop(): void;
}

/** Published by net.Server.listen, Node 20 to 26. */
const LISTEN_CHANNEL = 'tracing:net.server.listen:asyncStart';
/** A method that only the server classes of node:http and node:https have. */
const OWN_METHOD = 'closeIdleConnections';

/**
 * Requests that the host takes over as 'upgrade' or 'connect' events: Node publishes nothing for
 * them and makes no response object. They are seen when the server emits the event, and are counted
 * once, with the status line of the first bytes that are written to the socket (101, or what the host
 * refused with). The time is the handshake's: a WebSocket's life is not the request's duration.
 *
 * `server.emit` yields the original function except on servers that listen for such an event and
 * are not about to emit 'request', so that handlers of ordinary requests see no frame of ours.
 *
 * node:https is not loaded for this: the class is taken from the first of its servers that listens, or, should one
 * be fed connections by hand, that has answered a request.
 */
export function watchUpgrades(
  httpPrototype: object,
  recorder: Recorder,
  guard: Guard,
): UpgradeWatch {
  let expected: object | undefined;

  const begin = (event: unknown, request: unknown, socket: unknown): void => {
    if (event !== 'upgrade' && event !== 'connect') return;
    const message = request as IncomingMessageLike;
    if (inboundOf.get(message)) return;
    const scope = recorder.openRequest(message.method ?? '');
    const target = message.url ?? '';
    inboundOf.set(message, { scope, target, queued: undefined });
    watchFirstWrite(socket as object, guard, (status) => {
      if (!scope.open) return;
      const errorType = status === 0 ? ERROR_ABORTED : serverErrorType(status);
      recorder.closeRequest(scope as RequestScope, target, status, errorType);
    });
    recorder.enterRequest(scope);
  };

  const withBegin = (emit: Emit): Emit =>
    function (this: unknown, ...args: unknown[]): unknown {
      try {
        if (guard.active) begin(args[0], args[1], args[2]);
      } catch {
        guard.failed();
      }
      return apply(emit, this, args);
    };

  const look = (prototype: object): (() => void) =>
    interceptReads(prototype, 'emit', (self, original) => {
      if (!guard.active) return undefined;
      try {
        if (expected === self) {
          expected = undefined;
          return undefined;
        }
        // Before Node 24 the parser keeps its connection's last request as context: a parse error or
        // an upgrade that comes later does not belong to it.
        if (recorder.activeRequest()?.open === false) recorder.enterRequest(undefined);
        const server = self as ServerLike;
        if (server.listenerCount('upgrade') === 0 && server.listenerCount('connect') === 0) {
          return undefined;
        }
        return renamed(withBegin(original), original);
      } catch {
        guard.failed();
        return undefined;
      }
    });

  const watched = new Map<object, () => void>([[httpPrototype, look(httpPrototype)]]);

  /** Looks at the class of `server` if it serves HTTP and is not looked at yet. */
  const watchClassOf = (server: object): void => {
    if (!(OWN_METHOD in server)) return;
    let owner: object = server;
    while (!hasOwn(owner, OWN_METHOD)) {
      if (watched.has(owner)) return;
      owner = Object.getPrototypeOf(owner) as object;
    }
    // On the server itself it is the host's own: nothing is known of such an object.
    if (owner !== server && !watched.has(owner)) watched.set(owner, look(owner));
  };

  const onListen = (message: unknown): void => {
    if (!guard.active) return;
    try {
      watchClassOf((message as { server: object }).server);
    } catch {
      guard.failed();
    }
  };
  subscribe(LISTEN_CHANNEL, onListen);

  return {
    expectRequestEvent: (server) => {
      expected = server;
    },
    forgetRequestEvent: (server) => {
      if (expected !== server) return;
      expected = undefined;
      // Its 'request' event was emitted and not seen.
      watchClassOf(server);
    },
    stop: () => {
      unsubscribe(LISTEN_CHANNEL, onListen);
      for (const put of watched.values()) put();
    },
  };
}

/** `HTTP/1.1 101`: bytes needed to read the status. */
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;
const HOOKED = ['_write', '_writev', '_destroy'] as const;

/**
 * Calls `done` once with the status of the first bytes written to `socket`, or 0 when it is destroyed
 * before any. Hidden own methods stand in until then and are gone afterwards.
 */
function watchFirstWrite(socket: object, guard: Guard, done: (status: number) => void): void {
  const target = socket as Record<string, unknown>;
  const before = HOOKED.map((name) => getOwnPropertyDescriptor(target, name));
  const restore = (): void => {
    HOOKED.forEach((name, index) => {
      const descriptor = before[index];
      if (descriptor) defineProperty(target, name, descriptor);
      else delete target[name];
    });
  };
  let isDone = false;
  for (const name of HOOKED) {
    const original = target[name];
    if (typeof original !== 'function') continue;
    const hook = function (this: unknown, ...args: unknown[]): unknown {
      if (!isDone) {
        isDone = true;
        try {
          restore();
          done(
            name === '_destroy' ? 0 : statusOf(name === '_writev' ? firstChunk(args[0]) : args[0]),
          );
        } catch {
          guard.failed();
        }
      }
      return apply(original, this, args);
    };
    defineProperty(target, name, {
      value: renamed(hook as never, original),
      configurable: true,
      enumerable: false,
      writable: true,
    });
  }
}

function firstChunk(chunks: unknown): unknown {
  return Array.isArray(chunks) ? (chunks[0] as { chunk?: unknown } | undefined)?.chunk : undefined;
}

function statusOf(chunk: unknown): number {
  const head =
    typeof chunk === 'string'
      ? chunk.slice(0, 12)
      : Buffer.isBuffer(chunk)
        ? chunk.toString('latin1', 0, 12)
        : '';
  const match = STATUS_LINE.exec(head);
  return match ? Number(match[1]) : 101;
}
