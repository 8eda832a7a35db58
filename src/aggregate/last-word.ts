import { randomUUID } from 'node:crypto';
import { DROP_REASON } from '../core/semconv.js';
import { encodeMetricsRequest } from '../protocol/encode-metrics.js';
import { type KindCounts, RingReader } from '../ring/reader.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import { writeHandover } from '../transport/handover.js';
import { addDropped, emptyAccount, kindName, KINDS, noCounts } from './account.js';
import { Aggregator } from './aggregator.js';
import { Dictionary } from './dictionary.js';
import type { ExitPatience } from './exit-patience.js';
import type { PipelineOptions } from './options.js';
import { RequestTracker } from './request-tracker.js';
import { buildResource } from './resource.js';
import { SharedAccount } from './shared-account.js';
import { buildWindow } from './window.js';

/** Kept back of the time for building, encoding and writing what was read: 5 ms cold (Node 20), more where others run. */
const WRITE_MS = 14;

/**
 * The last window, written on the host's thread in its last turn because the worker, stuck or starved, did not
 * answer. The ring still holds the latest records, consumed or not: they are read again from where the last
 * window ended. What the ring does not reach back to, and what the worker held for the agent, is stated as
 * lost, exactly; only a batch that was on its way in this very moment may be stated as lost and arrive all the same.
 *
 * Whoever calls holds the pen for good, so the worker adds nothing after this.
 */
export function writeLastWord(
  ring: SharedArrayBuffer,
  options: PipelineOptions,
  entries: readonly DictionaryEntry[],
  patience: ExitPatience,
): void {
  const shared = new SharedAccount(ring);
  const reader = new RingReader(ring);
  const aggregator = new Aggregator(options.maxSeries);
  const tracker = new RequestTracker(aggregator);
  const saved = noCounts();
  reader.replay(
    shared.journal,
    (record) => {
      saved[kindName(record.kind)]++;
      tracker.take(record);
    },
    () => patience.left() > WRITE_MS,
  );
  tracker.releaseAll();

  const account = emptyAccount();
  const recorded = reader.takeRecorded();
  account.recorded = minus(recorded, shared.told);
  addDropped(account, DROP_REASON.exit, minus(minus(recorded, shared.settled), saved));

  const instanceId = randomUUID();
  let next = 0;
  const now = BigInt(Date.now()) * 1_000_000n;
  const parts = buildWindow({
    aggregator,
    dictionary: new Dictionary(() => entries[next++]),
    resource: buildResource(options, instanceId),
    sdkVersion: options.sdkVersion,
    startUnixNano: now - BigInt(options.windowSeconds) * 1_000_000_000n,
    endUnixNano: now,
    account,
  });
  // Later than promised because this thread, too, was kept from running: the process must not wait for a disk.
  if (patience.left() <= 0) return;
  writeHandover(
    options.agentSocket,
    instanceId,
    parts.map((part, index) => ({
      sequence: index + 1,
      body: encodeMetricsRequest(part.request),
    })),
  );
}

/** Modulo 2^32, as the counters count; never below zero. */
function minus(from: Readonly<KindCounts>, what: Readonly<KindCounts>): KindCounts {
  const left = noCounts();
  for (const kind of KINDS) left[kind] = Math.max((from[kind] - what[kind]) | 0, 0);
  return left;
}
