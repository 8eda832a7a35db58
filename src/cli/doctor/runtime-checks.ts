import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { allInstrumentations } from '../../../instrumentations/index.js';
import { environmentWith } from '../../config/load.js';
import { matchesVersion } from '../../hook/version-match.js';
import { type Check, fail, type Finding, ok, warn } from './types.js';

const CHILD_MS = 10_000;
const MAX_OUTPUT = 64 * 1024;

/** Does what an app does: preloads the runtime in this folder, and looks at what it says of itself. */
export const runtimeCheck: Check = {
  name: 'runtime',
  deadlineMs: CHILD_MS + 2000,
  run: async ({ folder }) => {
    try {
      createRequire(join(folder, 'app.js')).resolve('retrace/register');
    } catch {
      return fail(
        `retrace/register is not found from ${folder}`,
        'npm install retrace in the app’s folder',
      );
    }
    const { code, stderr } = await runApp(folder);
    const block = /^retrace (\S+) {2}service: (.*)\n {2}hooks: .*\n {2}sends to: (.*)$/m.exec(
      stderr,
    );
    const said = /^retrace: (.*)$/m.exec(stderr)?.[1];
    if (block !== null && code === 0) {
      const [, version, service, destination] = block;
      const text = `retrace ${version}, service ${service}, sends to ${destination}`;
      return said === undefined ? ok(text) : warn(text, `see to: ${said}`);
    }
    if (said !== undefined)
      return fail(`the runtime does not start: ${said}`, 'do what that line says');
    if (code !== 0) {
      return fail(
        `node --require retrace/register ends with ${code ?? 'a signal'}`,
        'reinstall: npm install retrace',
      );
    }
    return warn('the runtime is switched off here', 'unset RETRACE_ENABLED and OTEL_SDK_DISABLED');
  },
};

function runApp(folder: string): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', 'retrace/register', '-e', ''], {
      cwd: folder,
      env: environmentWith({ RETRACE_LOG_LEVEL: 'info' }),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: CHILD_MS,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MAX_OUTPUT) stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stderr }));
  });
}

/** Which libraries of this folder will be seen. */
export const hooksCheck: Check = {
  name: 'hooks',
  deadlineMs: 5000,
  run: ({ folder }): Finding => {
    const load = createRequire(join(folder, 'app.js'));
    const seen: string[] = [];
    const missing: string[] = [];
    // What this Node.js does not publish yet: nothing is wrong with the app.
    const needNewerNode: string[] = [];
    const unsupported: { name: string; version: string; supported: string }[] = [];
    for (const { name, modules, supported } of allInstrumentations()) {
      const packageName = packageOf(modules[0]);
      const version =
        packageName === undefined ? process.versions.node : versionOf(load, packageName);
      if (version === undefined) missing.push(name);
      else if (matchesVersion(version, supported)) {
        seen.push(packageName === undefined ? name : `${name} ${version}`);
      } else if (packageName === undefined) needNewerNode.push(`${name} (Node.js ${supported})`);
      else unsupported.push({ name, version, supported });
    }
    const list = (what: string, names: readonly string[]): string =>
      names.length === 0 ? '' : `; ${what}: ${names.join(', ')}`;
    const text =
      seen.join(', ') +
      list('not installed here', missing) +
      list('not seen on this Node.js', needNewerNode);
    const [worst] = unsupported;
    if (worst === undefined) return ok(text);
    const names = unsupported.map(({ name, version }) => `${name} ${version}`).join(', ');
    return warn(
      `${text}; out of range and not seen: ${names}`,
      `install ${worst.name} ${worst.supported}, or do without its measurements`,
    );
  },
};

/** `pg/lib/client.js` → `pg`; undefined for what Node itself provides. */
function packageOf(file: string | undefined): string | undefined {
  return /^(@[^/]+\/[^/]+|[^/]+)\//.exec(file ?? '')?.[1];
}

function versionOf(load: NodeJS.Require, packageName: string): string | undefined {
  try {
    // Walked by hand: a package's `exports` may hide its package.json.
    for (const folder of load.resolve.paths(packageName) ?? []) {
      try {
        return (load(join(folder, packageName, 'package.json')) as { version?: string }).version;
      } catch {
        continue;
      }
    }
  } catch {
    return undefined;
  }
  return undefined;
}
