import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { KEY_HASH_BYTES } from './frame.js';
import { syncDir } from './sync-dir.js';

const KEY_BYTES = 32;
const FILE_NAME = 'key';

/** Everything that is derived from the 32 random bytes in the spool folder's `key` file (mode 0600). */
export interface SpoolKeys {
  /** AES-256 key of the frames. */
  sealKey: Buffer;
  /** Names this spool towards the server, stable over restarts: UUID-shaped, says nothing about the key. */
  agentId: string;
  /** Keyed hash of a sender's batch key: equal keys are recognised without keeping their text on disk. */
  hashBatchKey(batchKey: string): Buffer;
}

/** Reads the key file, or makes one. @throws Error when it exists but cannot be read or has a wrong length. */
export function loadSpoolKeys(dir: string): SpoolKeys {
  const path = join(dir, FILE_NAME);
  const root = readKey(path) ?? createKey(path);
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', root, '', `retrace spool ${purpose}`, bytes));
  const hashKey = derive('batch key hash', 32);
  const id = derive('agent id', 16).toString('hex');
  return {
    sealKey: derive('seal', KEY_BYTES),
    agentId: [0, 8, 12, 16, 20].map((at, i, all) => id.slice(at, all[i + 1])).join('-'),
    hashBatchKey: (batchKey) =>
      createHmac('sha256', hashKey).update(batchKey).digest().subarray(0, KEY_HASH_BYTES),
  };
}

function readKey(path: string): Buffer | undefined {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (key.length !== KEY_BYTES) throw new Error('the spool’s key file has a wrong length');
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return key;
}

/** Written aside and renamed: a crash in the middle must not leave a key that no start accepts. */
function createKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  const fresh = `${path}.new`;
  const fd = openSync(fresh, 'w', 0o600);
  try {
    writeSync(fd, key);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, path);
  syncDir(dirname(path));
  return key;
}
