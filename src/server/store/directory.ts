import type { SqlDatabase } from './sqlite.js';
import type {
  InstanceRecord,
  Outcome,
  ReceivedAttributeRecord,
  ReceivedAttributes,
  ServiceRecord,
  ServiceSettingsRecord,
} from './store.js';

/** Who sends: services, their instances and settings, host agents, and which attributes arrived. */
export class Directory {
  constructor(private readonly db: SqlDatabase) {}

  services(): ServiceRecord[] {
    return this.db
      .all<{
        id: number;
        public_id: string;
        name: string;
        namespace: string;
        environment: string;
        agent: number;
        version: string;
        first_seen_ms: number;
        last_seen_ms: number;
      }>('SELECT * FROM services ORDER BY name, environment, namespace')
      .map((row) => ({
        id: row.id,
        publicId: row.public_id,
        name: row.name,
        namespace: row.namespace,
        environment: row.environment,
        agent: row.agent === 1,
        version: row.version,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
      }));
  }

  instances(sinceMs: number, limit: number): InstanceRecord[] {
    return this.db
      .all<{
        service_id: number;
        instance_key: string;
        version: string;
        host_name: string;
        runtime: string;
        last_seen_ms: number;
      }>(
        `SELECT service_id, instance_key, version, host_name, runtime, last_seen_ms FROM instances
         WHERE last_seen_ms >= ? ORDER BY last_seen_ms DESC LIMIT ?`,
        sinceMs,
        limit,
      )
      .map((row) => ({
        service: row.service_id,
        key: row.instance_key,
        version: row.version,
        hostName: row.host_name,
        runtime: row.runtime,
        lastSeenMs: row.last_seen_ms,
      }));
  }

  agentsSeen(sinceMs: number): number {
    const rows = this.db.all<{ name: string }>(
      `SELECT DISTINCT s.name AS name FROM batch_sources s
       WHERE EXISTS (SELECT 1 FROM batches b WHERE b.source_id = s.id AND b.seen_ms >= ?)`,
      sinceMs,
    );
    // `<agent id>:<boot id>`: one agent has a new boot id after each start.
    return new Set(rows.filter((row) => row.name.includes(':')).map((r) => r.name.split(':')[0]))
      .size;
  }

  outcomes(): Outcome[] {
    return this.db
      .all<{ status: number; error_type: string }>('SELECT status, error_type FROM outcomes')
      .map((row) => ({ status: row.status, errorType: row.error_type }));
  }

  settings(): Map<string, ServiceSettingsRecord> {
    const rows = this.db.all<{ public_id: string; apdex_threshold_ms: number }>(
      'SELECT public_id, apdex_threshold_ms FROM service_settings',
    );
    return new Map(
      rows.map((row) => [row.public_id, { apdexThresholdMs: row.apdex_threshold_ms }]),
    );
  }

  /** By the public id: the number of a service that was purged can name another one later. */
  saveSettings(publicId: string, { apdexThresholdMs }: ServiceSettingsRecord): void {
    this.db.run(
      `INSERT INTO service_settings (public_id, apdex_threshold_ms) VALUES (?, ?)
       ON CONFLICT (public_id) DO UPDATE SET apdex_threshold_ms = excluded.apdex_threshold_ms`,
      publicId,
      apdexThresholdMs,
    );
  }

  receivedAttributes(): ReceivedAttributeRecord[] {
    return this.db
      .all<{ name: string; received: number; last_ms: number }>(
        'SELECT name, received, last_ms FROM received_attributes',
      )
      .map((row) => ({ name: row.name, received: row.received, lastReceivedMs: row.last_ms }));
  }

  /** Inside the caller's transaction. The names come from a closed list, which bounds the table. */
  countReceived({ counts, refused }: ReceivedAttributes, nowMs: number): void {
    const add = (name: string, times: number): void => {
      this.db.run(
        `INSERT INTO received_attributes (name, received, last_ms) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET
           received = received + excluded.received, last_ms = max(last_ms, excluded.last_ms)`,
        name,
        times,
        nowMs,
      );
    };
    for (const [name, times] of counts) add(name, times);
    if (refused > 0) add('', refused);
  }
}
