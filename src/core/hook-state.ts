/** How a library's instrumentation stands, for the start block and `retrace doctor`. */
export type HookState =
  | { state: 'active'; version: string }
  | { state: 'waiting' }
  | { state: 'not loaded' }
  | { state: 'loaded before retrace'; version: string }
  | { state: 'unsupported'; version: string }
  | { state: 'disabled' };
