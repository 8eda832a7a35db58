import { cleanHost } from './host.js';
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

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  http: '80',
  ws: '80',
  https: '443',
  wss: '443',
};

function authorityText(authority: string, scheme: string): string {
  const host = cleanHost(authority);
  const port = /:(\d{1,5})$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1];
  const written = host.includes(':') ? `[${host}]` : host;
  const plain =
    port === undefined ||
    port === DEFAULT_PORTS[scheme] ||
    (scheme === '' && (port === '80' || port === '443'));
  return plain || Number(port) > 65_535 ? written : `${written}:${Number(port)}`;
}

/** `api.example.com/v1` without a scheme: a first segment that can only be a host. */
const BARE_HOST =
  /^(?:[^/\\@]*@)?(?:localhost|(?:[a-z0-9*_-]+\.)+[a-z*]{1,24}|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?(?=[/\\?#]|$)/i;

/**
 * Method and URL without anything that could identify: `GET api.stripe.com/v1/customers/*`. Takes absolute,
 * protocol-relative and origin-form targets, `host:port` of CONNECT, and `*`. Total.
 */
export function urlSignature(method: string, url: string): string {
  const verb = cleanMethod(String(method));
  const target = String(url).trim();
  if (target === '*') return `${verb} *`;
  if (verb === 'CONNECT' && !target.includes('/')) return `${verb} ${authorityText(target, '')}`;
  const bare = !SCHEME.test(target) && BARE_HOST.test(target);
  const { authority, scheme } = split(bare ? `//${target}` : target);
  const path = pathTemplate(bare ? `//${target}` : target, '');
  return authority === ''
    ? `${verb} ${path}`
    : `${verb} ${authorityText(authority, scheme)}${path}`;
}
