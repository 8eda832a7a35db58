import { maskName } from '../sql/names.js';

const MAX_ROUTE = 255;
const MAX_SEGMENT = 64;
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

/**
 * A route as a framework states it. Routes are code, so their words stay; query, fragment and scheme go, segments
 * that look like ids become `*`, and the length is bounded. Used as well for `url.template` and `retrace.endpoint`
 * of foreign data, which by definition are routes.
 */
export function cleanRoute(route: string): string {
  // A route written as a regular expression contains its own slashes and question marks.
  if (/^\/.*[\\^$[\]].*\/[dgimsuvy]*$/.test(route)) return '(regexp)';
  let text = route.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  const hash = text.indexOf('#');
  if (hash >= 0) text = text.slice(0, hash);
  text = text.replace(/\?[^/]*[=&].*$/, '');
  if (text === '(regexp)' || text === '*') return text;
  const parts = text.split('/');
  let cleaned = '';
  for (let at = 0; at < parts.length; at++) {
    const next = (at === 0 ? '' : '/') + cleanSegment((parts[at] as string).trim());
    if (cleaned.length + next.length > MAX_ROUTE - 3) return `${cleaned}/**`;
    cleaned += next;
  }
  return cleaned === '' ? '/' : cleaned;
}

/** Any value that a framework could hand over as a route. */
export function routeText(route: unknown): string {
  if (typeof route === 'string') return cleanRoute(route);
  if (route instanceof RegExp) return '(regexp)';
  if (Array.isArray(route)) return route.length > 0 ? routeText(route[0]) : '*';
  return '*';
}
