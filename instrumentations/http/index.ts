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
      const outbound = watchOutbound(
        http.ClientRequest,
        recorder,
        guard,
        Number.parseInt(version, 10) >= 24,
      );
      undo = [
        watchInbound(
          {
            ServerResponse: http.ServerResponse,
            serverPrototype: http.Server.prototype,
          },
          recorder,
          guard,
        ),
        outbound.stop,
        observeReads(http.IncomingMessage.prototype as object, 'emit', guard, (self) => {
          const message = self as IncomingMessageLike;
          const inbound = inboundOf.get(message);
          if (inbound === undefined) outbound.observeMessage(message);
          else enterForMessage(inbound, message, recorder);
        }),
      ];
    },
    disable() {
      for (const put of undo) put();
      undo = [];
    },
  };
}
