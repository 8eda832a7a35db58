import type { Diag } from '../src/core/diag.js';
import type { Recorder } from '../src/record/types.js';

/** How a library's instrumentation stands, for the start block and `retrace doctor`. */
export type HookState =
  | { state: 'active'; version: string }
  | { state: 'waiting' }
  | { state: 'not loaded' }
  | { state: 'loaded before retrace'; version: string }
  | { state: 'unsupported'; version: string }
  | { state: 'disabled' };

/** One library. `supported` is the only statement of its version range. */
export interface Instrumentation<Target = unknown> {
  /** Name as in RETRACE_DISABLED_INSTRUMENTATIONS and the start block: `http`, `undici`, `pg`, `express`, … */
  readonly name: string;
  /** Module specifiers whose loading triggers `enable`; empty for what Node itself provides. */
  readonly modules: readonly string[];
  /** Semver range of the library, or of Node for built-ins. */
  readonly supported: string;
  /** Attaches to `target` (the loaded module, or undefined for built-ins). Must not throw. */
  enable(target: Target, recorder: Recorder, context: InstrumentationContext): void;
  /** Detaches everything it attached. */
  disable(): void;
}

export interface InstrumentationContext {
  readonly version: string;
  readonly diag: Diag;
}
