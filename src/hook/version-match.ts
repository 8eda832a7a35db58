/**
 * The part of semver that `supported` ranges use: comparators (`>=8.0.0`, `<9`, `=`, `>`, `<=`, `^`, `~`,
 * `8`, `8.x`), joined by spaces (and) and `||` (or). A pre-release counts as its release: a host that
 * runs `5.0.0-beta.1` gets the hooks made for 5.0.0.
 */
type Version = readonly [number, number, number];

const VERSION = /^v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+].*)?$/;
const COMPARATOR = /^(>=|<=|>|<|=|\^|~)?\s*(.+)$/;

/** False for anything that cannot be read, range or version: an unknown library is left alone. */
export function matchesVersion(version: string, range: string): boolean {
  const parsed = parse(version);
  if (parsed === undefined) return false;
  return range.split('||').some((set) => {
    const comparators = set
      .replace(/(>=|<=|>|<|=|\^|~)\s+/g, '$1')
      .trim()
      .split(/\s+/);
    return comparators.every((comparator) => holds(parsed.version, comparator));
  });
}

function holds(version: Version, comparator: string): boolean {
  if (comparator === '*') return true;
  const match = COMPARATOR.exec(comparator);
  const parsed = match?.[2] === undefined ? undefined : parse(match[2]);
  if (match === null || parsed === undefined) return false;
  const { version: bound, given } = parsed;
  const order = compare(version, bound);
  switch (match[1]) {
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '>':
      return compare(version, next(bound, given)) >= 0;
    case '<=':
      return compare(version, next(bound, given)) < 0;
    case '^': {
      // The left-most non-zero part is fixed.
      const fixed = bound[0] > 0 || given === 1 ? 1 : bound[1] > 0 || given === 2 ? 2 : 3;
      return order >= 0 && compare(version, next(bound, fixed)) < 0;
    }
    case '~':
      return order >= 0 && compare(version, next(bound, Math.min(given, 2))) < 0;
    default:
      return order >= 0 && compare(version, next(bound, given)) < 0;
  }
}

/** The first version above all that share the first `parts` parts with `bound`. */
function next(bound: Version, parts: number): Version {
  if (parts <= 1) return [bound[0] + 1, 0, 0];
  if (parts === 2) return [bound[0], bound[1] + 1, 0];
  return [bound[0], bound[1], bound[2] + 1];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** `given`: how many of the three parts were stated. */
function parse(text: string): { version: Version; given: number } | undefined {
  const match = VERSION.exec(text.trim());
  if (match === null) return undefined;
  const parts = [match[1], match[2], match[3]].map((part) => Number(part));
  const firstOpen = parts.findIndex((part) => !Number.isInteger(part));
  const given = firstOpen === -1 ? 3 : firstOpen;
  const part = (index: number): number => (index < given ? (parts[index] as number) : 0);
  return { version: [part(0), part(1), part(2)], given };
}
