/** Times in the viewer's zone and language order; relative times in words. Pure functions. */

const pad = (value: number): string => String(value).padStart(2, '0');

/** `14:03` or, with seconds, `14:03:20`. */
export function formatClock(ms: number, withSeconds = false): string {
  const at = new Date(ms);
  const base = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  return withSeconds ? `${base}:${pad(at.getSeconds())}` : base;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `23 Nov`, with the year where it is not this one. */
export function formatDay(ms: number, nowMs: number = Date.now()): string {
  const at = new Date(ms);
  const base = `${at.getDate()} ${MONTHS[at.getMonth()] ?? ''}`;
  return at.getFullYear() === new Date(nowMs).getFullYear() ? base : `${base} ${at.getFullYear()}`;
}

/** `23 Nov 14:03`; today's times without the day. */
export function formatMoment(ms: number, nowMs: number = Date.now()): string {
  const sameDay = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return sameDay ? formatClock(ms) : `${formatDay(ms, nowMs)} ${formatClock(ms)}`;
}

/** `just now`, `40 s ago`, `12 min ago`, `3 h ago`, `5 d ago`. */
export function formatAgo(ms: number, nowMs: number = Date.now()): string {
  const seconds = Math.round((nowMs - ms) / 1000);
  // A clock a little ahead of ours is not in the future.
  if (seconds < 10) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** Bucket width in words. */
export function formatBucket(seconds: number): string {
  if (seconds === 60) return '1 minute';
  if (seconds === 3600) return '1 hour';
  if (seconds === 86_400) return '1 day';
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
}

/** `UTC+02:00`: said beside absolute times so that nobody has to guess. */
export function zoneName(at: Date = new Date()): string {
  const minutes = -at.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const absolute = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(absolute / 60))}:${pad(absolute % 60)}`;
}

/** For `<input type="datetime-local">`: local time to the minute. */
export function toLocalInput(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day}T${formatClock(ms)}`;
}
