import { randomBytes } from 'node:crypto';
import {
  hashToken,
  newDataKey,
  newToken,
  sameHash,
  type MasterKey,
} from '../secrets/master-key.js';
import { CONTROL_SCHEMA } from './schema.js';
import { blobBytes, SqlDatabase } from './sqlite.js';
import type { ControlStore, SessionRecord, Tenant, User } from './store.js';

/** A login link is for the moment in which it was printed. */
export const LOGIN_TOKEN_MS = 15 * 60_000;
export const SESSION_MS = 7 * 86_400_000;

/** `rtk_` + 12 hex digits that name the key + `_` + 43 characters of secret. */
const INGEST_KEY = /^rtk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
/** Compared against where no such key exists, so that both cases cost the same. */
const NO_KEY_HASH = hashToken('');

interface SessionRow {
  user_id: number;
  user_name: string;
  tenant_id: string;
  tenant_name: string;
  expires_ms: number;
}

/** Users, tenants, keys and sessions in one encrypted database. */
export class SqliteControlStore implements ControlStore {
  private readonly db: SqlDatabase;

  constructor(
    file: string,
    private readonly masterKey: MasterKey,
    /** Closes and deletes a tenant's database. */
    private readonly deleteTenantFiles: (id: string) => void,
  ) {
    this.db = SqlDatabase.open(file, masterKey.derive('control database'), CONTROL_SCHEMA);
  }

  tenants(): Tenant[] {
    return this.db.all<Tenant>('SELECT id, name FROM tenants ORDER BY created_ms, id');
  }

  createTenant(name: string): Tenant {
    const id = randomBytes(8).toString('hex');
    this.db.run(
      'INSERT INTO tenants (id, name, wrapped_key, created_ms) VALUES (?, ?, ?, ?)',
      id,
      name,
      this.masterKey.wrap(newDataKey(), id),
      Date.now(),
    );
    return { id, name };
  }

  /** @throws when there is no such tenant. */
  dataKey(tenantId: string): string {
    const row = this.db.get<{ wrapped_key: ArrayBuffer }>(
      'SELECT wrapped_key FROM tenants WHERE id = ?',
      tenantId,
    );
    if (row === undefined) throw new Error('no such tenant');
    return this.masterKey.unwrap(blobBytes(row.wrapped_key), tenantId);
  }

  eraseTenant(id: string): void {
    this.db.transaction(() => {
      for (const table of ['ingest_keys', 'login_tokens', 'sessions', 'users']) {
        this.db.run(`DELETE FROM ${table} WHERE tenant_id = ?`, id);
      }
      this.db.run('DELETE FROM tenants WHERE id = ?', id);
    });
    // The wrapped key must not survive in the log either.
    this.db.compact(1000);
    this.deleteTenantFiles(id);
  }

  createUser(name: string, tenantId: string): User {
    const { id } = this.db.run(
      'INSERT INTO users (name, role, tenant_id, created_ms) VALUES (?, ?, ?, ?)',
      name,
      'owner',
      tenantId,
      Date.now(),
    );
    return { id, name, role: 'owner' };
  }

  findUser(name: string): User | undefined {
    const row = this.db.get<{ id: number; name: string }>(
      'SELECT id, name FROM users WHERE name = ?',
      name,
    );
    return row === undefined ? undefined : { id: row.id, name: row.name, role: 'owner' };
  }

  createIngestKey(tenantId: string, label: string): string {
    const id = randomBytes(6).toString('hex');
    const key = `rtk_${id}_${newToken()}`;
    this.db.run(
      'INSERT INTO ingest_keys (id, tenant_id, hash, label, created_ms) VALUES (?, ?, ?, ?, ?)',
      id,
      tenantId,
      hashToken(key),
      label,
      Date.now(),
    );
    return key;
  }

  tenantOfIngestKey(key: string): Tenant | undefined {
    const id = INGEST_KEY.exec(key)?.[1] ?? '';
    const row = this.db.get<{ hash: ArrayBuffer; id: string; name: string }>(
      `SELECT k.hash, t.id, t.name FROM ingest_keys k JOIN tenants t ON t.id = k.tenant_id
       WHERE k.id = ?`,
      id,
    );
    const matches = sameHash(hashToken(key), row === undefined ? NO_KEY_HASH : blobBytes(row.hash));
    return matches && row !== undefined ? { id: row.id, name: row.name } : undefined;
  }

  createLoginToken(userId: number, tenantId: string, nowMs: number): string {
    const token = newToken();
    this.db.run(
      'INSERT INTO login_tokens (hash, user_id, tenant_id, expires_ms) VALUES (?, ?, ?, ?)',
      hashToken(token),
      userId,
      tenantId,
      nowMs + LOGIN_TOKEN_MS,
    );
    return token;
  }

  exchangeLoginToken(
    token: string,
    nowMs: number,
  ): { sessionToken: string; session: SessionRecord } | undefined {
    return this.db.transaction(() => {
      const row = this.db.get<{ user_id: number; tenant_id: string; expires_ms: number }>(
        'DELETE FROM login_tokens WHERE hash = ? RETURNING user_id, tenant_id, expires_ms',
        hashToken(token),
      );
      if (row === undefined || row.expires_ms <= nowMs) return undefined;
      const sessionToken = newToken();
      this.db.run(
        'INSERT INTO sessions (hash, user_id, tenant_id, expires_ms) VALUES (?, ?, ?, ?)',
        hashToken(sessionToken),
        row.user_id,
        row.tenant_id,
        nowMs + SESSION_MS,
      );
      const session = this.session(sessionToken, nowMs);
      return session === undefined ? undefined : { sessionToken, session };
    });
  }

  session(sessionToken: string, nowMs: number): SessionRecord | undefined {
    const row = this.db.get<SessionRow>(
      `SELECT u.id AS user_id, u.name AS user_name, t.id AS tenant_id, t.name AS tenant_name,
              s.expires_ms AS expires_ms
       FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id
       WHERE s.hash = ? AND s.expires_ms > ?`,
      hashToken(sessionToken),
      nowMs,
    );
    if (row === undefined) return undefined;
    return {
      user: { id: row.user_id, name: row.user_name, role: 'owner' },
      tenant: { id: row.tenant_id, name: row.tenant_name },
      expiresAtMs: row.expires_ms,
    };
  }

  endSession(sessionToken: string): void {
    this.db.run('DELETE FROM sessions WHERE hash = ?', hashToken(sessionToken));
  }

  purgeExpired(nowMs: number): void {
    this.db.run('DELETE FROM sessions WHERE expires_ms <= ?', nowMs);
    this.db.run('DELETE FROM login_tokens WHERE expires_ms <= ?', nowMs);
  }

  close(): void {
    this.db.close();
  }
}
