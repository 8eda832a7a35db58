import { readFileSync } from 'node:fs';
import { dirname, join, parse, resolve, sep } from 'node:path';

/** What an app's package.json says about it. */
export interface AppPackage {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** Larger files are not a package.json that anybody wrote. */
const MAX_BYTES = 1024 * 1024;

/**
 * Name and version from the package.json nearest to the app's main script, else to the working directory
 * (`node -e`, process managers). A script inside `node_modules`, as with `node node_modules/next/…`,
 * belongs to the app around it. Never throws; empty when nothing readable is found.
 */
export function findAppPackage(
  mainScript: string | undefined,
  workingDirectory: string = currentDirectory(),
): AppPackage {
  try {
    const byScript = mainScript === undefined ? undefined : searchUpwards(appFolderOf(mainScript));
    return byScript ?? searchUpwards(workingDirectory) ?? {};
  } catch {
    return {};
  }
}

function appFolderOf(mainScript: string): string {
  const folder = dirname(resolve(mainScript));
  const parts = folder.split(sep);
  const modules = parts.indexOf('node_modules');
  return modules < 0 ? folder : parts.slice(0, modules).join(sep) || sep;
}

function searchUpwards(start: string): AppPackage | undefined {
  const { root } = parse(start);
  for (let folder = start; ; folder = dirname(folder)) {
    const found = readPackage(join(folder, 'package.json'));
    // A bare `{"type": "module"}` marks a folder's module format, not the app.
    if (found?.name !== undefined) return found;
    if (folder === root || folder === dirname(folder)) return undefined;
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
