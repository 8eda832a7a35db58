import { maskName } from '../sql/names.js';

const MAX_ROUTE = 255;
const MAX_SEGMENT = 64;
/** Of a longer text only this much is read. */
const MAX_READ = 1024;
/** Stands for the segments that were not read or had no room. */
const OPEN_END = '**';
/** Names, parameters (`:id`, `{id}`, `<id>`, `:id(\\d+)?`), wild cards and alternatives of a route. */
const SEGMENT = /^[\w.~:{}<>()*+?|$^\\[\],!-]+$/;
const PARAMETER = /^(?::\w+|\{[^{}]*\}|<[^<>]*>|\*\w*|\(.*\))[?+*]?$/;

function cleanSegment(segment: string): string {
  if (segment === '') return '';
  if (segment.length > MAX_SEGMENT || !SEGMENT.test(segment)) return '*';
  if (PARAMETER.test(segment)) return segment;
  // A name with an id in it is no code: somebody registered a route per customer.
  return maskName(segment.replace(/\?/g, '')) === segment.replace(/\?/g, '') ? segment : '*';
}

/** Written as a regular expression, a route contains slashes and question marks of its own. */
function isPattern(route: string): boolean {
  const last = route.lastIndexOf('/');
  return (
    last > 0 &&
    route.startsWith('/') &&
    /[\\^$[\]]/.test(route.slice(1, last)) &&
    /^[dgimsuvy]*$/.test(route.slice(last + 1))
  );
}

/** The first segment in which a query begins (a question mark may also end an optional parameter), or -1. */
function findQuery(segments: readonly string[]): number {
  return segments.findIndex((segment) =>
    /[=&]/.test(segment.slice(segment.indexOf('?') + 1 || Infinity)),
  );
}

/**
 * A route as a framework states it. Routes are code, so their words stay; query, fragment and scheme go, segments
 * that look like ids become `*`, and the length is bounded. Total and linear. For routes and templates of the app's
 * own hooks; what another SDK states passes `cleanForeignRoute` instead.
 */
export function cleanRoute(route: string): string {
  if (route === '(regexp)' || route === '*') return route;
  const whole = route.length <= MAX_READ;
  let text = (whole ? route : route.slice(0, MAX_READ)).trim();
  text = text.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  if (isPattern(text)) return '(regexp)';
  const hash = text.indexOf('#');
  if (hash >= 0) text = text.slice(0, hash);
  let parts = text.split('/');
  const query = findQuery(parts);
  if (query >= 0) {
    const last = parts[query] as string;
    parts = [...parts.slice(0, query), last.slice(0, last.indexOf('?'))];
  }
  // A segment that was cut in two is none.
  if (!whole && query < 0 && hash < 0) parts.splice(-1, 1, OPEN_END);
  let cleaned = '';
  for (let at = 0; at < parts.length; at++) {
    const next = (at === 0 ? '' : '/') + cleanSegment((parts[at] as string).trim());
    if (cleaned.length + next.length > MAX_ROUTE - 3) return `${cleaned}/${OPEN_END}`;
    cleaned += next;
  }
  if (isPattern(cleaned)) return '(regexp)';
  return cleaned === '' ? '/' : cleaned;
}

/** Any value that a framework could hand over as a route. */
export function routeText(route: unknown): string {
  if (typeof route === 'string') return cleanRoute(route);
  if (route instanceof RegExp) return '(regexp)';
  if (Array.isArray(route)) return route.length > 0 ? routeText(route[0]) : '*';
  return '*';
}
