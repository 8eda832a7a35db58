import { observeReads } from '../../src/core/wrap.js';
import type { Recorder } from '../../src/record/types.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { watchOutbound } from './client.js';
import { inboundOf } from './inbound-state.js';
import type { IncomingMessageLike } from './node-types.js';
import { enterForMessage, watchInbound } from './server.js';

/** node:http and node:https, both directions. */
export function createHttpInstrumentation(): Instrumentation<undefined> {
  let undo: (() => void)[] = [];
  return {
    name: 'http',
    modules: [],
    supported: '>=20.19.0',
    enable(_target: undefined, recorder: Recorder, { guard, version }: InstrumentationContext) {
      // An app that serves or calls HTTP loads it anyway. Not so https, which takes crypto and tls with it: 27 of
      // Node's modules.
      const http = process.getBuiltinModule('node:http');
      const outbound = watchOutbound(http, recorder, guard, Number.parseInt(version, 10) >= 24);
      const inbound = watchInbound(http.Server.prototype, recorder, guard);
      const messages = http.IncomingMessage.prototype as object;
      undo = [
        inbound.stop,
        outbound.stop,
        observeReads(messages, 'push', guard, (self) => {
          const message = self as IncomingMessageLike;
          // Asked first, because it is slow to find out that a response has no slot.
          if (message.method === null) {
            outbound.observePush(message);
            return;
          }
          const request = inboundOf.get(message);
          if (request !== undefined) enterForMessage(request, message, recorder);
        }),
        observeReads(messages, 'destroy', guard, (self) => {
          const message = self as IncomingMessageLike;
          const request = message.method === null ? undefined : inboundOf.get(message);
          if (request !== undefined) inbound.observeDestroy(request, message);
        }),
        observeReads(messages, '_destroy', guard, (self) => {
          outbound.observeDestroyed(self as IncomingMessageLike);
        }),
      ];
    },
    disable() {
      for (const put of undo) put();
      undo = [];
    },
  };
}
