import { useEffect, useRef, useState } from 'react';
import { useLocation, useNavigationType } from 'react-router';
import { useParam } from '../../api/url-state.js';

/** Typing is quicker than browsers like their address changed (Safari: 100 times in 30 s). */
const WRITE_DELAY_MS = 200;

/** The filter's text: at once in the box, a moment later in the URL, and back from it on "back". */
export function useFilterText(): [string, (text: string) => void] {
  const [inUrl, setInUrl] = useParam('q');
  const [text, setText] = useState(inUrl ?? '');
  // The latest writer: an older one would write back the other parameters as they were then.
  const write = useRef(setInUrl);
  useEffect(() => {
    write.current = setInUrl;
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const navigation = useNavigationType();
  const { key } = useLocation();
  useEffect(() => {
    // Our own writes arrive late and must not overwrite what was typed meanwhile.
    if (navigation === 'POP') setText(inUrl ?? '');
  }, [key]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [
    text,
    (next) => {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => write.current(next), WRITE_DELAY_MS);
    },
  ];
}
