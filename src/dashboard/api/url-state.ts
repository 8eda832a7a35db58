/** The URL is the page's state: the hooks below read it and write it. */
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { readRange, writeRange, type RangeSpec } from '../format/range.js';

/** The time range; setting it makes a history entry, so that "back" undoes a zoom. */
export function useRange(): [RangeSpec, (range: RangeSpec) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  // Same text, same object: hooks below may depend on it.
  const range = useMemo(() => readRange(new URLSearchParams(text)), [text]);
  const setRange = useCallback(
    (next: RangeSpec) => setParams((now) => writeRange(now, next), { preventScrollReset: true }),
    [setParams],
  );
  return [range, setRange];
}

/** One text parameter; empty removes it. `replace` for typing: "back" should not undo letter by letter. */
export function useParam(
  name: string,
): [string | null, (value: string, replace?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string, replace = true) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace, preventScrollReset: true },
      ),
    [name, setParams],
  );
  return [params.get(name), set];
}
