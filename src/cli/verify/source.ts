import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { countSignal, decodeBody } from '../../agent/intake.js';
import type { OutgoingPage } from '../../agent/outgoing-tap.js';
import { createPrepare } from '../../agent/prepare.js';
import { BodyBudget } from '../../agent/receiver/body-budget.js';
import { listenOnSocket } from '../../agent/receiver/listen-socket.js';
import { createReceiver, MAX_HELD_BODY_BYTES } from '../../agent/receiver/receiver.js';
import { refuseUnsupported } from '../../agent/unsupported.js';
import { encodeMetricsRequest, PEEKED_HEADER } from '../../protocol/index.js';
import { askAgent } from '../report/ask-agent.js';

/** Where outgoing batches are looked at. */
export interface Source {
  readonly kind: 'agent' | 'socket';
  /** What came since the last call. */
  take(): Promise<{ payloads: Buffer[]; missed: number }>;
  close(): Promise<void>;
}

/** The running agent's tap; undefined when none answers. */
export async function tapAgent(socketPath: string): Promise<Source | undefined> {
  const first = await askAgent<OutgoingPage>(socketPath, '/v1/outgoing');
  if (first === undefined) return undefined;
  let { last } = first;
  return {
    kind: 'agent',
    take: async () => {
      const page = await askAgent<OutgoingPage>(socketPath, `/v1/outgoing?after=${last}`);
      if (page === undefined) throw new Error('the agent has stopped');
      last = page.last;
      const payloads = page.payloads.map((text) => Buffer.from(text, 'base64'));
      return { payloads, missed: page.missed };
    },
    close: () => Promise.resolve(),
  };
}

/** In the agent's place: does with each window what the agent would, and leaves it with its runtime. */
export async function listenInPlace(socketPath: string): Promise<Source> {
  const prepare = createPrepare();
  const seen = new Set<string>();
  let waiting: Buffer[] = [];
  const server = createReceiver({
    sink: {
      accept: (body, kind, batchKey) => {
        if (batchKey === undefined || !seen.has(batchKey)) {
          if (batchKey !== undefined) seen.add(batchKey);
          const { supported } = refuseUnsupported(decodeBody(body, kind));
          waiting.push(gzipSync(encodeMetricsRequest(prepare(supported))));
        }
        return Promise.resolve({ headers: { [PEEKED_HEADER]: '1' } });
      },
      refuseSignal: (body, kind, signal) => countSignal(body, kind, signal),
      refused: () => undefined,
    },
    pages: {},
    budget: new BodyBudget(MAX_HELD_BODY_BYTES),
  });
  await listenOnSocket(server, socketPath);
  return {
    kind: 'socket',
    take: () => {
      const payloads = waiting;
      waiting = [];
      return Promise.resolve({ payloads, missed: 0 });
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
