/**
 * The time range as it stands in the URL: `?range=1h` (relative, moves with the clock) or
 * `?from=…&to=…` (absolute, UTC, ISO 8601). Pure functions; nonsense in the URL reads as the default.
 */
import { formatClock, formatDay, formatMoment } from './time.js';

export const RELATIVE_RANGES = {
  '15m': { label: 'Last 15 minutes', short: '15 min', seconds: 900 },
  '1h': { label: 'Last hour', short: '1 h', seconds: 3600 },
  '6h': { label: 'Last 6 hours', short: '6 h', seconds: 6 * 3600 },
  '24h': { label: 'Last 24 hours', short: '24 h', seconds: 86_400 },
  '7d': { label: 'Last 7 days', short: '7 d', seconds: 7 * 86_400 },
  '30d': { label: 'Last 30 days', short: '30 d', seconds: 30 * 86_400 },
} as const;

export type RelativeKey = keyof typeof RELATIVE_RANGES;
export const DEFAULT_RANGE: RelativeKey = '1h';
/** One bucket: a shorter range has nothing to show. */
export const MIN_RANGE_MS = 60_000;

export type RangeSpec =
  { kind: 'relative'; key: RelativeKey } | { kind: 'absolute'; fromMs: number; toMs: number };

function isRelativeKey(value: string | null): value is RelativeKey {
  return value !== null && Object.hasOwn(RELATIVE_RANGES, value);
}

/** Reads the range out of the URL's parameters. */
export function readRange(params: URLSearchParams): RangeSpec {
  const fromMs = Date.parse(params.get('from') ?? '');
  const toMs = Date.parse(params.get('to') ?? '');
  if (Number.isFinite(fromMs) && Number.isFinite(toMs) && toMs > fromMs) {
    return { kind: 'absolute', fromMs, toMs: Math.max(toMs, fromMs + MIN_RANGE_MS) };
  }
  const key = params.get('range');
  return { kind: 'relative', key: isRelativeKey(key) ? key : DEFAULT_RANGE };
}

/** A copy of `params` with this range; everything else stays. */
export function writeRange(params: URLSearchParams, range: RangeSpec): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of ['range', 'from', 'to']) next.delete(name);
  if (range.kind === 'relative') next.set('range', range.key);
  else {
    next.set('from', toUrlTime(range.fromMs));
    next.set('to', toUrlTime(range.toMs));
  }
  return next;
}

/** Only the range's parameters: what a link to another page takes along. */
export function rangeSearch(params: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const name of ['range', 'from', 'to']) {
    const value = params.get(name);
    if (value !== null) kept.set(name, value);
  }
  const text = kept.toString();
  return text === '' ? '' : `?${text}`;
}

/** Whole seconds: shorter in the URL, and no chart is finer. */
function toUrlTime(ms: number): string {
  return new Date(Math.round(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** What to ask the API for, now. */
export function resolveRange(range: RangeSpec, nowMs: number): { fromMs: number; toMs: number } {
  if (range.kind === 'absolute') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - RELATIVE_RANGES[range.key].seconds * 1000, toMs: nowMs };
}

/** From a drag on a chart: whole minutes, at least one bucket, in order. */
export function zoomRange(aMs: number, bMs: number, bucketSeconds: number): RangeSpec {
  const step = bucketSeconds * 1000;
  const fromMs = Math.floor(Math.min(aMs, bMs) / step) * step;
  const toMs = Math.max(Math.ceil(Math.max(aMs, bMs) / step) * step, fromMs + step);
  return { kind: 'absolute', fromMs, toMs };
}

/** How often a range is asked for again, ms; an absolute range in the past never changes. */
export function refreshIntervalMs(range: RangeSpec, nowMs: number): number | false {
  if (range.kind === 'absolute') return range.toMs > nowMs ? 30_000 : false;
  const seconds = RELATIVE_RANGES[range.key].seconds;
  return seconds <= 3600 ? 10_000 : seconds <= 86_400 ? 30_000 : 60_000;
}

/** `Last hour`, or `23 Nov 14:00 – 15:30`. */
export function describeRange(range: RangeSpec, nowMs: number): string {
  if (range.kind === 'relative') return RELATIVE_RANGES[range.key].label;
  const { fromMs, toMs } = range;
  const sameDay = formatDay(fromMs, nowMs) === formatDay(toMs, nowMs);
  return `${formatMoment(fromMs, nowMs)} – ${sameDay ? formatClock(toMs) : formatMoment(toMs, nowMs)}`;
}

/** A stable string for caches: the same range asks under the same key although the clock moves on. */
export function rangeKey(range: RangeSpec): string {
  return range.kind === 'relative' ? range.key : `${range.fromMs}-${range.toMs}`;
}
