/** What can be read out of a login link. Pure functions. */

/** The token of `…/login#token`, of `#token`, or of a bare token; undefined where there is none. */
export function readToken(text: string): string | undefined {
  const trimmed = text.trim();
  const hash = trimmed.indexOf('#');
  const token = hash === -1 ? trimmed : trimmed.slice(hash + 1);
  return /^[\w-]{8,200}$/.test(token) ? token : undefined;
}

/** Where to go after the login: only a path of this site, never another site. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/(?![/\\])/.test(next) || next.startsWith('/login')) return '/';
  return next;
}
