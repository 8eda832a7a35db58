import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MasterKey, newDataKey } from '../../../src/server/secrets/master-key.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'retrace-key-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('master key', () => {
  it('is made once, for its owner only', () => {
    const file = join(dir, 'master.key');
    const first = MasterKey.load(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(MasterKey.load(file).derive('x')).toBe(first.derive('x'));
    expect(first.derive('x')).not.toBe(first.derive('y'));
    expect(first.derive('x')).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(file, 'utf8')).not.toContain(first.derive('x'));
  });

  it('wraps data keys for one tenant, tamper-proof', () => {
    const master = MasterKey.load(join(dir, 'a.key'));
    const other = MasterKey.load(join(dir, 'b.key'));
    const key = newDataKey();
    const wrapped = master.wrap(key, 'tenant-1');
    expect(master.unwrap(wrapped, 'tenant-1')).toBe(key);
    expect(Buffer.from(wrapped).toString('hex')).not.toContain(key);
    expect(master.wrap(key, 'tenant-1')).not.toEqual(wrapped);
    expect(() => master.unwrap(wrapped, 'tenant-2')).toThrow();
    expect(() => other.unwrap(wrapped, 'tenant-1')).toThrow();
    for (let i = 0; i < wrapped.length; i++) {
      const changed = Uint8Array.from(wrapped);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => master.unwrap(changed, 'tenant-1')).toThrow();
    }
  });
});
