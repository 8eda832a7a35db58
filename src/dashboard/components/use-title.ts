import { useEffect } from 'react';
import { displayName } from '../format/hostile.js';

/** The tab's title; names in it come from outside. */
export function useTitle(...parts: string[]): void {
  const title = [...parts.map((part) => displayName(part, 60)), 'Retrace'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
