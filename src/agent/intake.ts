import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DROP_REASON } from '../core/semconv.js';
import { ERROR_CODE, type Signal } from '../protocol/delivery.js';
import {
  decodeMetricsRequest,
  decodeMetricsRequestJson,
  encodeMetricsRequest,
  encodeTracesRequest,
} from '../protocol/index.js';
import type { MetricsRequest } from '../protocol/types.js';
import type { Origin } from '../signature/outgoing.js';
import type { BodyKind } from './receiver/receiver.js';
import { Refusal } from './receiver/refusal.js';
import { countRecords } from './report/read-request.js';
import { addCount, type Count } from './spool/loss-ledger.js';
import type { Spool } from './spool/spool.js';
import { refuseUnsupported } from './unsupported.js';
import { countSignal, readSpans } from './waterfalls.js';

const compress = promisify(gzip);

/**
 * Batches that are decoded at the same time. A decoded batch takes some twenty times its bytes, and only compressing
 * and the disk run beside this thread: more at once would take memory and gain nothing.
 */
const MAX_AT_ONCE = 8;

/**
 * What happens to each batch before it is stored: cleaned, stamped. Takes and gives whole requests. The origin is
 * absent where the batch may say it of itself.
 */
export type Prepare = (request: MetricsRequest, origin?: Origin) => MetricsRequest;

interface Arrived {
  body: Buffer;
  signal: Signal;
  kind: BodyKind;
  origin: Origin | undefined;
  keyHash?: Buffer;
}

export interface IntakeCounts {
  received: Count;
  duplicates: number;
}

/**
 * Takes one batch at a time from bytes to the disk: decode, clean, store. Nothing is kept of what was not cleaned.
 * When `take` resolves the batch is on disk, and the sender may forget it.
 */
export class Intake {
  readonly counts: IntakeCounts = { received: { batches: 0, records: 0 }, duplicates: 0 };
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(
    private readonly spool: Spool,
    private readonly prepare: Prepare,
    private readonly onStored: (request: MetricsRequest) => void,
  ) {}

  /**
   * @param batchKey `<instance id>:<sequence>`; a batch whose key was taken before is acknowledged and ignored.
   * @param signal what the body is.
   * @param origin see Prepare
   * @returns how many data points were not stored because they cannot be added up, or how many spans because they are
   * another SDK's; they are counted as lost.
   * @throws Refusal when the body is not OTLP; anything else when it cannot be stored now.
   */
  async take(
    body: Buffer,
    kind: BodyKind,
    batchKey: string | undefined,
    signal: Signal,
    origin?: Origin,
  ): Promise<number> {
    const arrived = { body, kind, signal, origin };
    if (batchKey === undefined) return this.store(arrived);
    const keyHash = this.spool.keys.hashBatchKey(batchKey);
    const name = keyHash.toString('latin1');
    // The same batch twice at the same time (a request and its hand-over file): both wait for the one that is stored.
    const other = this.underWay.get(name);
    if (other !== undefined || this.spool.hasSeen(keyHash)) {
      await other;
      this.counts.duplicates += 1;
      return 0;
    }
    const storing = this.store({ ...arrived, keyHash });
    this.underWay.set(name, storing);
    try {
      return await storing;
    } finally {
      this.underWay.delete(name);
    }
  }

  private async store(arrived: Arrived): Promise<number> {
    while (this.busy >= MAX_AT_ONCE) await new Promise<void>((go) => this.waiting.push(go));
    this.busy += 1;
    try {
      return await (arrived.signal === 'traces'
        ? this.storeSpans(arrived)
        : this.storeMetrics(arrived));
    } finally {
      this.busy -= 1;
      this.waiting.shift()?.();
    }
  }

  private async storeMetrics({ body, kind, origin, keyHash }: Arrived): Promise<number> {
    const decoded = decodeBody(body, kind);
    const { supported, refusedPoints } = refuseUnsupported(decoded);
    if (refusedPoints > 0 && isEmpty(supported)) {
      this.lose(DROP_REASON.unsupported, refusedPoints, 1);
      return refusedPoints;
    }
    const request = this.prepare(supported, origin);
    const records = countRecords(request);
    const payload = await compress(encodeMetricsRequest(request));
    await this.spool.append({ payload, records, keyHash });
    addCount(this.counts.received, { batches: 1, records });
    if (refusedPoints > 0) this.lose(DROP_REASON.unsupported, refusedPoints, 0);
    this.onStored(request);
    return refusedPoints;
  }

  /** A batch of waterfalls holds no operations: the books of those do not know it. */
  private async storeSpans({ body, kind, origin, keyHash }: Arrived): Promise<number> {
    const { request, waterfalls, refusedSpans } = readSpans(body, kind, origin);
    const isOurs = request.resourceSpans.length > 0;
    if (isOurs) {
      const payload = await compress(encodeTracesRequest(request));
      await this.spool.append({ payload, records: 0, signal: 'traces', waterfalls, keyHash });
      addCount(this.counts.received, { batches: 1, records: 0, waterfalls });
    }
    if (refusedSpans > 0) this.lose(DROP_REASON.unsupportedSignal, refusedSpans, isOurs ? 0 : 1);
    return refusedSpans;
  }

  /**
   * Counts log records as received and lost.
   * @returns how many there are.
   * @throws Refusal when the body is not OTLP.
   */
  refuseLogs(body: Buffer, kind: BodyKind): number {
    const items = countSignal(body, kind, 'logs');
    if (items > 0) this.lose(DROP_REASON.unsupportedSignal, items, 1);
    return items;
  }

  /** Received as well as lost: the books of batches and of records both come out even. */
  private lose(reason: string, records: number, batches: number): void {
    addCount(this.counts.received, { batches, records });
    this.spool.lose(reason, { batches, records });
  }
}

function isEmpty(request: MetricsRequest): boolean {
  return request.resourceMetrics.every(({ metrics }) => metrics.length === 0);
}

/** @throws Refusal without a word of the body. */
export function decodeBody(body: Buffer, kind: BodyKind): MetricsRequest {
  try {
    return kind === 'json'
      ? decodeMetricsRequestJson(body.toString('utf8'))
      : decodeMetricsRequest(body);
  } catch {
    // The decoder's own error could name a place in the body; this sentence cannot.
    throw new Refusal(400, ERROR_CODE.malformedBody, 'the body is not an OTLP metrics request');
  }
}
