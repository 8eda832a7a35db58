/** Whether the server answers and knows us; a tiny store, because every request reports to it. */
import { useSyncExternalStore } from 'react';

export type ConnectionState =
  | { kind: 'ok' }
  /** No answer since `sinceMs`: restarting, stopped or unreachable. */
  | { kind: 'lost'; sinceMs: number }
  /** It answers, but the session is over. */
  | { kind: 'signed-out'; sinceMs: number };

let state: ConnectionState = { kind: 'ok' };
const listeners = new Set<() => void>();

function change(kind: ConnectionState['kind']): void {
  // The first moment counts; and an end of session stays one until a request succeeds again.
  if (state.kind === kind) return;
  state = kind === 'ok' ? { kind } : { kind, sinceMs: Date.now() };
  for (const listener of listeners) listener();
}

export const connection = {
  answered(unauthorized: boolean): void {
    change(unauthorized ? 'signed-out' : 'ok');
  },
  lost(): void {
    change('lost');
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: (): ConnectionState => state,
};

export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, connection.current);
}
