import type { HookState } from './hook-state.js';

/** What the start block tells. */
export interface StartFacts {
  readonly version: string;
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  /** Where windows go, in words: a socket's path, or a server and the way to it. */
  readonly destination: string;
  readonly windowSeconds: number;
  readonly hooks: ReadonlyMap<string, HookState>;
}

/** The one block that the runtime prints: who reports, what is seen, where it goes. Ends with a newline. */
export function formatStartBlock(facts: StartFacts): string {
  const service =
    facts.serviceVersion === undefined
      ? facts.serviceName
      : `${facts.serviceName} ${facts.serviceVersion}`;
  const hooks = [...facts.hooks].map(([name, state]) => `${name} ${describe(state)}`);
  return [
    `retrace ${facts.version}  service: ${service}`,
    `  hooks: ${hooks.join(' · ')}`,
    `  sends to: ${facts.destination}, every ${facts.windowSeconds} s`,
    '  literals: never sent',
    '',
  ].join('\n');
}

function describe(state: HookState): string {
  switch (state.state) {
    case 'active':
      return state.version;
    case 'unsupported':
    case 'loaded before retrace':
      return `${state.version} (${state.state})`;
    default:
      return `(${state.state})`;
  }
}
