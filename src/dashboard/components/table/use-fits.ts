import { useEffect, useState, type RefObject } from 'react';

/** Whether the table is no wider than its frame: then nothing scrolls sideways and its head can stay in view. */
export function useFits(frame: RefObject<HTMLElement | null>): boolean {
  const [fits, setFits] = useState(true);
  useEffect(() => {
    const element = frame.current;
    const table = element?.querySelector('table');
    if (element === null || table === null || table === undefined) return;
    const observer = new ResizeObserver(() =>
      setFits(table.offsetWidth <= element.clientWidth + 1),
    );
    observer.observe(element);
    observer.observe(table);
    return () => observer.disconnect();
  }, [frame]);
  return fits;
}
