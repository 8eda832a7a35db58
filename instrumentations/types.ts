import type { Diag } from '../src/core/diag.js';
import type { Guard } from '../src/core/guard.js';
import type { Recorder } from '../src/record/types.js';

export type { HookState } from '../src/core/hook-state.js';

/** One library. `supported` is the only statement of its version range. */
export interface Instrumentation<Target = unknown> {
  /** Name as in RETRACE_DISABLED_INSTRUMENTATIONS and the start block: `http`, `undici`, `pg`, `express`, … */
  readonly name: string;
  /**
   * Files whose loading triggers `enable`, as `<package>/<path inside it>` (`pg/lib/client.js`);
   * empty for what Node itself provides, which is enabled at once.
   */
  readonly modules: readonly string[];
  /** Semver range of the library, or of Node for built-ins. */
  readonly supported: string;
  /** Attaches to `target` (the loaded module, or undefined for built-ins). Must not throw. */
  enable(target: Target, recorder: Recorder, context: InstrumentationContext): void;
  /** Detaches everything it attached. */
  disable(): void;
}

export interface InstrumentationContext {
  /** Version of the loaded package, of Node for built-ins. */
  readonly version: string;
  /** Which of `modules` this is; '' for built-ins. */
  readonly module: string;
  readonly guard: Guard;
  readonly diag: Diag;
}
