/**
 * The packages whose tarballs ship their tests, installed on demand into .cache/suites/<hash>: neither
 * the project nor its users carry them. package.json beside this file is the only list of them.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../instrumentations/harness.js';

const run = promisify(execFile);
const LISTS = ['package.json', 'package-lock.json'] as const;
/** 110 MB on a slow line. */
const INSTALL_TIMEOUT_MS = 300_000;
const cache = join(root, '.cache', 'suites');

/** Installs what is not there yet. @returns the folder that has `node_modules`, or why it cannot be had. */
export async function installPackages(): Promise<{ path: string } | { reason: string }> {
  const hash = createHash('sha256');
  for (const file of LISTS) hash.update(readFileSync(join(import.meta.dirname, file)));
  const target = join(cache, hash.digest('hex').slice(0, 12));
  if (existsSync(target)) return { path: target };
  // Installed aside and moved into place: a second caller never sees half of it.
  const staging = `${target}.${process.pid}`;
  try {
    mkdirSync(staging, { recursive: true });
    for (const file of LISTS) copyFileSync(join(import.meta.dirname, file), join(staging, file));
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: staging,
      timeout: INSTALL_TIMEOUT_MS,
    });
    prepareNeedle(join(staging, 'node_modules/needle'));
    // What an earlier list asked for; another caller's staging folder has a dot in its name.
    for (const old of readdirSync(cache).filter((name) => !name.includes('.'))) {
      rmSync(join(cache, old), { recursive: true, force: true });
    }
    renameSync(staging, target);
    return { path: target };
  } catch (error) {
    const last = String((error as { stderr?: string }).stderr || (error as Error).message)
      .trim()
      .split('\n')
      .pop();
    return { reason: `the suites could not be installed from npm: ${last}` };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Needle's tests read a certificate that its tarball does not have. */
function prepareNeedle(folder: string): void {
  const certificate = createRequire(import.meta.url)('../fixtures/apps/certificate.cjs') as {
    key: string;
    cert: string;
  };
  const keys = join(folder, 'test/keys');
  mkdirSync(keys, { recursive: true });
  writeFileSync(join(keys, 'ssl.cert'), certificate.cert);
  writeFileSync(join(keys, 'ssl.key'), certificate.key);
}
