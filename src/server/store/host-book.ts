import { publicIdOf } from './catalog.js';
import type { SqlDatabase } from './sqlite.js';
import type {
  HostAttributes,
  HostPackage,
  HostProcessSeen,
  HostRecord,
  HostWrite,
} from './store.js';

/** Past these bounds a host, package or process is not written down: a hostile sender cannot grow the tables for ever. */
const MAX_HOSTS = 2000;
const MAX_PACKAGES = 10_000;
const MAX_PROCESSES = 5000;

interface HostRow {
  id: number;
  public_id: string;
  name: string;
  attributes: string;
  first_seen_ms: number;
  last_seen_ms: number;
  packages_ms: number;
}

/** What is known of hosts besides their series: hardware and system, installed applications, Node processes. */
export class HostBook {
  constructor(private readonly db: SqlDatabase) {}

  /**
   * Inside the caller's transaction.
   * @returns the owner of its series; undefined past the bound of hosts.
   */
  store(write: HostWrite, nowMs: number): number | undefined {
    const host = this.idOf(write, nowMs);
    if (host === undefined) return undefined;
    if (write.packages !== undefined) this.storePackages(host, write.packages);
    for (const { pid, service, nodeVersion, seenMs } of write.processes) {
      if (this.count('host_processes', host) >= MAX_PROCESSES) break;
      this.db.run(
        `INSERT INTO host_processes (host_id, pid, service, node_version, seen_ms)
         VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (host_id, pid) DO UPDATE SET
           service = excluded.service, node_version = excluded.node_version,
           seen_ms = excluded.seen_ms
         WHERE excluded.seen_ms >= seen_ms`,
        host,
        pid,
        service,
        nodeVersion,
        seenMs,
      );
    }
    return -host;
  }

  private idOf({ name, attributes, seenMs }: HostWrite, nowMs: number): number | undefined {
    const publicId = publicIdOf('host', name);
    const known = this.db.get<HostRow>('SELECT * FROM hosts WHERE public_id = ?', publicId);
    if (known === undefined) {
      const count = this.db.get<{ n: number }>('SELECT count(*) AS n FROM hosts')?.n ?? 0;
      if (count >= MAX_HOSTS) return undefined;
      return this.db.run(
        `INSERT INTO hosts
           (public_id, name, attributes, first_seen_ms, last_seen_ms, packages_ms)
         VALUES (?, ?, ?, ?, ?, 0)`,
        publicId,
        name,
        JSON.stringify(attributes ?? {}),
        seenMs || nowMs,
        seenMs,
      ).id;
    }
    // What a batch does not tell stays as it was: hardware is told once an hour.
    const merged =
      attributes === undefined || seenMs < known.last_seen_ms
        ? known.attributes
        : JSON.stringify({ ...(JSON.parse(known.attributes) as HostAttributes), ...attributes });
    this.db.run(
      'UPDATE hosts SET attributes = ?, last_seen_ms = max(last_seen_ms, ?) WHERE id = ?',
      merged,
      seenMs,
      known.id,
    );
    return known.id;
  }

  private storePackages(
    host: number,
    { listedMs, packages }: NonNullable<HostWrite['packages']>,
  ): void {
    const known = this.db.get<{ at: number }>(
      'SELECT packages_ms AS at FROM hosts WHERE id = ?',
      host,
    );
    // An older list that comes late says nothing new.
    if ((known?.at ?? 0) > listedMs) return;
    for (const { name, version, source } of packages.slice(0, MAX_PACKAGES)) {
      this.db.run(
        `INSERT INTO host_packages (host_id, name, version, source, seen_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (host_id, name, version) DO UPDATE SET
           source = excluded.source, seen_ms = excluded.seen_ms`,
        host,
        name,
        version,
        source,
        listedMs,
      );
    }
    // Uninstalled meanwhile.
    this.db.run('DELETE FROM host_packages WHERE host_id = ? AND seen_ms < ?', host, listedMs);
    this.db.run('UPDATE hosts SET packages_ms = ? WHERE id = ?', listedMs, host);
  }

  list(sinceMs: number): HostRecord[] {
    return this.db
      .all<HostRow>('SELECT * FROM hosts WHERE last_seen_ms >= ? ORDER BY name', sinceMs)
      .filter((row) => row.last_seen_ms > 0)
      .map((row) => ({
        id: -row.id,
        publicId: row.public_id,
        name: row.name,
        attributes: JSON.parse(row.attributes) as HostAttributes,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
        packagesMs: row.packages_ms,
      }));
  }

  packages(host: number): HostPackage[] {
    return this.db.all<HostPackage>(
      'SELECT name, version, source FROM host_packages WHERE host_id = ? ORDER BY name, version',
      -host,
    );
  }

  processes(host: number, sinceMs: number): HostProcessSeen[] {
    return this.db
      .all<{ pid: number; service: string; node_version: string; seen_ms: number }>(
        `SELECT pid, service, node_version, seen_ms FROM host_processes
         WHERE host_id = ? AND seen_ms >= ? ORDER BY service = '', service, pid`,
        -host,
        sinceMs,
      )
      .map((row) => ({
        pid: row.pid,
        service: row.service,
        nodeVersion: row.node_version,
        seenMs: row.seen_ms,
      }));
  }

  private count(table: 'host_processes', host: number): number {
    const row = this.db.get<{ n: number }>(
      `SELECT count(*) AS n FROM ${table} WHERE host_id = ?`,
      host,
    );
    return row?.n ?? 0;
  }
}
