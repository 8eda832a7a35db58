import { createHash } from 'node:crypto';
import { ERROR_OTHER } from '../../core/semconv.js';
import { KIND_CODE } from './schema.js';
import type { SqlDatabase } from './sqlite.js';
import type {
  InstanceSeen,
  OperationIdentity,
  Outcome,
  SeriesKind,
  ServiceIdentity,
} from './store.js';

/** Operations of a service and kind share chunks in groups of this size; see chunk.ts. */
export const OPERATIONS_PER_SHARD = 64;
/** Past these bounds data is kept under an explicit "Other": a hostile sender cannot grow the catalog for ever. */
const MAX_OPERATIONS: Readonly<Record<SeriesKind, number>> = {
  // Fewer: every query and call is kept per calling endpoint.
  endpoint: 2000,
  query: 20_000,
  call: 20_000,
  counter: 200,
  host: 2000,
  process: 20_000,
};
const MAX_SERVICES = 1000;
const MAX_OUTCOMES = 5000;
/** Entries kept in memory before all are forgotten and read again. */
const MAX_CACHED = 200_000;

export const OTHER_NAME = 'Other';

export interface OperationRef {
  id: number;
  shard: number;
}

/** Stable public id: 24 hex digits of SHA-256 over the parts that make the identity. */
export function publicIdOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24);
}

/**
 * Texts → small integers, as chunks know them. Caches what it has seen; `forget` after a transaction that
 * was rolled back, because ids handed out in it do not exist.
 */
export class Catalog {
  private readonly services = new Map<string, number>();
  private readonly operations = new Map<string, OperationRef>();
  private readonly outcomeIds = new Map<string, number>();
  private readonly outcomesById = new Map<number, Outcome>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly db: SqlDatabase) {}

  forget(): void {
    this.services.clear();
    this.operations.clear();
    this.outcomeIds.clear();
    this.outcomesById.clear();
    this.counts.clear();
  }

  /** Id of the service, created on first sight; updates when it was last seen. */
  service(identity: ServiceIdentity, version: string, seenMs: number): number {
    const { name, namespace, environment, agent } = identity;
    const publicId = publicIdOf(namespace, name, environment, agent ? 'agent' : '');
    let id = this.services.get(publicId);
    if (id === undefined) {
      id = this.db.get<{ id: number }>('SELECT id FROM services WHERE public_id = ?', publicId)?.id;
    }
    if (id === undefined) {
      const count = this.db.get<{ n: number }>('SELECT count(*) AS n FROM services')?.n ?? 0;
      if (count >= MAX_SERVICES && name !== OTHER_NAME) {
        const other = { name: OTHER_NAME, namespace: '', environment: '', agent: false };
        return this.service(other, '', seenMs);
      }
      id = this.db.run(
        `INSERT INTO services
           (public_id, name, namespace, environment, agent, version, first_seen_ms, last_seen_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        publicId,
        name,
        namespace,
        environment,
        agent ? 1 : 0,
        version,
        seenMs,
        seenMs,
      ).id;
    } else {
      this.db.run(
        `UPDATE services SET last_seen_ms = max(last_seen_ms, ?),
           version = CASE WHEN ? <> '' AND ? >= last_seen_ms THEN ? ELSE version END
         WHERE id = ?`,
        seenMs,
        version,
        seenMs,
        version,
        id,
      );
    }
    this.services.set(publicId, id);
    return id;
  }

  /** @returns its id. */
  instance(service: number, instance: InstanceSeen, seenMs: number): number {
    const row = this.db.get<{ id: number }>(
      `INSERT INTO instances
         (service_id, instance_key, version, host_name, runtime, first_seen_ms, last_seen_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (service_id, instance_key) DO UPDATE SET
         version = excluded.version, host_name = excluded.host_name, runtime = excluded.runtime,
         last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)
       RETURNING id`,
      service,
      instance.key,
      instance.version,
      instance.hostName,
      instance.runtime,
      seenMs,
      seenMs,
    );
    return row?.id ?? 0;
  }

  operation(
    service: number,
    kind: SeriesKind,
    identity: OperationIdentity,
    seenMs: number,
  ): OperationRef {
    const code = KIND_CODE[kind];
    const key = `${service}.${code}.${identity.publicId}`;
    const cached = this.operations.get(key);
    if (cached !== undefined) return cached;
    const known = this.db.get<OperationRef>(
      'SELECT id, shard FROM operations WHERE service_id = ? AND kind = ? AND public_id = ?',
      service,
      code,
      identity.publicId,
    );
    const ref = known ?? this.createOperation(service, kind, identity, seenMs);
    if (this.operations.size >= MAX_CACHED) this.operations.clear();
    this.operations.set(key, ref);
    return ref;
  }

  private createOperation(
    service: number,
    kind: SeriesKind,
    identity: OperationIdentity,
    seenMs: number,
  ): OperationRef {
    const code = KIND_CODE[kind];
    const countKey = `${service}.${code}`;
    const count =
      this.counts.get(countKey) ??
      this.db.get<{ n: number }>(
        'SELECT count(*) AS n FROM operations WHERE service_id = ? AND kind = ?',
        service,
        code,
      )?.n ??
      0;
    if (count >= MAX_OPERATIONS[kind] && !identity.other) {
      return this.operation(service, kind, otherOperation(kind), seenMs);
    }
    this.counts.set(countKey, count + 1);
    const shard = Math.floor(count / OPERATIONS_PER_SHARD);
    const { id } = this.db.run(
      `INSERT INTO operations
         (service_id, kind, public_id, shard, name, other, attributes, first_seen_ms, last_seen_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      service,
      code,
      identity.publicId,
      shard,
      identity.name,
      identity.other ? 1 : 0,
      JSON.stringify(identity.attributes),
      seenMs,
      seenMs,
    );
    return { id, shard };
  }

  outcome({ status, errorType }: Outcome): number {
    const key = `${status} ${errorType}`;
    let id = this.outcomeIds.get(key);
    if (id === undefined) {
      id = this.db.get<{ id: number }>(
        'SELECT id FROM outcomes WHERE status = ? AND error_type = ?',
        status,
        errorType,
      )?.id;
      if (id === undefined) {
        const last = this.db.get<{ id: number | null }>('SELECT max(id) AS id FROM outcomes')?.id;
        if ((last ?? 0) >= MAX_OUTCOMES && errorType !== ERROR_OTHER && errorType !== '') {
          return this.outcome({ status, errorType: ERROR_OTHER });
        }
        id = this.db.run(
          'INSERT INTO outcomes (status, error_type) VALUES (?, ?)',
          status,
          errorType,
        ).id;
      }
      if (this.outcomeIds.size >= MAX_CACHED) this.outcomeIds.clear();
      this.outcomeIds.set(key, id);
    }
    return id;
  }

  /** The outcome of an id; reads the table again when it is new. */
  outcomeOf(id: number): Outcome {
    let outcome = this.outcomesById.get(id);
    if (outcome === undefined) {
      const rows = this.db.iterate<{ id: number; status: number; error_type: string }>(
        'SELECT id, status, error_type FROM outcomes',
      );
      for (const row of rows) {
        this.outcomesById.set(row.id, { status: row.status, errorType: row.error_type });
      }
      outcome = this.outcomesById.get(id) ?? { status: 0, errorType: '' };
    }
    return outcome;
  }
}

/** The explicit overflow row of a kind. */
export function otherOperation(kind: SeriesKind): OperationIdentity {
  return { publicId: publicIdOf('other', kind), name: OTHER_NAME, other: true, attributes: {} };
}
