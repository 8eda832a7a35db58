import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { StartError } from '../options.js';
import { writeSecretFileOnce } from './secret-file.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The one secret at the root of a data folder. It never encrypts data itself: keys for each purpose are
 * derived from it (HKDF-SHA-256), and each tenant's data key is wrapped with one of them (AES-256-GCM).
 */
export class MasterKey {
  private constructor(private readonly key: Buffer) {}

  /**
   * Reads the key file, or creates it (mode 0600) when it is absent.
   * @throws StartError naming the file when others may read it or it is no key.
   */
  static load(file: string): MasterKey {
    writeSecretFileOnce(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      throw new StartError(`${file} must be readable by its owner only (chmod 600)`);
    }
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    if (key.length !== KEY_BYTES) throw new StartError(`${file} does not hold a master key`);
    return new MasterKey(key);
  }

  /** 64 hex digits for one purpose. */
  derive(purpose: string): string {
    return Buffer.from(
      hkdfSync('sha256', this.key, '', `retrace ${purpose} v1`, KEY_BYTES),
    ).toString('hex');
  }

  /** nonce | ciphertext | tag. `context` (the tenant's id) is authenticated: a wrapped key fits one tenant. */
  wrap(dataKeyHex: string, context: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.wrappingKey(), nonce);
    cipher.setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(Buffer.from(dataKeyHex, 'hex')), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
  }

  /** @throws when key, context or bytes are not the ones of `wrap`. */
  unwrap(wrapped: Uint8Array, context: string): string {
    const bytes = Buffer.from(wrapped);
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.wrappingKey(),
      bytes.subarray(0, NONCE_BYTES),
      { authTagLength: TAG_BYTES },
    );
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('hex');
  }

  private wrappingKey(): Buffer {
    return Buffer.from(this.derive('tenant key wrap'), 'hex');
  }
}

/** A fresh data key, 64 hex digits. */
export function newDataKey(): string {
  return randomBytes(KEY_BYTES).toString('hex');
}

/** 256 random bits, URL-safe. */
export function newToken(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

/** Enough for secrets of full entropy; a slow hash is for passwords. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Equality of two hashes in constant time. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
