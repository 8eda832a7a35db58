import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.js';

/** A refusal will not change by asking again; silence may. */
const retry = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry,
        retryDelay: (attempt) => 500 * 2 ** attempt,
        staleTime: 5000,
        // The server is often on this very machine: "offline" says nothing about it.
        networkMode: 'always',
        refetchOnWindowFocus: true,
        structuralSharing: true,
      },
    },
  });
}
