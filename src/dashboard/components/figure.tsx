import { splitUnit } from '../format/duration.js';

/** A formatted number with its unit set smaller. */
export function Figure({ text, title }: { text: string; title?: string }) {
  const { value, unit } = splitUnit(text);
  return (
    <span className="num" title={title}>
      {value}
      {unit !== '' && (
        <span className="unit">
          {unit === '%' ? '' : '\u202f'}
          {unit}
        </span>
      )}
    </span>
  );
}
