import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAppPackage } from '../../../src/config/load.js';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'retrace-package-'));
  mkdirSync(join(root, 'app/dist/bin'), { recursive: true });
  mkdirSync(join(root, 'broken'));
  writeFileSync(join(root, 'package.json'), '{"name":"outer","version":"1.0.0"}');
  writeFileSync(join(root, 'app/package.json'), '{"name":" shop ","version":7}');
  writeFileSync(join(root, 'app/dist/package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'broken/package.json'), '{"name":');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('findAppPackage', () => {
  it('finds the nearest package.json with a name above the main script', () => {
    expect(findAppPackage(join(root, 'app/dist/bin/main.js'))).toEqual({
      name: 'shop',
      version: undefined,
    });
  });
  it('passes over one that cannot be read', () => {
    expect(findAppPackage(join(root, 'broken/main.js')).name).toBe('outer');
  });
  it('starts at the working directory when there is no script', () => {
    expect(findAppPackage(undefined, join(root, 'app')).name).toBe('shop');
  });
  it('takes a script inside node_modules as the app’s around it', () => {
    const script = join(root, 'app/node_modules/next/dist/bin/next');
    expect(findAppPackage(script, '/').name).toBe('shop');
  });
  it('never throws', () => {
    expect(findAppPackage('/nowhere/at/all.js', '/')).toEqual({});
    expect(() => findAppPackage('\0', '\0')).not.toThrow();
  });
});
