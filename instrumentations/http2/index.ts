import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Recorder } from '../../src/record/types.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { watchOutboundStreams } from './client.js';
import type { StreamMessage } from './node-types.js';
import { watchInboundStreams } from './server.js';

/**
 * node:http2, both directions, by the channels that Node publishes since 22.18 and 24.3. Node 20 has
 * none; its HTTP/2 is not seen.
 */
export function createHttp2Instrumentation(): Instrumentation<undefined> {
  let undo: (() => void)[] = [];
  return {
    name: 'http2',
    modules: [],
    supported: '>=22.18.0 <23 || >=24.3.0',
    enable(_target: undefined, recorder: Recorder, { guard }: InstrumentationContext) {
      const inbound = watchInboundStreams(recorder, guard);
      const handlers: Record<string, (message: StreamMessage) => void> = {
        ...inbound.handlers,
        ...watchOutboundStreams(recorder),
      };
      undo = Object.entries(handlers).map(([channel, handle]) => {
        const listener = (message: unknown): void => {
          if (!guard.active) return;
          try {
            handle(message as StreamMessage);
          } catch {
            guard.failed();
          }
        };
        subscribe(channel, listener);
        return () => void unsubscribe(channel, listener);
      });
      undo.push(() => inbound.stop());
    },
    disable() {
      for (const put of undo) put();
      undo = [];
    },
  };
}
