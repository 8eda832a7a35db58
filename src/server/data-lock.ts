import { join } from 'node:path';
import Libsql from 'libsql';
import { StartError } from './options.js';

/**
 * Keeps a second server away from the same data folder: what is cached in memory would overwrite the
 * other's data. A database's file lock serves, because the system drops it with the process however that
 * ends; a file with a process id does not survive containers, where every server is process 1.
 * @returns releases the lock. @throws StartError naming the folder.
 */
export function lockDataDir(dataDir: string): () => void {
  const db = new Libsql(join(dataDir, 'server.lock'));
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch {
    db.close();
    throw new StartError(`another server already uses the data folder ${dataDir}`);
  }
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}
