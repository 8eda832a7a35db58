import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** The product's promises: see README. */
const MAX_INSTALL_BYTES = 8 * 1000 * 1000;
const MAX_PACKAGES = 20;
const INSTALL_TIMEOUT_MS = 240_000;

let folder = '';
let packed: string[] = [];

function run(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(file, args, {
    cwd,
    env: { ...process.env, RETRACE_AGENT_SOCKET: join(folder, 'agent', 'agent.sock'), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Installed packages, scoped ones included; nested node_modules count too. */
function countPackages(modules: string): number {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .reduce((sum, entry) => {
      const path = join(modules, entry.name);
      if (entry.name.startsWith('@')) return sum + countPackages(path);
      const nested = join(path, 'node_modules');
      return sum + 1 + (statSync(nested, { throwIfNoEntry: false }) ? countPackages(nested) : 0);
    }, 0);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'retrace-pack-'));
  const answer = run('npm', ['pack', '--json', '--pack-destination', folder], ROOT);
  const parsed = JSON.parse(answer) as
    | { filename: string; files: { path: string }[] }[]
    | Record<string, { filename: string; files: { path: string }[] }>;
  const info = Object.values(parsed)[0];
  if (info === undefined) throw new Error('npm pack answered nothing');
  packed = info.files.map((file) => file.path);
  writeFileSync(join(folder, 'package.json'), '{"name":"app","version":"1.2.3","private":true}');
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, info.filename)], folder);
}, INSTALL_TIMEOUT_MS);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the packed tarball', () => {
  it('holds runtime, agent and command line only', () => {
    const allowed =
      /^(README\.md|LICENSE|package\.json|dist\/(src|instrumentations)\/.*\.(js|d\.ts))$/;
    expect(packed.filter((path) => !allowed.test(path))).toEqual([]);
    expect(packed.filter((path) => /^dist\/src\/(server|dashboard)\//.test(path))).toEqual([]);
    for (const needed of ['register.js', 'index.js', 'cli/main.js', 'agent/index.js'])
      expect(packed).toContain(`dist/src/${needed}`);
  });

  it('installs below 8 MB and in at most 20 packages', () => {
    const modules = join(folder, 'node_modules');
    const bytes = sizeOf(modules);
    const packages = countPackages(modules);
    console.info(`installed: ${(bytes / 1e6).toFixed(2)} MB, ${packages} packages`);
    expect(bytes).toBeLessThan(MAX_INSTALL_BYTES);
    expect(packages).toBeLessThanOrEqual(MAX_PACKAGES);
  });

  it('preloads into a CommonJS and an ES module app', () => {
    writeFileSync(join(folder, 'app.cjs'), "console.log('cjs ran')");
    writeFileSync(join(folder, 'app.mjs'), "console.log('esm ran')");
    expect(run('node', ['--require', 'retrace/register', 'app.cjs'], folder)).toBe('cjs ran\n');
    expect(run('node', ['--import', 'retrace/register', 'app.mjs'], folder)).toBe('esm ran\n');
  });

  it('offers the signature engine and the command', () => {
    const script =
      "console.log(require('retrace/signature').sqlSignature('select 1 from t where a = 4711').text)";
    expect(run('node', ['-e', script], folder)).not.toContain('4711');
    expect(run('npx', ['--no-install', 'retrace', '--version'], folder).trim()).toMatch(
      /\d+\.\d+\.\d+$/,
    );
  });

  it('says how to get the platform where only the runtime is installed', () => {
    for (const command of ['up', 'server']) {
      const { status, stderr } = spawnSync('npx', ['--no-install', 'retrace', command], {
        cwd: folder,
        env: { ...process.env, RETRACE_DATA_DIR: join(folder, 'data') },
        encoding: 'utf8',
      });
      expect(status).toBe(2);
      expect(stderr).toContain('npm install @retrace/server');
    }
  });
});
