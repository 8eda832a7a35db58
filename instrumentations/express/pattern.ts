/** A path as given to `app.use`, `router.get` and so on: string, RegExp, or nested lists of them. */
export type PathPattern = string | readonly string[];

/** Flat, and RegExps by their source: they are the app's code, not a request's data. */
export function toPattern(path: unknown): PathPattern {
  if (Array.isArray(path)) {
    const flat = path.flat(Infinity).map(String);
    return flat.length === 1 ? (flat[0] as string) : flat;
  }
  return path === undefined || path === null ? '' : String(path);
}

/**
 * The one alternative that `path` took, or all of them joined by `|` where that cannot be told with
 * certainty. The path is compared, never copied.
 *
 * @param isMount `path` is a base URL, whose end is what the pattern took.
 */
export function pickPattern(pattern: PathPattern, path: string, isMount: boolean): string {
  if (typeof pattern === 'string') return pattern;
  const given = segments(path);
  const taken = pattern.filter((alternative) => {
    const wanted = segments(alternative);
    return fits(wanted, isMount ? given.slice(-wanted.length) : given);
  });
  return taken.length === 1 ? (taken[0] as string) : pattern.join('|');
}

/** Segment by segment; `:name` takes any one. Patterns with other operators never fit. */
function fits(wanted: readonly string[], given: readonly string[]): boolean {
  return (
    given.length === wanted.length &&
    wanted.every(
      (segment, index) =>
        /^:\w+$/.test(segment) || segment.toLowerCase() === given[index]?.toLowerCase(),
    )
  );
}

function segments(path: string): string[] {
  return (path.split('?', 1)[0] ?? '').split('/').filter((segment) => segment !== '');
}

/** Joins mount patterns and a route's own into one route. */
export function joinPatterns(mounts: readonly string[], route: string): string {
  let joined = '';
  for (const part of [...mounts, route]) {
    const trimmed = part.endsWith('/') ? part.slice(0, -1) : part;
    if (trimmed === '') continue;
    joined += trimmed.startsWith('/') ? trimmed : `/${trimmed}`;
  }
  return joined === '' ? '/' : joined;
}
