import { DROP_REASON } from '../core/semconv.js';
import { type KindCounts, RingReader } from '../ring/reader.js';
import type { DictionaryEntry } from '../signature/dictionary.js';
import { writeHandover } from '../transport/handover.js';
import { PendingMark } from '../transport/pending-mark.js';
import { addDropped, emptyAccount, kindName, KINDS, noCounts } from './account.js';
import { Aggregator } from './aggregator.js';
import { Dictionary } from './dictionary.js';
import type { ExitPatience } from './exit-patience.js';
import { instanceIdOf } from './instance-id.js';
import type { PipelineOptions } from './options.js';
import { RequestTracker } from './request-tracker.js';
import { buildResource } from './resource.js';
import { SharedAccount } from './shared-account.js';
import { encodeWindow } from './encode-window.js';
import { buildWindow } from './window.js';

/** Kept back of the time for building, encoding and writing what was read: 5 ms cold (Node 20), more where others run. */
const WRITE_MS = 14;

/** Above whatever a worker counts up to, so that its batches and these never share a key. */
const FIRST_SEQUENCE = 1e12;
const MAX_PARTS = 1000;

/** What this thread has: its ring, and every text that the ring's numbers stand for. */
interface Recorded {
  readonly ring: SharedArrayBuffer;
  readonly options: PipelineOptions;
  readonly entries: readonly DictionaryEntry[];
}

/**
 * The last window, written on the host's thread in its last turn: because the worker is not up yet, or, stuck or
 * starved, did not answer. The ring still holds the latest records, consumed or not: they are read again from where
 * the last window ended. What the ring does not reach back to, and what the worker held for the agent, is stated as
 * lost, exactly; only a batch that was on its way in this very moment may be stated as lost and arrive all the same.
 *
 * May be called again for what was recorded since.
 *
 * @param mayWrite takes the pen for good, so that the worker adds nothing after this; asked when all is ready.
 * @returns the mark of what nobody has, where nothing was written.
 */
export function writeLastWord(
  { ring, options, entries }: Recorded,
  patience: ExitPatience,
  mayWrite: () => boolean,
): PendingMark | undefined {
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
  const { told, settled } = shared;
  account.recorded = minus(recorded, told);
  const lost = minus(minus(recorded, settled), saved);
  // Where nothing was told before, the ring's own count of what it had no room for is to be told now.
  const full = isNone(told) ? reader.takeDropped() : noCounts();
  addDropped(account, DROP_REASON.ringFull, full);
  addDropped(account, DROP_REASON.exit, minus(lost, full));

  const instanceId = instanceIdOf(ring);
  const mark = new PendingMark(options.agentSocket, instanceId);
  // Should there be no time for the rest, the agent finds this.
  if (patience.left() < WRITE_MS) mark.set();
  let next = 0;
  const now = BigInt(Date.now()) * 1_000_000n;
  const window = buildWindow({
    aggregator,
    dictionary: new Dictionary(() => entries[next++]),
    resource: buildResource(options, instanceId),
    sdkVersion: options.sdkVersion,
    startUnixNano: now - BigInt(options.windowSeconds) * 1_000_000_000n,
    endUnixNano: now,
    account,
  });
  const batches = encodeWindow(window).map(({ body }, index) => ({
    sequence: FIRST_SEQUENCE + (shared.journal >>> 0) * MAX_PARTS + index,
    signal: 'metrics' as const,
    body,
  }));
  const isWritten =
    mayWrite() && writeHandover(options.agentSocket, instanceId, batches) === batches.length;
  if (!isWritten) {
    mark.set();
    return mark;
  }
  shared.closeForGood(recorded);
  mark.remove();
  return undefined;
}

function isNone(counts: Readonly<KindCounts>): boolean {
  return KINDS.every((kind) => counts[kind] === 0);
}

/** Modulo 2^32, as the counters count; never below zero. */
function minus(from: Readonly<KindCounts>, what: Readonly<KindCounts>): KindCounts {
  const left = noCounts();
  for (const kind of KINDS) left[kind] = Math.max((from[kind] - what[kind]) | 0, 0);
  return left;
}
