import { chmodSync, existsSync, rmSync } from 'node:fs';
import Libsql from 'libsql';
import { StartError } from '../options.js';

/** What can be bound. libsql binds every number as REAL; INTEGER columns turn whole ones back. */
export type SqlValue = string | number | null | Uint8Array;

interface Statement {
  run(params: SqlValue[]): { changes: number; lastInsertRowid: number | bigint };
  get(params: SqlValue[]): unknown;
  iterate(params: SqlValue[]): Iterable<unknown>;
}

/** Pages of 4 KiB kept decrypted in memory, per database: decryption costs more than the read. */
const CACHE_KIB = 64 * 1024;
/** Another process (`createLoginLink`) may hold the write lock for a moment. */
const BUSY_TIMEOUT_MS = 5000;
/** The log is folded into the database from this many pages on (16 MiB). */
const CHECKPOINT_PAGES = 4000;

/**
 * One encrypted database file: a thin layer over libsql that keeps prepared statements and evens out its
 * habits (blobs come as ArrayBuffer from iterate but as Buffer from get).
 */
export class SqlDatabase {
  private readonly statements = new Map<string, Statement>();

  private constructor(private readonly db: Libsql.Database) {}

  /**
   * Opens or creates the file, readable by its owner only.
   * @param keyHex 64 hex digits.
   * @throws DatabaseKeyError when the file was written with another key or is no database.
   */
  static open(file: string, keyHex: string, schema: string): SqlDatabase {
    const options = {
      encryptionCipher: 'aes256cbc',
      encryptionKey: keyHex,
      timeout: BUSY_TIMEOUT_MS,
    };
    const db = new Libsql(file, options as Libsql.Options);
    const database = new SqlDatabase(db);
    try {
      // Must precede the first table: it decides the file's layout.
      db.exec('PRAGMA auto_vacuum = INCREMENTAL');
      database.all('PRAGMA journal_mode = WAL');
    } catch (error) {
      db.close();
      if ((error as { code?: unknown }).code === 'SQLITE_NOTADB') throw new DatabaseKeyError();
      throw error;
    }
    // FULL: what was acknowledged survives a power cut.
    db.exec('PRAGMA synchronous = FULL');
    database.all('PRAGMA secure_delete = ON');
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    db.exec(`PRAGMA temp_store = MEMORY`);
    database.all(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.exec(schema);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) chmodSync(file + suffix, 0o600);
    }
    return database;
  }

  run(sql: string, ...params: SqlValue[]): { changes: number; id: number } {
    const result = this.prepare(sql).run(params);
    return { changes: result.changes, id: Number(result.lastInsertRowid) };
  }

  get<T>(sql: string, ...params: SqlValue[]): T | undefined {
    for (const row of this.iterate<T>(sql, ...params)) return row;
    return undefined;
  }

  all<T>(sql: string, ...params: SqlValue[]): T[] {
    return [...this.iterate<T>(sql, ...params)];
  }

  iterate<T>(sql: string, ...params: SqlValue[]): Iterable<T> {
    return this.prepare(sql).iterate(params) as Iterable<T>;
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  /** Runs `work` in one write transaction; an error undoes everything and passes through. */
  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Gives free pages back to the file system and empties the log. */
  compact(maxPages: number): void {
    this.all(`PRAGMA incremental_vacuum(${maxPages})`);
    this.all('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }

  private prepare(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql) as unknown as Statement;
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** Bytes of a blob column, whichever way libsql hands it over. */
export function blobBytes(value: ArrayBuffer | Uint8Array): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(value);
}

/** Removes a database with its log. */
export function deleteDatabaseFiles(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** The file cannot be read with the key at hand. */
export class DatabaseKeyError extends StartError {
  constructor() {
    super('a database in the data folder cannot be opened with this master key');
    this.name = 'DatabaseKeyError';
  }
}
