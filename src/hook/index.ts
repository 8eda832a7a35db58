import type { Diag } from '../core/diag.js';
import { createGuard, type Guard } from '../core/guard.js';
import type { HookState } from '../core/hook-state.js';
import { watchModules } from './module-watch.js';
import { matchesVersion } from './version-match.js';

/** What this module needs to know of an instrumentation; the full shape is instrumentations/types.ts. */
export interface Hookable<R> {
  readonly name: string;
  readonly modules: readonly string[];
  readonly supported: string;
  enable(
    target: never,
    recorder: R,
    context: { version: string; module: string; diag: Diag; guard: Guard },
  ): void;
  disable(): void;
}

export interface Hooks {
  states(): ReadonlyMap<string, HookState>;
  uninstall(): void;
}

/**
 * Enables what Node itself provides at once, and each library when it is loaded (or now, if it was
 * loaded before). A library out of the supported range is left alone and named in one line.
 *
 * @param options.disabled names as in `Hookable.name`.
 */
export function installHooks<R>(
  hookables: readonly Hookable<R>[],
  recorder: R,
  options: { readonly disabled: readonly string[] },
  diag: Diag,
): Hooks {
  const states = new Map<string, HookState>();
  const enabled = new Set<Hookable<R>>();

  const enable = (
    hookable: Hookable<R>,
    target: unknown,
    version: string,
    module: string,
  ): void => {
    if (!matchesVersion(version, hookable.supported)) {
      if (states.get(hookable.name)?.state !== 'active') {
        states.set(hookable.name, { state: 'unsupported', version });
      }
      // What Node itself does not publish in this version is no surprise: the start block says it.
      if (module === '') return;
      diag.warnOnce(
        `unsupported:${hookable.name}:${version}`,
        `${hookable.name} ${version} is not supported (needs ${hookable.supported}); it runs unobserved`,
      );
      return;
    }
    // One guard per loaded file: a broken copy of a library does not blind us to another one.
    const guard = createGuard(hookable.name, version, diag);
    try {
      enabled.add(hookable);
      hookable.enable(target as never, recorder, { version, module, diag, guard });
      states.set(hookable.name, { state: 'active', version });
    } catch {
      states.set(hookable.name, { state: 'unsupported', version });
      diag.warnOnce(
        `enable:${hookable.name}`,
        `${hookable.name} ${version}: hook could not be attached; it runs unobserved`,
      );
    }
  };

  const owners = new Map<string, Hookable<R>>();
  for (const hookable of hookables) {
    if (options.disabled.includes(hookable.name)) {
      states.set(hookable.name, { state: 'disabled' });
    } else if (hookable.modules.length === 0) {
      enable(hookable, undefined, process.versions.node, '');
    } else {
      states.set(hookable.name, { state: 'not loaded' });
      for (const file of hookable.modules) owners.set(file, hookable);
    }
  }

  const watch = watchModules(
    [...owners.keys()],
    ({ file, version, exports }) => {
      const hookable = owners.get(file);
      if (hookable) enable(hookable, exports, version, file);
    },
    () => diag.warnOnce('hook', 'a library could not be looked at while it was loaded'),
  );
  watch.scanLoaded();

  return {
    states: () => states,
    uninstall() {
      watch.stop();
      for (const hookable of enabled) {
        try {
          hookable.disable();
        } catch {
          // Going on matters more: each one left attached is inert without a recorder.
        }
      }
      enabled.clear();
    },
  };
}
