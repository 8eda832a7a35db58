import { once } from 'node:events';
import type { Server } from 'node:http';
import { createPrepare } from '../../agent/prepare.js';
import { decodeBody } from '../../agent/intake.js';
import { BodyBudget } from '../../agent/receiver/body-budget.js';
import { listenOnSocket } from '../../agent/receiver/listen-socket.js';
import { createReceiver, MAX_HELD_BODY_BYTES } from '../../agent/receiver/receiver.js';
import { ReportMemory } from '../../agent/report/report-memory.js';
import type { LocalReport } from '../../agent/report-types.js';
import { countSignal, readSpans } from '../../agent/waterfalls.js';
import { PEEKED_HEADER } from '../../protocol/delivery.js';

/** A runtime that found no agent tries again at least this often. */
const RETRY_MS = 5_000;
const SLACK_MS = 1_000;
/** Upper bound of RETRACE_EXPORT_INTERVAL_SECONDS: what claims to be longer is no window of ours. */
const MAX_WINDOW_MS = 300_000;

/** Stands in for the agent on its socket, looking at batches without taking them. */
export interface Peek {
  /** Batches seen so far. */
  readonly batches: number;
  /** Resolves once every runtime that is running must have reported; false when none did within `giveUpMs`. */
  settled(giveUpMs: number): Promise<boolean>;
  report(minutes: number, limit: number): LocalReport;
  /** Removes the socket again. */
  close(): Promise<void>;
}

/** @throws ConfigError when the socket's place cannot be used. */
export async function startPeek(socketPath: string): Promise<Peek> {
  const memory = new ReportMemory();
  const prepare = createPrepare();
  const seen = new Set<string>();
  const startedMs = Date.now();
  let batches = 0;
  let lastBatchMs = 0;
  const server: Server = createReceiver({
    sink: {
      accept: (body, kind, batchKey, signal) => {
        const headers = { [PEEKED_HEADER]: '1' };
        if (signal === 'traces') {
          return Promise.resolve({ headers, refused: readSpans(body, kind).refusedSpans });
        }
        const request = prepare(decodeBody(body, kind));
        if (batchKey === undefined || !seen.has(batchKey)) {
          if (batchKey !== undefined) seen.add(batchKey);
          memory.add(request);
          batches += 1;
        }
        lastBatchMs = Date.now();
        return Promise.resolve({ headers });
      },
      refuseLogs: (body, kind) => countSignal(body, kind, 'logs'),
      refused: () => undefined,
    },
    pages: {},
    budget: new BodyBudget(MAX_HELD_BODY_BYTES),
  });
  await listenOnSocket(server, socketPath);

  let timer: NodeJS.Timeout | undefined;
  const isSettled = (): boolean => {
    const now = Date.now();
    if (batches === 0 || now - lastBatchMs < SLACK_MS) return false;
    const windowMs = Math.min(memory.longestWindowMs, MAX_WINDOW_MS);
    return now - startedMs >= Math.max(windowMs, RETRY_MS) + SLACK_MS;
  };
  return {
    get batches() {
      return batches;
    },
    settled: (giveUpMs) =>
      new Promise((resolve) => {
        timer = setInterval(() => {
          const given = batches === 0 && Date.now() - startedMs >= giveUpMs;
          if (!given && !isSettled()) return;
          clearInterval(timer);
          resolve(batches > 0);
        }, 100);
      }),
    report: (minutes, limit) => memory.report(minutes, limit),
    close: async () => {
      clearInterval(timer);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
