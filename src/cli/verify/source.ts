import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { decodeBody } from '../../agent/intake.js';
import type { OutgoingPage } from '../../agent/outgoing-tap.js';
import { createPrepare } from '../../agent/prepare.js';
import { BodyBudget } from '../../agent/receiver/body-budget.js';
import { listenOnSocket } from '../../agent/receiver/listen-socket.js';
import { createReceiver, MAX_HELD_BODY_BYTES } from '../../agent/receiver/receiver.js';
import { refuseUnsupported } from '../../agent/unsupported.js';
import { countSignal, readSpans } from '../../agent/waterfalls.js';
import {
  encodeMetricsRequest,
  encodeTracesRequest,
  PEEKED_HEADER,
  type Signal,
} from '../../protocol/index.js';
import { askAgent } from '../report/ask-agent.js';

/** One batch as it goes out: gzip(OTLP protobuf). */
export interface Outgoing {
  readonly signal: Signal;
  readonly payload: Buffer;
}

/** Where outgoing batches are looked at. */
export interface Source {
  readonly kind: 'agent' | 'socket';
  /** What came since the last call. */
  take(): Promise<{ batches: Outgoing[]; missed: number }>;
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
      const batches = page.payloads.map((text, at): Outgoing => ({
        signal: page.signals[at] ?? 'metrics',
        payload: Buffer.from(text, 'base64'),
      }));
      return { batches, missed: page.missed };
    },
    close: () => Promise.resolve(),
  };
}

/** In the agent's place: does with each window what the agent would, and leaves it with its runtime. */
export async function listenInPlace(socketPath: string): Promise<Source> {
  const prepare = createPrepare();
  const seen = new Set<string>();
  let waiting: Outgoing[] = [];
  const server = createReceiver({
    sink: {
      accept: (body, kind, batchKey, signal) => {
        const headers = { [PEEKED_HEADER]: '1' };
        const spans = signal === 'traces' ? readSpans(body, kind) : undefined;
        const refused = spans?.refusedSpans ?? 0;
        if (batchKey !== undefined && seen.has(batchKey)) {
          return Promise.resolve({ headers, refused });
        }
        if (batchKey !== undefined) seen.add(batchKey);
        if (spans === undefined) {
          const { supported } = refuseUnsupported(decodeBody(body, kind));
          waiting.push({ signal, payload: gzipSync(encodeMetricsRequest(prepare(supported))) });
        } else if (spans.waterfalls > 0) {
          waiting.push({ signal, payload: gzipSync(encodeTracesRequest(spans.request)) });
        }
        return Promise.resolve({ headers, refused });
      },
      refuseLogs: (body, kind) => countSignal(body, kind, 'logs'),
      refused: () => undefined,
    },
    pages: {},
    budget: new BodyBudget(MAX_HELD_BODY_BYTES),
  });
  await listenOnSocket(server, socketPath);
  return {
    kind: 'socket',
    take: () => {
      const batches = waiting;
      waiting = [];
      return Promise.resolve({ batches, missed: 0 });
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
