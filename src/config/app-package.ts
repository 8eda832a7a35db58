import { readFileSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';

/** What an app's package.json says about it. */
export interface AppPackage {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** Larger files are not a package.json that anybody wrote. */
const MAX_BYTES = 1024 * 1024;

/**
 * Name and version from the package.json nearest to the app's main script (or to the working directory
 * when there is none, as with `node -e`). Never throws; empty when nothing readable is found.
 */
export function findAppPackage(
  mainScript: string | undefined = process.argv[1],
  workingDirectory: string = currentDirectory(),
): AppPackage {
  try {
    let folder = mainScript === undefined ? workingDirectory : dirname(resolve(mainScript));
    const { root } = parse(folder);
    for (;;) {
      const found = readPackage(join(folder, 'package.json'));
      // A bare `{"type": "module"}` marks a folder's module format, not the app.
      if (found?.name !== undefined) return found;
      if (folder === root) return {};
      folder = dirname(folder);
    }
  } catch {
    return {};
  }
}

function readPackage(path: string): AppPackage | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_BYTES) return undefined;
    const { name, version } = JSON.parse(text) as Record<string, unknown>;
    return { name: nonEmpty(name), version: nonEmpty(version) };
  } catch {
    return undefined;
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // The working directory was removed.
    return '/';
  }
}
