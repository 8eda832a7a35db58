/** App satisfaction in words. Pure functions. */

/** Bounds of the Apdex Alliance's ratings (Apdex technical specification 1.1, section 5). */
const RATINGS: [from: number, word: string, level: ApdexLevel][] = [
  [0.94, 'Excellent', 'good'],
  [0.85, 'Good', 'good'],
  [0.7, 'Fair', 'fair'],
  [0.5, 'Poor', 'bad'],
  [0, 'Unacceptable', 'bad'],
];

export type ApdexLevel = 'good' | 'fair' | 'bad' | 'none';

/** `{ word: 'Fair', level: 'fair' }`; without requests there is nothing to be satisfied with. */
export function rateApdex(score: number | null): { word: string; level: ApdexLevel } {
  const found = score === null ? undefined : RATINGS.find(([from]) => score >= from);
  return found === undefined
    ? { word: 'No requests', level: 'none' }
    : { word: found[1], level: found[2] };
}

/** `0.93`: two decimals, and 1.00 only when all were satisfied. */
export function formatApdex(score: number | null): string {
  if (score === null) return '–';
  return (score < 1 ? Math.min(score, 0.99) : 1).toFixed(2);
}

/** The threshold as people say it: `500 ms`, `1.5 s`. */
export function formatThreshold(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(3))} s`;
}

/** What was typed as a threshold; undefined unless a whole number of ms that the server takes. */
export function readThreshold(text: string): number | undefined {
  const ms = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(ms) && ms >= 1 && ms <= 60_000 ? ms : undefined;
}
