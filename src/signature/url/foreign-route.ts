import { cleanRoute } from './route.js';
import { knownSegment } from './vocabulary.js';

/**
 * Words of parameters' names that name no kind of thing. A parameter is copied when its name is made of these and of
 * words of the vocabulary: `{order_id}`, `:userId`, `<uuid:pk>`.
 */
const PARAMETER_WORDS = new Set(
  `id ids uuid guid pk slug no nr num number hash ref sku any rest splat wildcard param arg value val n x y int integer
   str string float long uid oid pid tid cid sid ext extension format year month day date week hour lang lng lat zip iso
   http rel abs first last full short parent child sub root prev from till since until before after path`.split(
    /\s+/,
  ),
);
/** `:id`, `:id?`, `:id(\\d+)`, `{id}`, `{id:int}`, `{*rest}`, `{id?}`, `<id>`, `<int:id>`, `[id]`, `[...rest]`, `*rest`. */
const PARAMETERS: readonly RegExp[] = [
  /^(:)(\w+)()(?:\([^()]*\))?[?+*]?$/,
  /^(\{\*{0,2})(\w+)(\})$/,
  /^(\{)(\w+)(?:[:?=][^{}]*)(\})$/,
  /^(<)(?:\w+:)?(\w+)(>)$/,
  /^(\[(?:\.\.\.)?)(\w+)(\])$/,
  /^(\*{1,2})(\w+)()$/,
];
const WILD_CARD = /^\*{1,2}$/;
const MAX_PARAMETER = 64;
const PARTS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;

function isParameterName(name: string): boolean {
  const parts = name.match(PARTS) ?? [];
  return parts.every((part) => {
    const word = part.toLowerCase();
    return PARAMETER_WORDS.has(word) || knownSegment(word) !== undefined || /^[0-9]$/.test(word);
  });
}

function cleanForeignSegment(segment: string): string {
  if (segment === '' || WILD_CARD.test(segment)) return segment;
  const known = knownSegment(segment);
  if (known !== undefined) return known;
  if (segment.length > MAX_PARAMETER) return '*';
  for (const pattern of PARAMETERS) {
    const [, open, name, close] = pattern.exec(segment) ?? [];
    // Types and patterns of a parameter (`{id:[0-9]+}`) say nothing that a report needs.
    if (name !== undefined) return isParameterName(name) ? `${open}${name}${close}` : '*';
  }
  return '*';
}

/**
 * A route or template as another SDK states it. Nobody knows where it comes from: some hand over the path itself. So
 * its words are read as those of a URL: only the closed vocabulary and parameters stay, the rest is `*`.
 */
export function cleanForeignRoute(route: string): string {
  if (route === '' || route === '(regexp)') return route;
  return cleanRoute(cleanRoute(route).split('/').map(cleanForeignSegment).join('/'));
}
