import { ERROR_OTHER } from '../../core/semconv.js';
import { otherOperation, type Catalog } from './catalog.js';
import { Chunk, FACTS, NO_CALLER, type FactRule } from './chunk.js';
import { KIND_CODE, LEVEL_PENDING } from './schema.js';
import { blobBytes, type SqlDatabase } from './sqlite.js';
import type { Outcome, SeriesKind, SeriesPoint } from './store.js';

/** How facts of a kind (by its code) combine. */
export function factRule(kindCode: number): FactRule {
  if (kindCode === KIND_CODE.host || kindCode === KIND_CODE.process) return 'sum-sum-sum-max';
  return kindCode === KIND_CODE.query ? 'sum-sum-max' : 'sum';
}

interface OpenChunk {
  service: number;
  kind: number;
  shard: number;
  period: number;
  chunk: Chunk;
}

/** Decoded chunks kept between commits; a minute of 20 busy services needs about 200. */
const MAX_OPEN = 2000;

/**
 * Series of a chunk that keep their caller and outcome. Past it calls are still counted for their operation,
 * under the caller "Other" and the class of their status: a hostile sender cannot make chunks huge.
 */
const MAX_SERIES = 10_000;

function coarseOutcome({ status, errorType }: Outcome): Outcome {
  return { status: status - (status % 100), errorType: errorType === '' ? '' : ERROR_OTHER };
}

/**
 * Minutes that are still being written: merged in memory, stored with each commit under LEVEL_PENDING.
 * Readers always add them to what is rolled up, so an answer is never behind.
 */
export class PendingMinutes {
  private readonly open = new Map<string, OpenChunk>();
  private readonly touched = new Set<OpenChunk>();

  constructor(
    private readonly db: SqlDatabase,
    private readonly catalog: Catalog,
  ) {}

  add(service: number, point: SeriesPoint, seenMs: number): void {
    const { id, shard } = this.catalog.operation(service, point.kind, point.operation, seenMs);
    const caller =
      point.caller === undefined
        ? NO_CALLER
        : this.catalog.operation(service, 'endpoint', point.caller, seenMs).id;
    const open = this.chunkOf(service, point.kind, shard, Math.floor(point.minuteMs / 1000));
    this.touched.add(open);
    if ('facts' in point) {
      const into = this.fits(open.chunk, id, caller, FACTS) ? caller : NO_CALLER;
      open.chunk.addFacts(id, into, point.facts, factRule(open.kind));
      return;
    }
    const outcome = this.catalog.outcome(point.outcome);
    if (this.fits(open.chunk, id, caller, outcome)) {
      open.chunk.addTimings(id, caller, outcome, point.timings);
      return;
    }
    const coarse = this.catalog.outcome(coarseOutcome(point.outcome));
    const other =
      caller === NO_CALLER
        ? NO_CALLER
        : this.catalog.operation(service, 'endpoint', otherOperation('endpoint'), seenMs).id;
    open.chunk.addTimings(id, other, coarse, point.timings);
  }

  private fits(chunk: Chunk, operation: number, caller: number, outcome: number): boolean {
    return chunk.size < MAX_SERIES || chunk.has(operation, caller, outcome);
  }

  /** Writes what `add` changed; inside the caller's transaction. */
  flush(): void {
    for (const { service, kind, shard, period, chunk } of this.touched) {
      this.db.run(
        `INSERT INTO chunks (service_id, kind, level, shard, period, data) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (service_id, kind, level, shard, period) DO UPDATE SET data = excluded.data`,
        service,
        kind,
        LEVEL_PENDING,
        shard,
        period,
        chunk.encode(),
      );
    }
    this.touched.clear();
    if (this.open.size > MAX_OPEN) this.open.clear();
  }

  /** Forgets what is in memory: after a rollback, and for what has been rolled up. */
  forget(): void {
    this.open.clear();
    this.touched.clear();
  }

  private chunkOf(service: number, kind: SeriesKind, shard: number, period: number): OpenChunk {
    const code = KIND_CODE[kind];
    const key = `${service}.${code}.${shard}.${period}`;
    let open = this.open.get(key);
    if (open === undefined) {
      open = { service, kind: code, shard, period, chunk: new Chunk() };
      const row = this.db.get<{ data: ArrayBuffer }>(
        `SELECT data FROM chunks
         WHERE service_id = ? AND kind = ? AND level = ? AND shard = ? AND period = ?`,
        service,
        code,
        LEVEL_PENDING,
        shard,
        period,
      );
      if (row !== undefined) open.chunk.mergeEncoded(blobBytes(row.data), factRule(code));
      this.open.set(key, open);
    }
    return open;
  }
}
