/** Auto-refresh on or off, for the whole page. */
import { createContext, use, useMemo, useState, type ReactNode } from 'react';

interface Refresh {
  paused: boolean;
  setPaused: (paused: boolean) => void;
}

const RefreshContext = createContext<Refresh>({ paused: false, setPaused: () => undefined });

export function RefreshProvider({ children }: { children: ReactNode }) {
  const [paused, setPaused] = useState(false);
  const value = useMemo(() => ({ paused, setPaused }), [paused]);
  return <RefreshContext value={value}>{children}</RefreshContext>;
}

export const useRefresh = (): Refresh => use(RefreshContext);
