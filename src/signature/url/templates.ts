import { cleanHost } from './host.js';

/** A template of RETRACE_URL_TEMPLATES, split into what is compared. */
interface Template {
  /** '' for any host; `*.example.com` matches every host below it. */
  host: string;
  /** Segments; undefined = a parameter. */
  segments: readonly (string | undefined)[];
  /** A last `*` matches any number of segments. */
  open: boolean;
  /** What is written: the path as the user wrote it. */
  text: string;
}

export type TemplateMatcher = (host: string, segments: readonly string[]) => string | undefined;

/** Templates past this number are ignored: each one is compared for every new path. */
const MAX_TEMPLATES = 200;
const PARAMETER = /^(?::[A-Za-z_][\w-]*|\{[A-Za-z_][\w-]*\}|<[A-Za-z_][\w-]*>|\*)$/;
const LITERAL = /^[\w.~!$&'()+,=@-]{1,64}$/;

function parse(source: string): Template | undefined {
  let text = source.trim().replace(/^[a-z]+:\/\//i, '');
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const host = slash === 0 ? '' : text.slice(0, slash).toLowerCase();
  text = text.slice(slash).replace(/[?#].*$/, '');
  const parts = text.split('/').filter((part) => part !== '');
  const segments: (string | undefined)[] = [];
  for (const part of parts) {
    if (PARAMETER.test(part)) segments.push(undefined);
    else if (LITERAL.test(part)) segments.push(part);
    else return undefined;
  }
  const open = parts.at(-1) === '*';
  return { host, segments, open, text: `/${parts.join('/')}` };
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '' || pattern === host) return true;
  return pattern.startsWith('*.') && host.endsWith(pattern.slice(1));
}

/**
 * Compiles RETRACE_URL_TEMPLATES. The first template that fits wins.
 * @returns the matcher, and the entries that are no templates (to be named in a warning).
 */
export function compileTemplates(sources: readonly string[]): {
  match: TemplateMatcher;
  usesHosts: boolean;
  invalid: readonly string[];
} {
  const templates: Template[] = [];
  const invalid: string[] = [];
  for (const source of sources) {
    const template = parse(source);
    if (template === undefined || templates.length >= MAX_TEMPLATES) invalid.push(source);
    else templates.push(template);
  }
  const match: TemplateMatcher = (host, segments) => {
    if (templates.length === 0) return undefined;
    const name = cleanHostForMatch(host);
    for (const template of templates) {
      const wanted = template.segments;
      if (template.open ? segments.length < wanted.length - 1 : segments.length !== wanted.length)
        continue;
      if (!matchesHost(template.host, name)) continue;
      const literal = template.open ? wanted.slice(0, -1) : wanted;
      if (literal.every((part, at) => part === undefined || part === segments[at]))
        return template.text;
    }
    return undefined;
  };
  return { match, usesHosts: templates.some((template) => template.host !== ''), invalid };
}

/** Host without userinfo and port: what templates are compared with; never written. */
function cleanHostForMatch(host: string): string {
  const text = host.toLowerCase();
  return cleanHost(text) === '*' ? '' : text.slice(text.lastIndexOf('@') + 1).replace(/:\d+$/, '');
}
