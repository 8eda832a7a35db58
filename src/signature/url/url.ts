import { cleanHost, HIDDEN_HOST } from './host.js';
import type { TemplateMatcher } from './templates.js';
import { knownSegment } from './vocabulary.js';

/** Segments past this number are written as one `**`. */
const MAX_SEGMENTS = 16;
/** Of a longer target only this much is read: the rest is one `**`. */
const MAX_TARGET = 4096;

const METHODS = new Set(
  'GET HEAD POST PUT PATCH DELETE OPTIONS CONNECT TRACE QUERY PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT'.split(
    ' ',
  ),
);
export const OTHER_METHOD = '_OTHER';

/** A method of the closed list in upper case, else `_OTHER`, as OpenTelemetry has it. */
export function cleanMethod(method: string): string {
  if (METHODS.has(method)) return method;
  const upper = method.length <= 16 ? method.toUpperCase() : '';
  return METHODS.has(upper) ? upper : OTHER_METHOD;
}

interface Target {
  /** Host with port as it stood there; '' for a path. */
  authority: string;
  scheme: string;
  path: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]{0,15}):\/\//i;

function split(target: string): Target {
  let text = target.length > MAX_TARGET ? target.slice(0, MAX_TARGET) : target;
  const cut = text.search(/[?#]/);
  if (cut >= 0) text = text.slice(0, cut);
  const scheme = SCHEME.exec(text);
  if (scheme !== null) {
    text = text.slice((scheme[0] as string).length);
  } else if (text.startsWith('//') || text.startsWith('\\\\')) {
    text = text.slice(2);
  } else {
    return { authority: '', scheme: '', path: text };
  }
  const slash = text.search(/[/\\]/);
  return {
    authority: slash < 0 ? text : text.slice(0, slash),
    scheme: scheme === null ? '' : (scheme[1] as string).toLowerCase(),
    path: slash < 0 ? '/' : text.slice(slash),
  };
}

/** Path segments without matrix parameters. Backslashes separate as well: browsers and proxies treat them so. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      segments.pop();
      continue;
    }
    const semicolon = part.indexOf(';');
    segments.push(semicolon < 0 ? part : part.slice(0, semicolon));
    if (segments.length > MAX_SEGMENTS) break;
  }
  return segments;
}

function writeSegment(segment: string): string {
  return knownSegment(segment) ?? '*';
}

/**
 * The path template of a target: only words of the closed vocabulary and the user's templates are copied. Query,
 * fragment, userinfo and matrix parameters are dropped.
 * @param host for templates that name one; '' when unknown.
 */
export function pathTemplate(target: string, host: string, match?: TemplateMatcher): string {
  if (target === '*') return '*';
  const { authority, path } = split(target);
  const segments = segmentsOf(path);
  const template = match?.(authority === '' ? host : authority, segments);
  if (template !== undefined) return template;
  let text = '';
  for (let at = 0; at < segments.length; at++) {
    if (at === MAX_SEGMENTS) {
      text += '/**';
      break;
    }
    text += `/${writeSegment(segments[at] as string)}`;
  }
  return text === '' ? '/' : text;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 };

/** Host and port as they are written; a scheme's own port is not. */
function authorityText(authority: string, scheme: string): string {
  const host = cleanHost(authority);
  const digits = /:(\d{1,5})$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1];
  const port = digits === undefined ? 0 : Number(digits);
  const written = host.includes(':') ? `[${host}]` : host;
  const plain = port === 0 || port > 65_535 || port === DEFAULT_PORTS[scheme];
  return plain || host === HIDDEN_HOST ? written : `${written}:${port}`;
}

/** Last labels of hosts, besides countries: without one of them a text without a scheme may be a file's name. */
const TOP_DOMAINS =
  `com org net edu gov mil int info biz name io dev app cloud tech online site store shop xyz
  internal intranet local localdomain lan corp home private cluster svc example test invalid localhost arpa`
    .split(/\s+/)
    .join('|');
/** `api.example.com/v1` without a scheme: a first segment that can only be a host. */
const BARE_HOST = new RegExp(
  `^(?:localhost|(?:[a-z0-9*_-]+\\.)+(?:[a-z]{2}|${TOP_DOMAINS})|\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]+\\])` +
    '(?::\\d{1,5})?(?=[/\\\\?#]|$)',
  'i',
);

/**
 * As `urlSignature`, with the user's templates.
 * @param match compiled RETRACE_URL_TEMPLATES
 */
export function urlSignatureBy(
  match: TemplateMatcher | undefined,
  method: unknown,
  url: unknown,
): string {
  const verb = cleanMethod(typeof method === 'string' ? method : '');
  const given = typeof url === 'string' ? url : url instanceof URL ? url.href : '';
  const target = given.trim().slice(0, MAX_TARGET + 1);
  if (target === '*') return `${verb} *`;
  if (verb === 'CONNECT' && !/[/\\]/.test(target)) {
    return `${verb} ${authorityText(target.replace(/[?#].*$/s, ''), '')}`;
  }
  const whole = !SCHEME.test(target) && BARE_HOST.test(target) ? `//${target}` : target;
  const { authority, scheme } = split(whole);
  const path = pathTemplate(whole, '', match);
  const host = authority === '' ? '' : authorityText(authority, scheme);
  if (host === '') return `${verb} ${path}`;
  // What would not be known for a host without its slashes keeps them.
  return `${verb} ${BARE_HOST.test(host) ? '' : '//'}${host}${path}`;
}

/**
 * Method and URL without anything that could identify: `GET api.stripe.com/v1/customers/*`. Query, fragment, userinfo
 * and matrix parameters are dropped, segments of the path that are not in the closed vocabulary are `*`, and so are
 * labels of the host that look like ids. Total: never throws, linear time, bounded output; its own signature.
 *
 * @param method any text; what is no known method is `_OTHER`.
 * @param url absolute, protocol-relative (`//host/path`), origin-form (`/path`), `host:port` of CONNECT, `*`, or a
 *   host and path without a scheme. Of a longer one 4,096 characters are read.
 */
export function urlSignature(method: string, url: string): string {
  return urlSignatureBy(undefined, method, url);
}
