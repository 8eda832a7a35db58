import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { sep } from 'node:path';
import { defineProperty, getOwnPropertyDescriptor } from '../core/builtins.js';

/** A file that was looked for has been executed. */
export type OnLoaded = (found: { file: string; version: string; exports: unknown }) => void;

interface ModuleLike {
  id?: unknown;
  filename?: unknown;
  loaded: boolean;
  exports: unknown;
}

/**
 * Reports when given files of given packages have been executed, whichever module system asked for
 * them: a CommonJS package that is imported by an ES module gets a CommonJS `Module` object as well.
 *
 * How: Node's Module constructor assigns `loaded = false` and, after the file ran, `true` (lib/internal/
 * modules/cjs/loader.js, Node 20 to 26). `Module.prototype` gets a setter of that name, which turns
 * the first assignment into the ordinary own property; only on files that are looked for, that own
 * property is an accessor until it becomes true. Nothing is replaced, so, unlike with a wrapped
 * `Module.prototype.require` or a loader hook, no frame of ours appears in the stack of a module
 * that throws while loading, `require` stays itself, and ES modules load by Node's own fast path.
 * Costs 0.2 µs per module that is loaded, nothing afterwards.
 *
 * @param files `<package>/<path inside it>`, with `/`.
 * @param onFailure our own code threw; the app's load goes on.
 */
export function watchModules(
  files: readonly string[],
  onLoaded: OnLoaded,
  onFailure: () => void,
): { stop(): void; scanLoaded(): void } {
  const targets = files.map((file) => {
    const slash = file.indexOf('/', file.startsWith('@') ? file.indexOf('/') + 1 : 0);
    return { file, packageName: file.slice(0, slash), inside: file.slice(slash + 1) };
  });

  /** The looked-for files that `filename` may be, with their package's version. */
  const identify = (filename: string): { file: string; version: string } | undefined => {
    const path = sep === '/' ? filename : filename.replaceAll(sep, '/');
    for (const { file, packageName, inside } of targets) {
      if (!path.endsWith(inside) || path.charCodeAt(path.length - inside.length - 1) !== 47)
        continue;
      const root = path.slice(0, path.length - inside.length - 1);
      // `index.js` is everywhere: only a directory of the package's name is worth a look.
      // Others are told by package.json alone, which also finds aliases and linked checkouts.
      if (!inside.includes('/') && !root.endsWith(`/${packageName}`)) continue;
      const version = versionOf(root, packageName);
      if (version !== undefined) return { file, version };
    }
    return undefined;
  };

  const report = (module: ModuleLike, found: { file: string; version: string }): void => {
    try {
      onLoaded({ ...found, exports: module.exports });
    } catch {
      onFailure();
    }
  };

  const prototype = (Module as unknown as { prototype: object }).prototype;
  const set = function (this: ModuleLike, value: unknown): void {
    let found: { file: string; version: string } | undefined;
    try {
      if (this !== (prototype as unknown) && typeof this.id === 'string') found = identify(this.id);
    } catch {
      onFailure();
    }
    if (found === undefined || value === true) {
      defineLoaded(this, value);
      return;
    }
    const wanted = found;
    defineProperty(this, 'loaded', {
      configurable: true,
      enumerable: true,
      get: () => value,
      set(this: ModuleLike, assigned: unknown) {
        defineLoaded(this, assigned);
        if (assigned === true) report(this, wanted);
      },
    });
  };
  const isFree = getOwnPropertyDescriptor(prototype, 'loaded') === undefined;
  if (isFree) {
    defineProperty(prototype, 'loaded', {
      configurable: true,
      enumerable: false,
      get: () => undefined,
      set,
    });
  }

  return {
    /** What had been executed before us, for example by an earlier preload. */
    scanLoaded() {
      const cache = (Module as unknown as { _cache: Record<string, ModuleLike> })._cache;
      for (const filename of Object.keys(cache)) {
        const module = cache[filename];
        const found = identify(filename);
        if (module === undefined || found === undefined || !module.loaded) continue;
        report(module, found);
      }
    },
    stop() {
      if (getOwnPropertyDescriptor(prototype, 'loaded')?.set === set) {
        delete (prototype as { loaded?: unknown }).loaded;
      }
    },
  };
}

function defineLoaded(module: object, value: unknown): void {
  defineProperty(module, 'loaded', {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Undefined unless `root` is the directory of that package. */
function versionOf(root: string, packageName: string): string | undefined {
  try {
    const text = readFileSync(`${root}/package.json`, 'utf8');
    const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
    return name === packageName && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
